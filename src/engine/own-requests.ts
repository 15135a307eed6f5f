import { failure, JobFailure } from '../core/job/failures.ts';
import type { Job, JobId, RequestId } from '../core/job/job.ts';
import type { Ledger } from '../core/ports.ts';
import type { ProviderClient } from '../core/provider.ts';

/**
 * The same client, except that a submission answered with another job's request has an unknown outcome: that request
 * has one result, and whether there is a second one is unknown.
 */
export function withOwnRequests(api: ProviderClient, ledger: Pick<Ledger, 'take'>): ProviderClient {
  /** Never throws: an id that was paid for is recorded even if its owner cannot be looked up. */
  function ownerOf(requestId: RequestId, { id }: Job): JobId | null {
    try {
      return ledger.take(requestId, id);
    } catch {
      return null;
    }
  }

  return {
    ...api,
    async submit(job, ...how) {
      const request = await api.submit(job, ...how);
      const owner = ownerOf(request.id, job);
      if (owner === null) return request;
      throw new JobFailure(
        failure(
          'unanswered',
          `The server gave the id of job ${owner} (${request.id}) for this one too: it may be running and billed.`,
        ),
      );
    },
  };
}
