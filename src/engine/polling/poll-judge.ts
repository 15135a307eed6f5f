import { failureRule, type JobFailure, ReportedFailure } from '../../core/job/failures.ts';
import type { JobEvent } from '../../core/job/lifecycle.ts';
import { type Backoff, backoffMs, obeyedMs, visibilityGraceMs } from '../../core/pacing/pace.ts';
import type { PollTimes } from '../../core/pacing/poll-times.ts';
import type { ServerView } from '../../core/pacing/server-view.ts';
import type { Throttle } from '../../core/pacing/throttle.ts';
import type { Clock, Dice, Observer } from '../../core/ports.ts';
import type { Window } from '../window.ts';
import type { PollResult } from './poll.ts';
import type { PollingTime } from './polling-time.ts';
import type { WatchedRequest } from './watched.ts';

/** A result that has had no output this often belongs to a job without output. */
const maxEmptyResults = 3;

/** What follows from a poll. */
export type Verdict =
  | { readonly type: 'changed'; readonly event: JobEvent }
  | { readonly type: 'again' }
  | { readonly type: 'given_up'; readonly reason: JobFailure };

/** Decides what each poll means for its job, and passes on what it teaches. */
interface PollJudge {
  answered(request: WatchedRequest, result: PollResult): Verdict;
  /** `byStatus`: the result was only asked for, and could only fail, after the status had said `finished`. */
  failed(request: WatchedRequest, error: JobFailure, byStatus: boolean): Verdict;
}

export interface PollJudgePorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly view: ServerView;
  readonly window: Window;
  readonly throttle: Throttle;
  readonly times: PollTimes;
  readonly pollingTime: PollingTime;
  /** Between polls of one request that fail, however many. */
  readonly backoff: Backoff;
  readonly jobTimeoutMs: number;
}

export function pollJudge(ports: PollJudgePorts): PollJudge {
  const { clock, dice, observe, view, window, throttle, times, pollingTime, jobTimeoutMs } = ports;

  /** Repeats the poll, with no bound but the job's own time. */
  function repeated(request: WatchedRequest, { failure, retryAfterMs: askedMs }: JobFailure): Verdict {
    request.failures += 1;
    const leftMs = Math.max(0, jobTimeoutMs - waitedMs(request));
    const backedOffMs = backoffMs(request.failures, ports.backoff, obeyedMs(askedMs), dice());
    const delayMs = Math.min(backedOffMs, leftMs);
    request.notBefore = clock.now() + delayMs;
    observe({ type: 'repeating', call: 'status', job: request.tracked.job, failure, askedMs, delayMs });
    return againInTime(request);
  }

  function mayPass({ tracked, empties }: WatchedRequest, error: JobFailure): boolean {
    if (error instanceof ReportedFailure) return true;
    const { kind } = error.failure;
    // It is paid for: files that come late are worth another poll.
    if (kind === 'no_output') return empties < maxEmptyResults;
    if (kind === 'lost') return clock.now() - tracked.acceptedAt < visibilityGraceMs;
    return failureRule(kind).transient;
  }

  function againInTime(request: WatchedRequest): Verdict {
    if (waitedMs(request) < jobTimeoutMs) return { type: 'again' };
    return { type: 'given_up', reason: request.history.overdue() };
  }

  function waitedMs({ watchedFromMs }: WatchedRequest): number {
    return pollingTime.elapsedMs() - watchedFromMs;
  }

  return {
    answered(request, result) {
      const { tracked } = request;
      const now = clock.now();
      const isNewest = view.newest().includes(tracked);
      request.failures = 0;
      pollingTime.answered();
      request.history.saw(result.phase);
      throttle.pollAnswered(now);
      // Every poll teaches something, and the first one that finds it running or ended tells of its start.
      const start = times.learn(request, result, now);
      request.start ??= start;
      request.seenAt = request.unfinishedAt;
      request.unfinishedAt = now;
      if (isNewest) window.probed(tracked);
      window.resize();
      return result.event === null ? againInTime(request) : { type: 'changed', event: result.event };
    },
    failed(request, error, byStatus) {
      const { kind } = error.failure;
      if (kind === 'rate_limited') window.pollRefused();
      else throttle.pollAnswered(clock.now());
      if (kind === 'no_output') request.empties += 1;
      // Some servers answer 404 to a result that is asked for too early: from now on the status is asked first, and it
      // alone says whether the request is lost.
      const isDoubted = kind === 'lost' && !request.asksStatus;
      request.asksStatus = true;
      if (failureRule(kind).transient && kind !== 'rate_limited') pollingTime.failed(request.tracked.job);
      else pollingTime.answered();
      const told = request.history.failed(error, byStatus, clock.now());
      if (told === null && (isDoubted || mayPass(request, error))) return repeated(request, error);
      return { type: 'given_up', reason: told ?? error };
    },
  };
}
