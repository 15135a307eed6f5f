import { type Failure, failure } from '../../core/job/failures.ts';
import type { Job, JobId } from '../../core/job/job.ts';
import type { JobEvent } from '../../core/job/lifecycle.ts';
import { isPlausibleCost, showUsd } from '../../core/money/prices.ts';
import type { Observer } from '../../core/ports.ts';

interface CostPorts {
  /** Dollars at the base price; null: unknown. */
  readonly priceOf: (job: Job) => number | null;
  readonly observe: Observer;
  /** Ends submitting because the cap can no longer be kept; null: there is no cap. */
  readonly halt: ((reason: Failure) => void) | null;
}

/**
 * Takes an implausible cost out of an event, since it would falsify every total. The cost of such a job counts as
 * unknown, and the user is warned. If there is a cap, submitting ends, because only the account shows what was charged.
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
    const said = `The server named a cost of ${showUsd(costUsd)} for job ${job.id.slice(0, 8)}, which cannot be right, so it is left out of all totals.`;
    observe({ type: 'warned', job: job.id, message: said });
    halt?.(
      failure(
        'capped',
        `${said} The cap cannot be kept without it: look up in your account what was charged, then continue with a --max-cost that allows for it.`,
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
