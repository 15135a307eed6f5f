import type { CpuInfo } from 'node:os';
import { expect, test } from 'vitest';
import { spareTime } from '../../../src/app/page/spare-time.ts';
import type { Instant } from '../../../src/core/job/job.ts';
import type { Clock } from '../../../src/core/ports.ts';

const never = new AbortController().signal;

/** A machine of two cores, of which others use so much, and on which each piece of work takes so long. */
function machine(usedByOthers: () => number) {
  let now = 1_000;
  const cpu = { idle: 0, nice: 0, user: 0, sys: 0, irq: 0 };
  const pauses: number[] = [];
  function pass(ms: number, own: number): void {
    now += ms;
    const others = Math.min(2, usedByOthers());
    cpu.user += ms * others;
    cpu.nice += ms * Math.min(own, 2 - others);
    cpu.idle += ms * Math.max(0, 2 - others - own);
  }
  const clock: Clock = {
    now: () => now as Instant,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      pauses.push(ms);
      pass(ms, 0);
    },
  };
  const each = (): CpuInfo[] => {
    const times = Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / 2]));
    const { idle = 0, nice = 0, user = 0, sys = 0, irq = 0 } = times;
    return [1, 2].map(() => ({ model: '', speed: 0, times: { idle, nice, user, sys, irq } }));
  };
  return { clock, each, pauses, work: (ms: number) => pass(ms, 1), now: () => now };
}

/** How much of the time is work, once it goes its pace. */
async function shareOfWork(usedByOthers: number): Promise<number> {
  const { clock, each, work, now } = machine(() => usedByOthers);
  const spare = spareTime(clock, each);
  let [worked, since] = [0, 0];
  for (let turn = 0; turn < 200; turn += 1) {
    await spare.turn(never);
    if (turn === 20) [worked, since] = [0, now()];
    work(10);
    worked += 10;
  }
  return worked / (now() - since);
}

test('work goes on without a pause where a core is idle, and the less of it the busier the others are', async () => {
  expect(await shareOfWork(0)).toBe(1);
  expect(await shareOfWork(0.7)).toBe(1);
  expect(await shareOfWork(1.25)).toBeCloseTo(0.5, 1);
  expect(await shareOfWork(1.9)).toBeLessThan(0.05);
});

test('what the others leave is found again once they leave it', async () => {
  let others = 2;
  const { clock, each, pauses, work } = machine(() => others);
  const spare = spareTime(clock, each);
  for (let turn = 0; turn < 5; turn += 1) await spare.turn(never);
  expect(pauses).toEqual(Array(5).fill(250));
  others = 0;
  await spare.turn(never);
  await spare.turn(never);
  const before = pauses.length;
  for (let turn = 0; turn < 5; turn += 1) {
    work(10);
    await spare.turn(never);
  }
  expect(pauses).toHaveLength(before);
});

test('where the system does not tell how busy it is, work goes on, and nobody is kept waiting who has had enough', async () => {
  const { clock, pauses, work } = machine(() => 0);
  const spare = spareTime(clock, () => []);
  await spare.turn(AbortSignal.abort());
  expect(pauses).toEqual([]);
  work(300);
  await spare.turn(never);
  expect(pauses.filter((ms) => ms > 0)).toEqual([]);
});
