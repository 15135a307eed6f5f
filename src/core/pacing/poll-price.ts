import type { Instant } from '../job/job.ts';
import type { ServerQueue } from './server-queue.ts';
import { cushionFor } from './window-size.ts';

/**
 * What a poll costs, in units of a usual latency during which nobody knows that a request has ended. `idle`: its slot
 * stays empty meanwhile; for a log-normal latency that makes about eight polls per job, and a lag of 4%. `backed`:
 * others wait on the server and take the slot, so that only a slot of the window is lost.
 */
const prices = { idle: 0.0075, backed: 0.1 } as const;
// Once nothing more is submitted, the last jobs alone decide when the run ends: the fewer they are, the more closely
// they are polled, since the number of all polls stays about the same.
const last = { max: 0.03, min: 0.003, atJobs: 64 } as const;

interface PollSituation {
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
  return Math.max(last.min, Math.min(last.max, (last.max * inFlight) / last.atJobs));
}
