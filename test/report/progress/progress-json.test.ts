import { expect, test } from 'vitest';
import { noCounts, tallying } from '../../../src/core/job/tally.ts';
import { type ProgressLine, progressLines } from '../../../src/report/progress/progress-json.ts';
import { advanced, doneState, instant, pendingState, queuedState } from '../report-builders.ts';

test('tells every ten seconds how a run is doing, by a clock of its own', () => {
  let at = 0;
  const due: (() => void)[] = [];
  const told: ProgressLine[] = [];
  let everyMs = 0;
  const tally = tallying({ counts: { ...noCounts(), pending: 100 }, spentUsd: 0.1 + 0.2, unpriced: 0 });
  const source = { tally: tally.now, total: 100, now: () => instant(at) };
  const lines = progressLines(
    source,
    (line) => told.push(line),
    (ms, tick) => {
      everyMs = ms;
      due.push(tick);
      return () => void due.splice(0);
    },
  );
  const tick = (): void => {
    at += everyMs;
    for (const each of due) each();
  };
  tick();
  for (let n = 0; n < 10; n += 1) {
    at += 1_000;
    for (const event of [advanced(pendingState, queuedState, at), advanced(queuedState, doneState, at)]) {
      tally.observe(event);
      lines.observe(event);
    }
  }
  tally.observe(advanced(pendingState, queuedState, at));
  tick();
  lines.stop();
  tick();
  expect(everyMs).toBe(10_000);
  expect(told).toHaveLength(2);
  expect(told[0]).toEqual({
    event: 'progress',
    at: '1970-01-01T00:00:10.000Z',
    jobs: 100,
    counts: { ...noCounts(), pending: 100 },
    in_flight: 0,
    per_minute: null,
    eta_ms: null,
    elapsed_ms: 10_000,
    cost: 0.3,
    waiting: null,
  });
  expect(told[1]).toMatchObject({ in_flight: 1, elapsed_ms: 30_000, cost: 1.1 });
  expect(told[1]?.counts).toMatchObject({ done: 10, queued: 1, pending: 89 });
  expect(told[1]?.per_minute).toBeGreaterThan(0);
  expect(told[1]?.eta_ms).toBeGreaterThan(0);
});
