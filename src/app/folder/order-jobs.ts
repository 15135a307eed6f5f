import { UserError } from '../../core/complaints.ts';
import type { JobId, JobStatus } from '../../core/job/job.ts';
import { type Order, ordered } from '../../core/job/orders.ts';
import type { Holdings } from '../../core/job/tally.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { realClock } from '../real-clock.ts';

/** The jobs whose ids start with these prefixes, each exactly one of the held ones; with none named, all of them. */
export function named(
  held: readonly HeldJob[],
  prefixes: readonly string[],
  what: string,
): readonly HeldJob[] {
  if (prefixes.length === 0) return held;
  return prefixes.map((prefix) => {
    const found = held.filter(({ job }) => job.id.startsWith(prefix.toLowerCase()));
    const [job] = found;
    if (job === undefined) {
      throw new UserError(
        'usage',
        `No ${what} job has an id that starts with "${prefix}".`,
        'List them with rcb ls.',
      );
    }
    if (found.length > 1) {
      throw new UserError(
        'usage',
        `${found.length} ${what} jobs start with "${prefix}".`,
        'Give more characters of the id.',
      );
    }
    return job;
  });
}

/** Carries an order out for each job, durable on return. Throws `UserError` for a job that it makes no sense for. */
export async function giveOrder(ledger: RunLedger, jobs: readonly HeldJob[], order: Order): Promise<void> {
  const states = jobs.map(({ job, state }) => {
    const next = ordered(state, order);
    if (next !== null) return { id: job.id, next };
    throw new UserError(
      'usage',
      `Job ${job.id} is ${state.status}.`,
      'Choose jobs in another state; rcb ls lists them.',
    );
  });
  const at = realClock.now();
  await Promise.all(states.map(({ id, next }) => ledger.record(id, next, at)));
}

export const endedBadlyStates: readonly JobStatus[] = ['failed', 'cancelled', 'lost'];

/** Carries out `--on-unknown resubmit` for every job of the plan but those that were accepted for all that is known. */
export async function resendUnknown(ledger: RunLedger, accepted: ReadonlySet<JobId>): Promise<void> {
  const unclear = ledger.held(['unknown'], (job) => !accepted.has(job as JobId));
  const jobs = unclear.filter(({ isPlanned }) => isPlanned);
  await giveOrder(ledger, jobs, { type: 'resubmit' });
}

/** The same counts with what is held as unknown among what is to be submitted. */
export function countedAsPending<T extends Pick<Holdings, 'counts'>>(view: T): T {
  const { counts } = view;
  return { ...view, counts: { ...counts, pending: counts.pending + counts.unknown, unknown: 0 } };
}
