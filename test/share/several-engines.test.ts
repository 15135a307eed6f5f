import { describe, expect, test } from 'vitest';
import { aJob } from '../support/builders.ts';
import { sharedWorld } from '../support/shared-world.ts';

const cats = (count: number) => Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));

describe('several engines on one shared ledger', () => {
  test('share the work, and each job is paid once', async () => {
    const w = sharedWorld({ slots: 12 });
    w.put(cats(40));
    const doneBy = new Map<string, number>();
    const run = (name: string) =>
      w.work(name, {}, (event) => {
        if (event.type === 'advanced' && event.state.status === 'done' && !event.elsewhere)
          doneBy.set(name, (doneBy.get(name) ?? 0) + 1);
      });
    await w.server.clock.run(Promise.all(['a', 'b', 'c'].map(run)));
    expect(w.memory.jobs().map(({ state }) => state.status)).toEqual(Array(40).fill('done'));
    expect([...w.server.accepted.values()]).toEqual(Array(40).fill(1));
    for (const name of ['a', 'b', 'c']) expect(doneBy.get(name), name).toBeGreaterThan(8);
  });
});
