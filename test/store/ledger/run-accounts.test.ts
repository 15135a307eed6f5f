import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedJob } from '../../../src/core/job/job.ts';
import { openLedger, type RunLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { sized } from '../../support/tiers.ts';
import { adopt, at, ledgerWith, planned, requestId, temporaryFolder } from '../store-support.ts';

async function finished(
  ledger: RunLedger,
  { id }: PlannedJob,
  usd: number | null,
  ms: number,
): Promise<void> {
  const paid = { attempt: 1, requestId: requestId(id), costUsd: usd } as const;
  await ledger.record(id, { ...paid, status: 'succeeded', outputs: [], stalled: null }, at(ms));
}

async function done(ledger: RunLedger, job: PlannedJob, usd: number | null, ms: number): Promise<void> {
  await finished(ledger, job, usd, ms);
  const paid = { attempt: 1, requestId: requestId(job.id), costUsd: usd } as const;
  await ledger.record(job.id, { ...paid, status: 'done', files: [] }, at(ms + 1));
}

function accountsIn(dir: string) {
  const reader = openReader(dir);
  const accounts = { runs: reader.runs(100), reused: reader.reused() };
  reader.close();
  return accounts;
}

const jobs = ['a', 'b', 'c', 'd'].map((prompt) => planned(prompt)) as [
  PlannedJob,
  PlannedJob,
  PlannedJob,
  PlannedJob,
];
const [a, b, c, d] = jobs;

test('a run has what finished and what was done while it ran, and what it found done', async () => {
  const first = ledgerWith();
  adopt(first, jobs);
  expect(first.beginRun({ at: at(1_000), submits: true })).toEqual({ jobs: 0, usd: 0 });
  await done(first, a, 0.5, 1_500);
  await done(first, b, null, 1_600);
  await finished(first, c, 0.25, 1_700);
  await first.close(at(2_000));

  const second = openLedger(first.dir);
  expect(second.beginRun({ at: at(3_000), submits: true })).toEqual({ jobs: 2, usd: 0.5 });
  await done(second, c, 0.25, 3_500);
  await done(second, d, 1, 3_600);
  await second.close(at(4_000));

  expect(accountsIn(first.dir)).toEqual({
    runs: [
      { startedAt: 3_000, endedAt: 4_000, spentUsd: 1, done: 2, reused: 2, reusedUsd: 0.5 },
      { startedAt: 1_000, endedAt: 2_000, spentUsd: 0.75, done: 2, reused: 0, reusedUsd: 0 },
    ],
    reused: { jobs: 2, usd: 0.5 },
  });
});

test('a run that was killed has no end, and all that happened before the next one', async () => {
  const ledger = ledgerWith();
  adopt(ledger, jobs);
  ledger.beginRun({ at: at(1_000), submits: true });
  await done(ledger, a, 0.5, 1_500);
  await ledger.close();
  expect(accountsIn(ledger.dir).runs).toMatchObject([{ startedAt: 1_000, endedAt: null, done: 1 }]);

  const next = openLedger(ledger.dir);
  next.beginRun({ at: at(2_000), submits: true });
  await done(next, b, 0.5, 2_500);
  await next.close(at(3_000));
  expect(accountsIn(ledger.dir).runs).toMatchObject([
    { endedAt: 3_000, done: 1, spentUsd: 0.5, reused: 1 },
    { endedAt: null, done: 1, spentUsd: 0.5 },
  ]);
});

test('a run that only collects saves nothing, and a ledger that is only looked into has no run', async () => {
  const ledger = ledgerWith();
  adopt(ledger, jobs);
  await done(ledger, a, 0.5, 500);
  await ledger.close(at(900));
  expect(accountsIn(ledger.dir)).toEqual({ runs: [], reused: { jobs: 0, usd: 0 } });

  const collecting = openLedger(ledger.dir);
  expect(collecting.beginRun({ at: at(1_000), submits: false })).toEqual({ jobs: 0, usd: 0 });
  await collecting.close(at(2_000));
  expect(accountsIn(ledger.dir)).toMatchObject({ runs: [{ reused: 0 }], reused: { jobs: 0, usd: 0 } });
});

test('of many runs the latest are told, latest first', async () => {
  const ledger = ledgerWith();
  for (let n = 1; n <= 5; n += 1) ledger.beginRun({ at: at(n * 1_000), submits: true });
  const reader = openReader(ledger.dir);
  expect(reader.runs(3).map(({ startedAt }) => startedAt)).toEqual([5_000, 4_000, 3_000]);
  reader.close();
  await ledger.close();
});

const anyRun = fc.record({
  plan: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
  doneBy: fc.uniqueArray(fc.integer({ min: 0, max: 3 })),
});

test('over any runs with any plans, each job that was done when a run asked for it is saved once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRun, { maxLength: 6 }), async (runs) => {
      const dir = join(temporaryFolder(), 'run');
      await openLedger(dir).close();
      const isDone = new Set<number>();
      const saved = new Set<number>();
      let now = 1_000;
      for (const { plan, doneBy } of runs) {
        const ledger = openLedger(dir);
        adopt(
          ledger,
          plan.map((index) => jobs[index] as PlannedJob),
        );
        const found = plan.filter((index) => isDone.has(index));
        expect(ledger.beginRun({ at: at(now), submits: true })).toEqual({
          jobs: found.length,
          usd: found.reduce((sum, index) => sum + 2 ** index, 0),
        });
        for (const index of found) saved.add(index);
        for (const index of doneBy.filter((each) => plan.includes(each) && !isDone.has(each))) {
          await done(ledger, jobs[index] as PlannedJob, 2 ** index, now + 10);
          isDone.add(index);
        }
        await ledger.close(at(now + 100));
        now += 1_000;
      }
      expect(accountsIn(dir).reused).toEqual({
        jobs: saved.size,
        usd: [...saved].reduce((sum, index) => sum + 2 ** index, 0),
      });
    }),
    { numRuns: sized(8, 25) },
  );
});
