import type { Instant } from '../../core/job/job.ts';
import type { JobEvent } from '../../core/job/lifecycle.ts';
import type { PolledRequest, Start } from '../../core/pacing/poll-times.ts';
import type { PollTarget } from './poll.ts';
import { type PollHistory, pollHistory } from './poll-history.ts';

/** A request that is watched until it ends, and what its polls have shown so far. */
export interface WatchedRequest extends PolledRequest {
  target: PollTarget;
  /** Settles with what its watcher waits for. */
  changed: PromiseWithResolvers<JobEvent>;
  unfinishedAt: Instant | null;
  /** When it was last seen unfinished before the latest answer; null: no poll of this run did. */
  seenAt: Instant | null;
  /** When it started; null: no poll of this run has found it running or ended. */
  start: Start | null;
  scheduledAt: Instant;
  /** Not polled before this, whatever else: the server asked for it, or a poll has just failed. */
  notBefore: number;
  /** The polling time when it was first watched: the job's own time counts from there. */
  readonly watchedFromMs: number;
  /** Failed polls in a row. */
  failures: number;
  /** Results without an output. */
  empties: number;
  asksStatus: boolean;
  isPolling: boolean;
  readonly history: PollHistory;
}

export function watchedRequest(
  { tracked, unfinishedAt }: PolledRequest,
  target: PollTarget,
  begins: { readonly at: Instant; readonly pollingMs: number },
  jobTimeoutMs: number,
): WatchedRequest {
  return {
    tracked,
    unfinishedAt,
    seenAt: null,
    start: null,
    target,
    changed: Promise.withResolvers<JobEvent>(),
    scheduledAt: begins.at,
    notBefore: 0,
    watchedFromMs: begins.pollingMs,
    failures: 0,
    empties: 0,
    asksStatus: false,
    isPolling: false,
    history: pollHistory(jobTimeoutMs),
  };
}
