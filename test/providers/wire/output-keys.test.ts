import { expect, test } from 'vitest';
import { byKey } from '../../../src/providers/wire/output-keys.ts';

test('a key is taken apart once, but keys that a server makes up fill no memory', () => {
  let times = 0;
  const lengthOf = byKey((key) => {
    times += 1;
    return key.length;
  });
  for (let turn = 0; turn < 3; turn += 1) expect(['image', 'url', 'image'].map(lengthOf)).toEqual([5, 3, 5]);
  expect(times).toBe(2);
  const long = 'k'.repeat(1_000);
  expect([long, long].map(lengthOf)).toEqual([1_000, 1_000]);
  expect(times).toBe(4);
  const many = Array.from({ length: 3_000 }, (_, n) => `key${n}`);
  for (const key of [...many, ...many]) expect(lengthOf(key)).toBe(key.length);
  expect(times).toBeGreaterThan(5_000);
});
