import type { JobId } from '../core/job/job.ts';

/** How long the API was there to be asked: what a job is given to end does not run while nobody gets an answer. */
export interface PollingTime {
  answered(): void;
  /** A poll of this job failed in a way that may pass. */
  failed(job: JobId): void;
  /** Time of polling, in ms, without the time in which the API was silent. */
  heardMs(): number;
}

export interface PollingTimePorts {
  /** Time rested between polls, in ms. */
  readonly restedMs: () => number;
  /** Whether neither submissions nor free calls are answered. */
  readonly isAway: () => boolean;
  /** Longer than this a silence does not count as one. */
  readonly outageMs: number;
}

// One request that cannot be polled may be the fault of that request.
const minSilent = 2;

export function pollingTime({ restedMs, isAway, outageMs }: PollingTimePorts): PollingTime {
  const failing = new Set<JobId>();
  let silentMs = 0;
  let since: number | null = null;

  /** Of the silence that goes on. */
  function currentMs(): number {
    return since === null ? 0 : Math.min(outageMs, restedMs() - since);
  }

  return {
    answered() {
      silentMs += currentMs();
      since = null;
      failing.clear();
    },
    failed(job) {
      failing.add(job);
      if (since === null && (failing.size >= minSilent || isAway())) since = restedMs();
    },
    heardMs: () => restedMs() - silentMs - currentMs(),
  };
}
