import { UserError } from '../../core/complaints.ts';
import { failure, failureRule, JobFailure } from '../../core/job/failures.ts';
import type { JobId } from '../../core/job/job.ts';
import { evolve } from '../../core/job/lifecycle.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import { type CancelOutcome, type ProviderClient, requestOf } from '../../core/provider.ts';
import { type MachineCosts, machineCosts } from '../../engine/costs/machine-costs.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';
import { realClock } from '../real-clock.ts';
import { machinePricing } from './money.ts';

/** What became of one job that was to be cancelled. */
export interface Cancelled {
  readonly job: JobId;
  /** `failed`: the server could not be asked, for the reason that `message` gives. */
  readonly outcome: CancelOutcome | 'failed';
  readonly message: string | null;
}

// What runs takes a moment to end: so often the server is asked whether it has.
const pausesMs = [300, 700, 1_000, 2_000, 3_000] as const;
const never = new AbortController().signal;

/**
 * Asks the server to cancel jobs, one after another, and for some seconds what became of those that it has yet to end:
 * they come last. Throws `UserError` (`token`) for a token that is refused. `estimator`: of how long jobs run, where the
 * time of a machine is paid.
 */
export async function* cancelJobs(
  ledger: RunLedger,
  jobs: readonly HeldJob[],
  access: Access,
  estimator: Estimator,
): AsyncGenerator<Cancelled> {
  const token = tokenOf(access);
  const connections = openConnections({ api: 4, files: 1 }, access.proxies);
  const costs = machineCosts(withReader(ledger.dir, (reader) => machinePricing(reader, estimator)));
  try {
    const transport = transportOver(connections.api, realClock.now);
    const client = await access.provider.open({ base: access.base, token }, transport);
    let asked: readonly HeldJob[] = [];
    for (const held of jobs) {
      const outcome = await cancelled(client, held);
      if (outcome === null) continue;
      if (outcome.outcome === 'requested') asked = [...asked, held];
      else {
        if (outcome.outcome === 'cancelled') await record(ledger, held, costs, null);
        yield outcome;
      }
    }
    for (const pauseMs of pausesMs) {
      if (asked.length === 0) return;
      await realClock.sleep(pauseMs, never);
      const open: HeldJob[] = [];
      for (const held of asked) {
        const ended = await endOf(client, held);
        if (ended === null) open.push(held);
        else {
          if (ended.outcome === 'cancelled') await record(ledger, held, costs, ended.costUsd);
          yield { job: held.job.id, outcome: ended.outcome, message: null };
        }
      }
      asked = open;
    }
    for (const { job } of asked) yield { job: job.id, outcome: 'requested', message: null };
  } finally {
    await connections.close();
  }
}

/** null: it has no request. */
async function cancelled(client: ProviderClient, { job, state }: HeldJob): Promise<Cancelled | null> {
  const request = requestOf(job, state);
  if (request === null) return null;
  try {
    return { job: job.id, outcome: await client.cancel(request, never), message: null };
  } catch (error) {
    return { job: job.id, outcome: 'failed', message: reasonOf(error).failure.message };
  }
}

interface End {
  /** `not_cancellable`: it ended otherwise, which the next run records. */
  readonly outcome: 'cancelled' | 'not_cancellable';
  readonly costUsd: number | null;
}

/** null: it has not ended yet, or the server does not say. */
async function endOf(client: ProviderClient, { job, state }: HeldJob): Promise<End | null> {
  const request = requestOf(job, state);
  if (request === null) return null;
  try {
    const result = await client.result(request, never);
    return result.phase === 'unfinished' ? null : { outcome: 'not_cancellable', costUsd: null };
  } catch (error) {
    const { failure: reason, costUsd } = reasonOf(error);
    const { becomes } = failureRule(reason.kind);
    if (becomes === 'cancelled') return { outcome: 'cancelled', costUsd };
    return becomes === 'failed' ? { outcome: 'not_cancellable', costUsd } : null;
  }
}

/** Rethrows what is no failure of a job. Throws `UserError` (`token`) for a token that is refused. */
function reasonOf(error: unknown): JobFailure {
  if (!(error instanceof JobFailure)) throw error;
  if (error.failure.kind === 'unauthorized') throw new UserError('token', error.message, null, error);
  return error;
}

/** The time that a machine has worked on it is paid all the same. */
async function record(
  ledger: RunLedger,
  { job, state }: HeldJob,
  costs: MachineCosts,
  costUsd: number | null,
): Promise<void> {
  const at = realClock.now();
  const reason = failure('cancelled', 'It was cancelled by the user.');
  const event = costs.estimated({ type: 'failed', failure: reason, costUsd }, job, state, at);
  await ledger.record(job.id, evolve(state, event), at);
}
