import { expect, test } from 'vitest';
import { backlogOf } from '../../src/engine/backlog.ts';

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('there is room for a number of them; all others wait until one has ended, well or not', async () => {
  const backlog = backlogOf(2);
  const entered: string[] = [];
  const comes = (name: string): Promise<unknown> => backlog.room().then(() => entered.push(name));
  const begins = (): PromiseWithResolvers<string> & { readonly end: Promise<string> } => {
    const work = Promise.withResolvers<string>();
    return { ...work, end: backlog.through(work.promise) };
  };

  await comes('a');
  const a = begins();
  await comes('b');
  const b = begins();
  const waiting = [comes('c'), comes('d'), comes('e')];
  await settled();
  expect(entered).toEqual(['a', 'b']);
  b.reject(new Error('no'));
  await expect(b.end).rejects.toThrow('no');
  await Promise.all(waiting);
  expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);

  // Whoever was let in comes on top: there is room again once all but one of them have ended.
  const more = waiting.map(begins);
  const late = comes('f');
  a.resolve('done');
  expect(await a.end).toBe('done');
  for (const work of more) {
    await settled();
    expect(entered.includes('f')).toBe(work === more[2]);
    work.resolve('done');
  }
  await late;
  expect(await Promise.all(more.map(({ end }) => end))).toEqual(['done', 'done', 'done']);
});
