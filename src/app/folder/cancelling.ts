import { UserError } from '../../core/complaints.ts';
import { JobFailure } from '../../core/job/failures.ts';
import type { JobId } from '../../core/job/job.ts';
import { type CancelOutcome, requestOf } from '../../core/provider.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';
import { realClock } from '../real-clock.ts';
import { giveOrder } from './order-jobs.ts';

/** What became of one job that was to be cancelled. */
export interface Cancelled {
  readonly job: JobId;
  /** `failed`: the server could not be asked, for the reason that `message` gives. */
  readonly outcome: CancelOutcome | 'failed';
  readonly message: string | null;
}

/** Asks the server to cancel jobs, one after another. Throws `UserError` (`token`) for a token that is refused. */
export async function* cancelJobs(
  ledger: RunLedger,
  jobs: readonly HeldJob[],
  access: Access,
): AsyncGenerator<Cancelled> {
  const token = tokenOf(access);
  const connections = openConnections({ api: 4, files: 1 }, access.proxies);
  try {
    const transport = transportOver(connections.api, realClock.now);
    const client = await access.provider.open({ base: access.base, token }, transport);
    for (const held of jobs) {
      const request = requestOf(held.job, held.state);
      if (request === null) continue;
      const { id: job } = held.job;
      try {
        const outcome = await client.cancel(request, new AbortController().signal);
        if (outcome === 'cancelled') await giveOrder(ledger, [held], { type: 'cancel' });
        yield { job, outcome, message: null };
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        if (error.failure.kind === 'unauthorized') throw new UserError('token', error.message, null, error);
        yield { job, outcome: 'failed', message: error.message };
      }
    }
  } finally {
    await connections.close();
  }
}
