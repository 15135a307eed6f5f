import { UserError } from '../../core/complaints.ts';
import type { Instant, JobId, JobState } from '../../core/job/job.ts';
import { requestIdOf } from '../../core/job/state-facts.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { SharedOrder } from '../../core/sharing/shared-ledger.ts';
import type { Told } from '../../core/sharing/verdicts.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { type JoinedFolder, pull } from './joined-folder.ts';

/** A lease and the longest that a submission may take: until then the answer to it may still come. */
const answerDueMs = 125_000;

interface Waiting extends SharedOrder {
  done(at: Instant): void;
  failed(reason: unknown): void;
}

/**
 * The ledger of a shared run for the user's orders: what is recorded is carried out in the shared ledger, if each job
 * still is as it was when it was looked at, and is then read back. It hands out nothing.
 */
export function orderLedger(joined: JoinedFolder): RunLedger {
  const { ledger } = joined;
  const seen = new Map<JobId, JobState>();
  let waiting: Waiting[] = [];

  function record(job: JobId, state: JobState, at: Instant): Promise<Instant> {
    const before = seen.get(job) ?? heldNow(ledger, job);
    if (before === null) throw new Error(`Job ${job} was not looked at before it was given an order.`);
    return new Promise((done, failed) => {
      waiting.push({ job, seen: before, state, at, done, failed });
      // Orders of one command are one transaction.
      if (waiting.length === 1) queueMicrotask(() => void send());
    });
  }

  async function send(): Promise<void> {
    const batch = waiting;
    waiting = [];
    try {
      await carryOut(joined, batch);
      for (const { job, state } of batch) seen.set(job, state);
      for (const { done, at } of batch) done(at);
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  return {
    ...ledger,
    held(states, isMeant) {
      const jobs = ledger.held(states, isMeant);
      for (const { job, state } of jobs) seen.set(job.id, state);
      return jobs;
    },
    record,
  };
}

function heldNow(ledger: RunLedger, job: JobId): JobState | null {
  const [held] = ledger.held([...everyStatus], (id) => id === job);
  return held?.state ?? null;
}

const everyStatus = [
  'unknown',
  'failed',
  'cancelled',
  'lost',
  'queued',
  'running',
  'succeeded',
  'done',
  'pending',
] as const;

async function carryOut(joined: JoinedFolder, batch: readonly SharedOrder[]): Promise<void> {
  const { shared } = joined;
  const facts = batch.filter(isFact);
  const orders = batch.filter((each) => !isFact(each));
  await refuseFresh(joined, orders);
  if (facts.length > 0) {
    const told = facts.map(({ job, state, at }): Told => ({ job, state, at, epoch: outsideEpoch }));
    await shared.tell(told);
  }
  let refused: readonly SharedOrder[] = [];
  if (orders.length > 0) {
    const verdicts = await shared.order(orders.map(({ job, seen, state, at }) => ({ job, seen, state, at })));
    refused = orders.filter((_, index) => verdicts[index] === 'refused');
  }
  await pull(joined);
  const adopted = facts.filter(({ state }) => state.status === 'queued');
  const looked = new Set([...adopted, ...refused].map(({ job }) => job));
  const found =
    looked.size === 0 ? [] : joined.ledger.held([...everyStatus], (id) => looked.has(id as JobId));
  const states = new Map(found.map(({ job, state }) => [job.id, state]));
  const now = (job: JobId): JobState | null => states.get(job) ?? null;
  const settled = adopted.filter(({ job, state }) => !isOf(now(job), state));
  if (settled[0] !== undefined) throw overtakenError(settled[0], settled.length);
  // One that was overtaken keeps all others from being carried out.
  const changed = refused.filter(({ job, seen }) => isOther(now(job), seen));
  const [first] = changed.length > 0 ? changed : refused;
  if (first !== undefined) throw overtakenError(first, Math.max(1, changed.length));
}

/** Whether a job has the request that it was told to have. */
function isOf(now: JobState | null, told: JobState): boolean {
  return now !== null && requestIdOf(now) === requestIdOf(told);
}

function isOther(now: JobState | null, seen: JobState): boolean {
  return now === null || now.status !== seen.status || now.attempt !== seen.attempt || !isOf(now, seen);
}

/** Of somebody who holds nothing: facts are taken from anybody. */
const outsideEpoch = -1;

/** What the server has told, which stands whatever others know; everything else is an order of the user's. */
function isFact({ seen, state }: SharedOrder): boolean {
  if (state.status === 'cancelled') return true;
  return seen.status === 'unknown' && state.attempt === seen.attempt && state.status === 'queued';
}

function overtakenError({ job }: SharedOrder, jobs: number): UserError {
  const have = jobs === 1 ? 'has' : `and ${jobs - 1} more have`;
  return new UserError(
    'usage',
    `Job ${job} ${have} changed meanwhile, by another runner or another order: nothing was done.`,
    'Look at it with rcb status or rcb ls, then give the order again.',
  );
}

/** Throws `UserError` (`usage`) for a submission whose answer may still come to the runner that sent it. */
async function refuseFresh({ shared }: JoinedFolder, orders: readonly SharedOrder[]): Promise<void> {
  const again = orders.flatMap(({ job, seen, state }) =>
    seen.status === 'unknown' && state.status === 'pending' ? [{ job, since: seen.since }] : [],
  );
  if (again.length === 0) return;
  const { now } = await shared.renew();
  const youngest = again.reduce((a, b) => (b.since > a.since ? b : a));
  const leftMs = youngest.since + answerDueMs - now;
  if (leftMs <= 0) return;
  throw new UserError(
    'usage',
    `Job ${youngest.job} was submitted ${showDuration(Math.max(0, now - youngest.since))} ago: the runner that sent it may still get the answer.`,
    `Wait ${showDuration(Math.ceil(leftMs / 1_000) * 1_000)}, then run the same command again. Nothing was submitted.`,
  );
}
