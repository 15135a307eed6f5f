import { expect, test } from 'vitest';
import { failure } from '../../../../src/core/job/failures.ts';
import type { JobState, PlannedJob } from '../../../../src/core/job/job.ts';
import { openReader } from '../../../../src/store/ledger/reader.ts';
import { adopt, at, ledgerWith, planned, requestId } from '../../store-support.ts';

const nsfw = failure('generation_failed', 'NSFW content detected.');
const late = failure('overdue', 'Not finished within 30m.');
const busy = failure('rate_limited', 'Too many requests.', { http: 429 });
const doubt = failure('unanswered', 'No usable answer came.');

const failed: JobState = { status: 'failed', attempt: 1, requestId: null, failure: nsfw, costUsd: null };
const overdue: JobState = {
  ...{ status: 'running', attempt: 1, requestId: requestId('r'), since: at(1), stalled: late },
};
const waiting: JobState = { status: 'pending', attempt: 1, stalled: busy };
const unknown: JobState = { status: 'unknown', attempt: 1, since: at(1), failure: doubt };

function jobsOf(count: number): PlannedJob[] {
  return Array.from({ length: count }, (_, index) => planned(`job ${index}`));
}

test('jobs are counted by what holds them, with the first of the plan, and all of them where they are few', async () => {
  const ledger = ledgerWith();
  const jobs = jobsOf(12);
  adopt(ledger, jobs);
  // Recorded backwards, so that only the plan can put them in order.
  for (const [index, { id }] of [...jobs.entries()].reverse()) {
    const state = index < 6 ? failed : index < 8 ? overdue : index < 9 ? waiting : null;
    if (state !== null) await ledger.record(id, state, at(2_000));
  }
  const reader = openReader(ledger.dir);
  const ids = jobs.map(({ id }) => id);
  expect(reader.failures(10)).toEqual({
    tallies: [
      { failure: nsfw, state: 'failed', jobs: 6, first: [ids[0]], place: 1 },
      { failure: late, state: 'running', jobs: 2, first: [ids[6], ids[7]], place: 7 },
      { failure: busy, state: 'pending', jobs: 1, first: [ids[8]], place: 9 },
    ],
    jobs: 9,
  });
  expect(reader.failures(1)).toMatchObject({ tallies: [{ jobs: 6 }], jobs: 9 });
  reader.close();
  await ledger.close();
});

test('a job that goes on again is no longer counted', async () => {
  const ledger = ledgerWith();
  const [job] = jobsOf(1) as [PlannedJob];
  adopt(ledger, [job]);
  await ledger.record(job.id, failed, at(2_000));
  await ledger.record(job.id, { status: 'pending', attempt: 2, stalled: null }, at(3_000));
  const reader = openReader(ledger.dir);
  expect(reader.failures(10)).toEqual({ tallies: [], jobs: 0 });
  reader.close();
  await ledger.close();
});

test('of jobs that have left the plan only those count on which money may hang, behind all others', async () => {
  const ledger = ledgerWith();
  const [gone, inDoubt, kept] = jobsOf(3) as [PlannedJob, PlannedJob, PlannedJob];
  adopt(ledger, [gone, inDoubt, kept]);
  await ledger.record(gone.id, failed, at(2_000));
  await ledger.record(inDoubt.id, unknown, at(2_000));
  await ledger.record(kept.id, unknown, at(2_000));
  adopt(ledger, [kept]);
  const reader = openReader(ledger.dir);
  const { tallies } = reader.failures(10);
  expect(tallies.map(({ state, jobs, first }) => ({ state, jobs, first }))).toEqual([
    { state: 'unknown', jobs: 2, first: [kept.id, inDoubt.id] },
  ]);
  reader.close();
  await ledger.close();
});
