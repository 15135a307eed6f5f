import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextNumber, runControls } from '../../../src/core/pacing/run-controls.ts';

const auto = { max: 64, adapts: true } as const;

test('numbers go up and down the same ladder, by about a tenth', () => {
  const up: number[] = [];
  for (let n = 1; n < 300; n = nextNumber(n, 'up', 400)) up.push(n);
  expect(up.slice(0, 24)).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80],
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (from) => {
      const [above, below] = [nextNumber(from, 'up', 10_000), nextNumber(from, 'down', 10_000)];
      expect(above).toBeGreaterThan(from);
      expect(above).toBeLessThanOrEqual(Math.max(from + 1, 1.25 * from));
      if (from > 1) expect(below).toBeLessThan(from);
      if (up.includes(from)) expect(nextNumber(above, 'down', 10_000)).toBe(from);
      expect(nextNumber(from, 'down', 10_000)).toBeGreaterThanOrEqual(1);
    }),
  );
});

test('the flags hold until a number is set, which begins at what the run has come to', () => {
  const controls = runControls();
  expect(controls.concurrency(auto)).toBe(auto);
  let changes = 0;
  controls.attach({ maxInFlight: () => 12, changed: () => (changes += 1) });
  expect(controls.step('up')).toBe(14);
  expect(controls.concurrency(auto)).toEqual({ max: 14, adapts: false });
  expect(controls.step('down')).toBe(12);
  expect(changes).toBe(2);
});

test('a number stays within 1 and what sockets allow, or the flag where that is more', () => {
  const controls = runControls();
  controls.concurrency(auto);
  for (let n = 0; n < 100; n += 1) controls.step('up');
  expect(controls.step('up')).toBe(256);
  controls.concurrency({ max: 1_000, adapts: true });
  for (let n = 0; n < 100; n += 1) controls.step('up');
  expect(controls.step('up')).toBe(1_000);
  for (let n = 0; n < 100; n += 1) controls.step('down');
  expect(controls.step('down')).toBe(1);
});

test('a pause is reported to the run once, and so is its end', () => {
  const controls = runControls();
  let changes = 0;
  controls.attach({ maxInFlight: () => 4, changed: () => (changes += 1) });
  controls.pause();
  controls.pause();
  expect([controls.isPaused(), changes]).toEqual([true, 1]);
  controls.resume();
  controls.resume();
  expect([controls.isPaused(), changes]).toEqual([false, 2]);
});
