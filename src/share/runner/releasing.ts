import type { JobId } from '../../core/job/job.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import type { SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Holds } from './holds.ts';

/** Gives back the jobs that the engine has let go of before they came to rest. */
export interface Releasing {
  /** To be called from the line of calls. */
  flush(): Promise<void>;
}

export function releasing({
  shared,
  holds,
}: {
  readonly shared: Pick<SharedLedger, 'release'>;
  readonly holds: Holds;
}): Releasing {
  const left = new Set<JobId>();

  holds.onEnded(({ job, state, lost }) => {
    if (lost !== null || !isAtRest(state.status)) left.add(job.id);
  });

  return {
    async flush() {
      for (const job of left) if (holds.has(job)) left.delete(job);
      const jobs = [...left];
      if (jobs.length === 0) return;
      await shared.release(jobs);
      // The engine may have let go of others meanwhile.
      for (const job of jobs) left.delete(job);
    },
  };
}
