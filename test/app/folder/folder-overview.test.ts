import { describe, expect, test } from 'vitest';
import { overviewOf } from '../../../src/app/folder/folder-overview.ts';
import { type FailureKind, failure, failureKinds } from '../../../src/core/job/failures.ts';
import type { JobId, JobState } from '../../../src/core/job/job.ts';
import type { BoundedOverview } from '../../../src/core/job/overview.ts';
import type { RunLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { at, jobId, ledgerWith, requestId } from '../../store/store-support.ts';

function overviewIn(ledger: RunLedger): BoundedOverview {
  const reader = openReader(ledger.dir);
  try {
    return overviewOf(reader, reader.holdings(), []);
  } finally {
    reader.close();
  }
}

/** The state in which this failure leaves a job. */
function heldBy(kind: FailureKind, message = 'It is so.', http: number | null = null): JobState {
  const reason = failure(kind, message, { http });
  const { becomes } = failureKinds[kind];
  switch (becomes) {
    case 'stalled':
      return { status: 'queued', attempt: 1, requestId: requestId('r'), since: at(1), stalled: reason };
    case 'unknown':
      return { status: 'unknown', attempt: 1, since: at(1), failure: reason };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return { status: becomes, attempt: 1, requestId: null, failure: reason, costUsd: null };
  }
}

async function hold(ledger: RunLedger, names: readonly string[], state: JobState): Promise<void> {
  await Promise.all(names.map((name) => ledger.record(jobId(name) as JobId, state, at(2_000))));
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `job ${index}`);

describe('the command that deals with a failure', () => {
  test.each<[FailureKind, (dir: string, job: string) => string]>([
    ['invalid_input', (dir, job) => `rcb show ${dir} ${job}`],
    ['model_not_found', (dir, job) => `rcb show ${dir} ${job}`],
    ['unauthorized', (dir) => `rcb resume ${dir}`],
    ['no_balance', (dir) => `rcb resume ${dir}`],
    ['rate_limited', (dir) => `rcb resume ${dir}`],
    ['unreachable', (dir) => `rcb resume ${dir}`],
    ['read_failed', (dir) => `rcb fetch ${dir}`],
    ['overdue', (dir) => `rcb fetch ${dir}`],
    ['download_failed', (dir) => `rcb fetch ${dir}`],
    ['unanswered', (dir) => `rcb reconcile ${dir}`],
    ['generation_failed', (dir) => `rcb retry ${dir}`],
    ['no_output', (dir) => `rcb fetch ${dir}`],
    ['refused', (dir, job) => `rcb show ${dir} ${job}`],
    ['cancelled', (dir) => `rcb retry ${dir}`],
    ['lost', (dir) => `rcb fetch ${dir}`],
    ['wrong_account', (dir) => `rcb resume ${dir}`],
  ])('%s', async (kind, command) => {
    const ledger = ledgerWith('job 0');
    await hold(ledger, ['job 0'], heldBy(kind));
    const { failures } = overviewIn(ledger);
    expect(failures).toMatchObject([
      { class: failureKinds[kind].class, jobs: 1, next: command(ledger.dir, jobId('job 0')) },
    ]);
    await ledger.close();
  });

  test('names the jobs of a retry where they are few and not all that failed', async () => {
    const all = names(9);
    const ledger = ledgerWith(...all);
    await hold(ledger, all.slice(0, 6), heldBy('generation_failed', 'NSFW.'));
    await hold(ledger, all.slice(6, 8), heldBy('cancelled', 'Stopped.'));
    await hold(ledger, all.slice(8), heldBy('generation_failed', 'Gone.'));
    const { dir } = ledger;
    const [seventh, eighth, ninth] = all.slice(6).map(jobId);
    expect(overviewIn(ledger).failures.map(({ jobs, next }) => [jobs, next])).toEqual([
      [6, `rcb retry ${dir}`],
      [2, `rcb retry ${dir} ${seventh} ${eighth}`],
      [1, `rcb retry ${dir} ${ninth}`],
    ]);
    await ledger.close();
  });
});

test('failures that only their HTTP status tells apart are one group, with the first job of the plan', async () => {
  const all = names(4);
  const ledger = ledgerWith(...all);
  await hold(ledger, all.slice(1), heldBy('no_output', 'Empty.', 200));
  await hold(ledger, all.slice(0, 1), heldBy('no_output', 'Empty.', 206));
  const { failures, totals } = overviewIn(ledger);
  expect(failures).toMatchObject([{ jobs: 4, example: jobId('job 0') }]);
  expect(totals.failedJobs).toBe(4);
  await ledger.close();
});

test('a submit in doubt and one that was written off are two groups, since they are dealt with in two ways', async () => {
  const ledger = ledgerWith(...names(2));
  const doubt = heldBy('unanswered');
  await hold(ledger, ['job 0'], doubt);
  const reason = failure('unanswered', 'It is so.');
  await hold(ledger, ['job 1'], { ...heldBy('lost'), failure: reason, status: 'failed' } as JobState);
  expect(overviewIn(ledger).failures.map(({ next }) => next)).toEqual([
    `rcb reconcile ${ledger.dir}`,
    `rcb retry ${ledger.dir}`,
  ]);
  await ledger.close();
});

test('however many reasons there are, twenty are listed and all jobs counted', async () => {
  const all = names(50);
  const ledger = ledgerWith(...all);
  for (const name of all) await hold(ledger, [name], heldBy('generation_failed', `Broken by ${name}.`));
  const { failures, totals } = overviewIn(ledger);
  expect(failures.map(({ example }) => example)).toEqual(all.slice(0, 20).map(jobId));
  expect(totals.failedJobs).toBe(50);
  await ledger.close();
});
