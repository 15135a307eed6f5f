import { describe, expect, test } from 'vitest';
import type { BoundedOverview, RunAccount } from '../../../src/core/job/overview.ts';
import { type AccountView, accountLines } from '../../../src/report/folder/overview-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { fakeStream, quietAccount, quietOverview } from '../report-builders.ts';

// In local time, wherever the tests run.
const began = new Date(2026, 2, 9, 23, 5).getTime();
const night: RunAccount = {
  startedAt: began,
  endedAt: began + 11_520_000,
  spentUsd: 72,
  done: 900,
  reused: 0,
  reusedUsd: 0,
};
const latency = { jobs: 1_000, p50Ms: 4_230, p95Ms: 12_400 };

function lines(overview: Partial<BoundedOverview>, part: Partial<AccountView> = {}, columns = 100) {
  const view = { ...quietAccount, ...part, overview: { ...quietOverview, ...overview } };
  return accountLines(view, fakeStream(columns).terminal({ NO_COLOR: '1' }), columns);
}

describe('accountLines', () => {
  test('leaves out what is unknown, as in folders of older versions', () => {
    expect(lines({})).toEqual([]);
    expect(lines({}, { latency: { jobs: 1, p50Ms: 61_000, p95Ms: 61_000 } })).toEqual([
      '  latency    usually 1m01s, 95% under 1m01s (1 job)',
    ]);
  });

  test('says what the run cost and how long the server took', () => {
    expect(lines({ runs: [night] }, { latency })).toEqual([
      '  last run   2026-03-09 23:05, 3h12m: 900 jobs done, $72.00',
      '  latency    usually 4.2s, 95% under 12s (last 1,000 jobs)',
    ]);
  });

  test('says what reuse saved in the last run, and over all runs if that is more', () => {
    const last = { ...night, done: 100, spentUsd: 8, reused: 900, reusedUsd: 72 };
    expect(lines({ runs: [last, night], reused: 900, reusedUsd: 72 }, {}, 200)).toEqual([
      '  last run   2026-03-09 23:05, 3h12m: 100 jobs done, $8.00; 900 jobs reused, $72.00 saved',
    ]);
    expect(lines({ runs: [last, night], reused: 1_000, reusedUsd: 80 }, {}, 200).at(-1)).toBe(
      '  reused     1,000 jobs, $80.00 saved (all runs, each job counted once)',
    );
    const unpriced = { ...last, reusedUsd: 0, spentUsd: 0 };
    expect(lines({ runs: [unpriced], reused: 900, unpriced: 1_000 })).toEqual([
      '  last run   2026-03-09 23:05, 3h12m: 100 jobs done, cost unknown; 900 jobs reused',
    ]);
  });

  test('distinguishes a running run from one that was killed', () => {
    const open = { ...night, endedAt: null, done: 1, spentUsd: 0.08 };
    expect(lines({ runs: [open] }, { isGoing: true, now: began + 90_000 })).toEqual([
      '  this run   since 2026-03-09 23:05, 1m30s so far: 1 job done, $0.08',
    ]);
    expect(lines({ runs: [open] }, { now: began + 90_000 })).toEqual([
      '  last run   2026-03-09 23:05, stopped unexpectedly: 1 job done, $0.08',
    ]);
  });

  test.each([100, 60, 40])('is never wider than %d columns', (columns) => {
    const last = { ...night, reused: 900, reusedUsd: 72 };
    const shown = lines({ runs: [last], reused: 1_000, reusedUsd: 80 }, { latency }, columns);
    for (const line of shown) expect(textWidth(line)).toBeLessThanOrEqual(columns);
  });
});
