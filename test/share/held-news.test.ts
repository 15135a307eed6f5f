import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/ports.ts';
import type { GateAnswer } from '../../src/core/sharing/gate.ts';
import { heldNews } from '../../src/share/runner/held-news.ts';
import { at } from '../support/builders.ts';

test('a wait that the API asked another runner for is told once, and when it is over', () => {
  const events: RunEvent[] = [];
  let now = 1_000;
  const tell = heldNews({ clock: { now: () => at(now) }, observe: (event) => events.push(event) });
  const answer = (waitsFor: GateAnswer['waitsFor'], waitMs: number | null): GateAnswer => ({
    ...{ go: 0, nextAt: null, waitsFor, waitMs, capped: null, giveBack: 0 },
  });
  tell(answer('in_flight', null));
  tell(answer('pause', 1_000));
  expect(events).toEqual([]);
  tell(answer('pause', 30_000));
  tell(answer('pause', 25_000));
  expect(events).toMatchObject([{ type: 'waiting', for: 'api', since: 1_000, until: null }]);
  now = 31_000;
  tell(answer(null, null));
  tell(null);
  expect(events.slice(1)).toEqual([{ type: 'resumed', for: 'api', waitedMs: 30_000 }]);
});
