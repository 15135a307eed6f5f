import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { groupCommit } from '../../../src/store/ledger/group-commit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function commits(options: { readonly tookMs?: number; readonly fails?: () => boolean } = {}) {
  const groups: string[][] = [];
  const unheard: unknown[] = [];
  const refused = new Error('the disk is full');
  let clockMs = 0;
  const group = groupCommit<string>({
    commit(entries) {
      clockMs += options.tookMs ?? 0;
      if (options.fails?.()) throw refused;
      groups.push([...entries]);
      return null;
    },
    keyOf: (entry) => entry.slice(0, 1),
    unheard: (error) => unheard.push(error),
    now: () => clockMs + Date.now(),
  });
  return { group, groups, unheard, refused };
}

test('what nobody waits for waits for others like it, but not beyond the next entry of its key', async () => {
  const { group, groups } = commits();
  group.addLate('a1');
  group.addLate('b1');
  await Promise.all([group.add('c1'), vi.advanceTimersByTimeAsync(0)]);
  expect(groups).toEqual([['c1']]);
  await Promise.all([group.add('b2'), vi.advanceTimersByTimeAsync(30)]);
  expect(groups).toEqual([['c1'], ['b1', 'b2']]);
  await vi.advanceTimersByTimeAsync(70);
  expect(groups).toEqual([['c1'], ['b1', 'b2'], ['a1']]);
  expect(vi.getTimerCount()).toBe(0);
});

test('however many nobody waits for, a commit comes before they fill the memory', () => {
  const { group, groups } = commits();
  for (let n = 0; n < 5_000; n += 1) group.addLate(`${n % 10}`);
  expect(groups.flat().length).toBeGreaterThan(3_000);
  expect(Math.max(...groups.map(({ length }) => length))).toBeLessThan(2_000);
});

test('every entry is committed once, those of a key in their order, and what is waited for when it is told so', async () => {
  const act = fc.oneof(
    fc.record({ type: fc.constantFrom('add', 'addLate'), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 1, max: 60 }) }),
    fc.constant({ type: 'flush' } as const),
  );
  const acts = fc.array(act, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(acts, fc.constantFrom(0, 2), async (steps, tookMs) => {
      const { group, groups } = commits({ tookMs });
      const given: string[] = [];
      const told: string[] = [];
      for (const [n, step] of steps.entries()) {
        if ('key' in step) {
          const entry = `${step.key}${n}`;
          given.push(entry);
          if (step.type === 'addLate') group.addLate(entry);
          else {
            void group.add(entry).then(() => {
              expect(groups.flat()).toContain(entry);
              told.push(entry);
            });
          }
        } else if ('ms' in step) await vi.advanceTimersByTimeAsync(step.ms);
        else group.flush();
      }
      await vi.advanceTimersByTimeAsync(200);
      const kept = groups.flat();
      expect(kept.toSorted()).toEqual(given.toSorted());
      for (const key of ['a', 'b', 'c']) {
        const of = (entries: readonly string[]): string[] => entries.filter((entry) => entry.startsWith(key));
        expect(of(kept)).toEqual(of(given));
      }
      const awaited = steps.flatMap((step, n) =>
        'key' in step && step.type === 'add' ? [`${step.key}${n}`] : [],
      );
      expect(told.toSorted()).toEqual(awaited.toSorted());
      expect(vi.getTimerCount()).toBe(0);
    }),
  );
});

test('what nobody waits for is committed a little later without company, all of it at once', async () => {
  const { group, groups } = commits();
  group.addLate('a');
  await vi.advanceTimersByTimeAsync(60);
  group.addLate('b');
  expect(groups).toEqual([]);
  await vi.advanceTimersByTimeAsync(40);
  expect(groups).toEqual([['a', 'b']]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a flush commits everything, and nothing is left to be done', async () => {
  const { group, groups } = commits();
  group.addLate('a');
  const added = group.add('b');
  group.flush();
  await added;
  group.flush();
  await vi.runAllTimersAsync();
  expect(groups).toEqual([['a', 'b']]);
});

test('after a commit that took its time the next one waits for company, and a lone one does not', async () => {
  const { group, groups } = commits({ tookMs: 2 });
  const first = group.add('a');
  await vi.advanceTimersByTimeAsync(0);
  await first;
  const second = group.add('b');
  await vi.advanceTimersByTimeAsync(3);
  const third = group.add('c');
  expect(groups).toEqual([['a']]);
  await vi.runAllTimersAsync();
  await Promise.all([second, third]);
  expect(groups).toEqual([['a'], ['b', 'c']]);
  await vi.advanceTimersByTimeAsync(1_000);
  const lone = group.add('d');
  await vi.advanceTimersByTimeAsync(0);
  await lone;
  expect(groups).toHaveLength(3);
});

test('what keeps a group from being committed is told to those who wait, or else once to whoever listens', async () => {
  let isFull = true;
  const { group, groups, unheard, refused } = commits({ fails: () => isFull });
  group.addLate('a1');
  const added = expect(group.add('a2')).rejects.toBe(refused);
  await vi.runAllTimersAsync();
  await added;
  expect(unheard).toEqual([]);
  group.addLate('c');
  await vi.runAllTimersAsync();
  expect(unheard).toEqual([refused]);
  isFull = false;
  group.addLate('d');
  await vi.runAllTimersAsync();
  expect(groups).toEqual([['d']]);
});
