import type { Instant } from '../job/job.ts';
import type { ServerQueue } from './server-queue.ts';
import { cushionFor } from './window-size.ts';

/**
 * What a look is worth, in usual latencies of not knowing that a request has ended. `idle`: its slot stands empty
 * meanwhile; that makes some eight looks of a log-normal job, and a lag of 4%. `backed`: others wait at the server
 * and take the slot, so that nothing is lost but a place in the window.
 */
const prices = { idle: 0.0075, backed: 0.1 } as const;
// When nothing more is submitted the last ones alone decide when the run ends: the fewer they are, the closer they are
// watched, as the looks of all together stay about as many.
const last = { most: 0.03, least: 0.003, atJobs: 64 } as const;

export interface PollSituation {
  readonly queue: ServerQueue;
  /** Of all models. */
  readonly inFlight: number;
  /** Nothing more will be submitted. */
  readonly isClosed: boolean;
}

export function pollPrice({ queue, inFlight, isClosed }: PollSituation, now: Instant): number {
  const waiting = queue.waiting(now);
  if (waiting >= 1 && waiting >= cushionFor(queue, now) / 2) return prices.backed;
  if (!isClosed) return prices.idle;
  return Math.max(last.least, Math.min(last.most, (last.most * inFlight) / last.atJobs));
}
