import type { Job } from './job.ts';

/** Whether a job may be submitted under a cap. `wait`: what is in flight has to end first, since it may cost less. */
export type Verdict = 'go' | 'wait' | 'stop';

/** Keeps what is spent, and what may still be, under a cap in dollars. */
export interface Budget {
  /** Asks for a job that is to be submitted; `go` reserves what it may cost. */
  admit(job: Job): Verdict;
  /** Reserves, unasked, for a job that was submitted before: it is paid for already. */
  hold(job: Job): void;
  /** The job has come to rest; null: the server did not say what it cost. */
  settle(job: Job, costUsd: number | null): void;
  /** It was not accepted after all, and costs nothing. */
  release(job: Job): void;
}

// After so many jobs in a row that nobody said the cost of, it will not be known.
const blindJobs = 3;

// Sums of prices in binary fractions may be off by this much without anybody paying more.
const slackUsd = 1e-9;

/**
 * A cap over the life of a folder: `spentUsd` is what it has cost so far. A job is reserved at its base price, or at
 * the most that a job of its model has cost. Where neither is known, one job goes ahead alone to find
 * out; after a few that nobody names the cost of, none does, since the cap could not be kept.
 */
export function budget(capUsd: number, spentUsd: number, priceOf: (job: Job) => number | null): Budget {
  const reserved = new Map<string, number>();
  const dearest = new Map<string, number>();
  const probes = new Map<string, string>();
  const silent = new Map<string, number>();
  let spent = spentUsd;
  let held = 0;

  function expectedUsd(job: Job): number | null {
    const price = priceOf(job);
    const seen = dearest.get(job.model) ?? null;
    return price === null ? seen : Math.max(price, seen ?? 0);
  }

  function reserve(job: Job, usd: number): void {
    free(job);
    reserved.set(job.id, usd);
    held += usd;
  }

  function free(job: Job): void {
    held -= reserved.get(job.id) ?? 0;
    reserved.delete(job.id);
    if (reserved.size === 0) held = 0;
    if (probes.get(job.model) === job.id) probes.delete(job.model);
  }

  return {
    admit(job) {
      const usd = expectedUsd(job);
      if (usd === null) {
        if (spent + held >= capUsd) return reserved.size > 0 ? 'wait' : 'stop';
        if (probes.has(job.model)) return 'wait';
        if ((silent.get(job.model) ?? 0) >= blindJobs) return reserved.size > 0 ? 'wait' : 'stop';
        probes.set(job.model, job.id);
        reserved.set(job.id, 0);
        return 'go';
      }
      if (spent + held + usd > capUsd + slackUsd) return reserved.size > 0 ? 'wait' : 'stop';
      reserve(job, usd);
      return 'go';
    },
    hold: (job) => reserve(job, expectedUsd(job) ?? 0),
    settle(job, costUsd) {
      const usd = costUsd ?? reserved.get(job.id) ?? 0;
      free(job);
      spent += usd;
      silent.set(job.model, costUsd === null ? (silent.get(job.model) ?? 0) + 1 : 0);
      if (costUsd !== null) dearest.set(job.model, Math.max(dearest.get(job.model) ?? 0, costUsd));
    },
    release: free,
  };
}
