import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { groupCommit } from '../../src/store/group-commit.ts';

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
    },
    unheard: (error) => unheard.push(error),
    now: () => clockMs + Date.now(),
  });
  return { group, groups, unheard, refused };
}

test('What nobody waits for is committed before what is added next, in one commit.', async () => {
  const { group, groups } = commits();
  group.addLate('a');
  const added = group.add('b');
  group.addLate('c');
  await vi.runAllTimersAsync();
  await added;
  expect(groups).toEqual([['a', 'b', 'c']]);
});

test('What nobody waits for is committed a little later without company, all of it at once.', async () => {
  const { group, groups } = commits();
  group.addLate('a');
  await vi.advanceTimersByTimeAsync(60);
  group.addLate('b');
  expect(groups).toEqual([]);
  await vi.advanceTimersByTimeAsync(40);
  expect(groups).toEqual([['a', 'b']]);
  expect(vi.getTimerCount()).toBe(0);
});

test('A flush commits everything, and nothing is left to be done.', async () => {
  const { group, groups } = commits();
  group.addLate('a');
  const added = group.add('b');
  group.flush();
  await added;
  group.flush();
  await vi.runAllTimersAsync();
  expect(groups).toEqual([['a', 'b']]);
});

test('After a commit that took its time the next one waits for company, and a lone one does not.', async () => {
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

test('What keeps a group from being committed is told to those who wait, or else once to whoever listens.', async () => {
  let isFull = true;
  const { group, groups, unheard, refused } = commits({ fails: () => isFull });
  group.addLate('a');
  const added = expect(group.add('b')).rejects.toBe(refused);
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
