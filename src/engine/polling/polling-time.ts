import type { JobId } from '../../core/job/job.ts';

/**
 * For how long the API could be polled. The time that a job is given to end does not pass while nobody gets an answer.
 */
export interface PollingTime {
  answered(): void;
  /** A poll of this job failed in a way that may pass. */
  failed(job: JobId): void;
  /** In ms, without the time in which the API answered nobody. */
  elapsedMs(): number;
}

interface PollingTimePorts {
  /** Time waited between polls, in ms. */
  readonly waitedMs: () => number;
  /** Whether neither submissions nor free calls are answered. */
  readonly isAway: () => boolean;
  /** Time without answers counts again beyond this. */
  readonly outageMs: number;
}

// A single request that cannot be polled may itself be the reason.
const minFailing = 2;

export function pollingTime({ waitedMs, isAway, outageMs }: PollingTimePorts): PollingTime {
  const failing = new Set<JobId>();
  let unansweredMs = 0;
  let since: number | null = null;

  /** Of the current time without answers. */
  function currentMs(): number {
    return since === null ? 0 : Math.min(outageMs, waitedMs() - since);
  }

  return {
    answered() {
      unansweredMs += currentMs();
      since = null;
      failing.clear();
    },
    failed(job) {
      failing.add(job);
      if (since === null && (failing.size >= minFailing || isAway())) since = waitedMs();
    },
    elapsedMs: () => waitedMs() - unansweredMs - currentMs(),
  };
}
