import type { JobId } from '../../core/job/job.ts';
import type { Horizon } from '../../core/sharing/shared-ledger.ts';

/** Jobs of which the mirror knew more than what was read of them, and from where on they are to be read again. */
interface PutOff {
  /** `isOlder`: what was read is older than the mirror, so that it counts when it is read again. */
  put(job: JobId, isOlder: boolean): void;
  /** Whether it is read again after it was older. */
  isRead(job: JobId): boolean;
  settle(job: JobId): void;
  /** All up to here has been read. */
  reach(horizon: Horizon): void;
  /** Nothing has been read. */
  restart(): void;
  /** From where on to read next. */
  from(): Horizon | null;
}

interface Entry {
  readonly from: Horizon | null;
  readonly isOlder: boolean;
}

/**
 * A change that is put off must be read again, for that job's row may stay as it is, whatever the shared ledger makes of
 * what it hears. Few jobs are put off at a time, and soon settled, so that
 * little is read twice.
 */
export function putOff(begun: Horizon | null): PutOff {
  /** In the order in which they were put off, so that the first is to be read from earliest. */
  const jobs = new Map<JobId, Entry>();
  let reached = begun;

  return {
    put(job, isOlder) {
      jobs.set(job, { from: jobs.has(job) ? (jobs.get(job)?.from ?? null) : reached, isOlder });
    },
    isRead: (job) => jobs.get(job)?.isOlder === true,
    settle: (job) => void jobs.delete(job),
    reach(horizon) {
      reached = horizon;
    },
    restart() {
      jobs.clear();
      reached = null;
    },
    from() {
      const [first] = jobs.values();
      return first === undefined ? reached : first.from;
    },
  };
}
