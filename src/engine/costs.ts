import { type Failure, failure } from '../core/job/failures.ts';
import type { Job, JobId } from '../core/job/job.ts';
import type { JobEvent } from '../core/job/lifecycle.ts';
import { isPlausibleCost, showUsd } from '../core/money/prices.ts';
import type { Observer } from '../core/ports.ts';

export interface CostPorts {
  /** Dollars at the base price; null: not known. */
  readonly priceOf: (job: Job) => number | null;
  readonly observe: Observer;
  /** A cap cannot be kept any more: nothing further is submitted. */
  readonly halt: ((reason: Failure) => void) | null;
}

/**
 * Leaves out of events a cost that cannot be believed: it would make every sum of money worthless. Such a job counts as
 * one whose cost nobody has named, the user is warned, and where a cap is to be kept submitting ends, since only a look
 * at the account tells what was charged.
 */
export function credibleCosts({
  priceOf,
  observe,
  halt,
}: CostPorts): (event: JobEvent, job: Job) => JobEvent {
  const warned = new Set<JobId>();

  function doubt(job: Job, costUsd: number): void {
    if (warned.has(job.id)) return;
    warned.add(job.id);
    const said = `The server named a cost of ${showUsd(costUsd)} for job ${job.id.slice(0, 8)}, which cannot be right, so it is left out of all sums.`;
    observe({ type: 'warned', job: job.id, message: said });
    halt?.(
      failure(
        'capped',
        `${said} The cap cannot be kept without it: look up in your account what was charged, then go on with a --max-cost that allows for it.`,
      ),
    );
  }

  return (event, job) => {
    if (!('costUsd' in event) || event.costUsd === null) return event;
    if (isPlausibleCost(event.costUsd, priceOf(job))) return event;
    doubt(job, event.costUsd);
    return { ...event, costUsd: null };
  };
}
