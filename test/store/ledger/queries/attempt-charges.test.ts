import { expect, test } from 'vitest';
import { failure } from '../../../../src/core/job/failures.ts';
import type { JobState } from '../../../../src/core/job/job.ts';
import { ordered } from '../../../../src/core/job/orders.ts';
import { chargeOf } from '../../../../src/core/money/charges.ts';
import type { RunLedger } from '../../../../src/store/ledger/ledger.ts';
import { type LedgerReader, openReader } from '../../../../src/store/ledger/reader.ts';
import { adopt, at, jobId, ledgerWith, planned, requestId } from '../../store-support.ts';

const model = 'ideogram/ideogram-v2/generate';
const attempt = 1;
const oops = failure('generation_failed', 'It failed.');
const unanswered = failure('unanswered', 'No answer came.');
const accepted = { attempt, requestId: requestId('r') } as const;
const unknown: JobState = { status: 'unknown', attempt, since: at(1), failure: unanswered };

const states: readonly JobState[] = [
  { status: 'pending', attempt, stalled: null },
  { status: 'pending', attempt, stalled: failure('rate_limited', 'Too many.') },
  { status: 'submitting', attempt, since: at(1) },
  { ...accepted, status: 'queued', since: at(1), stalled: null },
  { ...accepted, status: 'running', since: at(1), stalled: null },
  { ...accepted, status: 'succeeded', costUsd: null, outputs: [], stalled: null },
  { ...accepted, status: 'succeeded', costUsd: 0.08, outputs: [], stalled: null },
  { ...accepted, status: 'done', files: [], costUsd: null },
  { ...accepted, status: 'done', files: [], costUsd: 0 },
  { ...accepted, status: 'failed', failure: oops, costUsd: null },
  { ...accepted, status: 'failed', failure: oops, costUsd: 0.08 },
  { attempt, requestId: null, status: 'failed', failure: failure('invalid_input', 'No.'), costUsd: null },
  { attempt, requestId: null, status: 'failed', failure: failure('refused', 'No.'), costUsd: null },
  { ...accepted, status: 'cancelled', failure: oops, costUsd: null },
  { ...accepted, status: 'cancelled', failure: oops, costUsd: 0.04 },
  { ...accepted, status: 'lost', failure: failure('lost', 'Gone.'), costUsd: null },
  unknown,
  ordered(unknown, { type: 'write_off' }) as JobState,
];

function reading<T>(ledger: RunLedger, read: (reader: LedgerReader) => T): T {
  ledger.flush();
  const reader = openReader(ledger.dir);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

function attemptsIn(groups: readonly { readonly attempts: number }[]): number {
  return groups.reduce((sum, { attempts }) => sum + attempts, 0);
}

test.each(states.map((state) => [state.status, state] as const))(
  'an attempt that is %s counts in the ledger as it does in the core: %j',
  async (_status, state) => {
    const ledger = ledgerWith('fox');
    await ledger.record(jobId('fox'), { status: 'submitting', attempt, since: at(1) }, at(1));
    await ledger.record(jobId('fox'), state, at(2));
    const charge = chargeOf(state);
    const { past, stake } = reading(ledger, (reader) => ({
      past: reader.pastAttempts(),
      stake: reader.attemptsAtStake(),
    }));
    expect(past.spentUsd).toBe(charge.type === 'named' ? charge.usd : 0);
    expect(past.named).toEqual(
      charge.type === 'named' ? [{ model, input: {}, attempts: 1, usd: charge.usd }] : [],
    );
    expect(attemptsIn(past.unnamed)).toBe(charge.type === 'unnamed' ? 1 : 0);
    expect(attemptsIn(stake)).toBe(charge.type === 'unnamed' || charge.type === 'open' ? 1 : 0);
    await ledger.close();
  },
);

test('attempts that later ones have followed stay counted', async () => {
  const ledger = ledgerWith('fox', 'owl');
  for (let each = 1; each <= 5; each += 1) {
    const sent: JobState = { status: 'unknown', attempt: each, since: at(each), failure: unanswered };
    await ledger.record(jobId('fox'), sent, at(each));
    await ledger.record(jobId('fox'), ordered(sent, { type: 'resubmit' }) as JobState, at(each));
  }
  const lost: JobState = { ...accepted, status: 'lost', failure: oops, costUsd: null };
  await ledger.record(jobId('owl'), lost, at(9));
  await ledger.record(jobId('owl'), ordered(lost, { type: 'retry' }) as JobState, at(9));
  expect(reading(ledger, (reader) => reader.pastAttempts())).toEqual({
    spentUsd: 0,
    named: [],
    unnamed: [{ model, input: {}, attempts: 6 }],
  });
  await ledger.close();
});

test('attempts are told apart by model and by the inputs that a price depends on', async () => {
  const ledger = ledgerWith();
  const jobs = [
    planned('a', { input: { prompt: 'a', num_images: 2, seed: 1 } }),
    planned('b', { input: { prompt: 'b', num_images: 2, seed: 2 } }),
    planned('c', { input: { prompt: 'c', num_images: 4 } }),
    planned('d', { input: { prompt: 'd', duration: '5' }, model: 'a/video' }),
  ];
  adopt(ledger, jobs);
  for (const [nth, { id }] of jobs.entries()) {
    await ledger.record(id, { ...accepted, status: 'done', files: [], costUsd: nth }, at(9));
  }
  const { named } = reading(ledger, (reader) => reader.pastAttempts());
  expect(named).toHaveLength(3);
  expect(named).toContainEqual({ model, input: { num_images: 2 }, attempts: 2, usd: 1 });
  expect(named).toContainEqual({ model, input: { num_images: 4 }, attempts: 1, usd: 2 });
  expect(named).toContainEqual({ model: 'a/video', input: { duration: '5' }, attempts: 1, usd: 3 });
  await ledger.close();
});

test('the cap of the latest run that submits is kept in the folder', async () => {
  const ledger = ledgerWith('fox');
  expect(reading(ledger, (reader) => reader.capUsd())).toBeNull();
  ledger.beginRun({ at: at(1), submits: true, capUsd: 2.5 });
  ledger.beginRun({ at: at(2), submits: false });
  expect(reading(ledger, (reader) => reader.capUsd())).toBe(2.5);
  ledger.beginRun({ at: at(3), submits: true });
  expect(reading(ledger, (reader) => reader.capUsd())).toBeNull();
  await ledger.close();
});
