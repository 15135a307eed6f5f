import type { Clock } from '../../core/ports.ts';
import { type ProviderClient, Unsent } from '../../core/provider.ts';
import { leaseMs } from '../../core/sharing/shared-ledger.ts';
import type { Hold, Holds } from './holds.ts';

const maxAgeMs = leaseMs / 3;

interface FreshPorts {
  readonly holds: Pick<Holds, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
  /** In ms, never set back; it may stand still while the machine sleeps. */
  readonly steadyMs: () => number;
}

/**
 * The same client, except that it withdraws a submission whose announcement is too old: in a process that was frozen,
 * or on a machine that slept, another runner may hold the job by now. Either clock may have stood still meanwhile.
 */
export function withFreshAnnouncements(
  api: ProviderClient,
  { holds, clock, steadyMs }: FreshPorts,
): ProviderClient {
  function isStale({ announced, lost }: Hold): boolean {
    if (lost !== null || announced === null) return true;
    return clock.now() - announced.at > maxAgeMs || steadyMs() - announced.steadyMs > maxAgeMs;
  }

  return {
    ...api,
    async submit(job, ...how) {
      const hold = holds.find(job.id);
      if (hold !== null && isStale(hold)) throw new Unsent(`The announcement of job ${job.id} is too old.`);
      return api.submit(job, ...how);
    },
  };
}
