import { JobFailure } from '../../core/job/failures.ts';
import type { Instant, Job, JobId } from '../../core/job/job.ts';
import type { JobEvent, Step } from '../../core/job/lifecycle.ts';
import type { SeenBusy } from '../../core/money/machine-time.ts';
import { type PollTimesPorts, pollTimes } from '../../core/pacing/poll-times.ts';
import type { Clock } from '../../core/ports.ts';
import { remoteRequest } from '../../core/provider.ts';
import type { LeaseLost } from '../../core/sharing/shared-ledger.ts';
import type { MachineCosts } from '../costs/machine-costs.ts';
import { loopTimer } from '../loop-timer.ts';
import { type PollPorts, type PollTarget, poller } from './poll.ts';
import { type PollJudgePorts, pollJudge, type Verdict } from './poll-judge.ts';
import { pollLoop } from './poll-loop.ts';
import { type NextPoll, pollSchedule } from './poll-schedule.ts';
import { pollingTime } from './polling-time.ts';
import { type WatchedRequest, watchedRequest } from './watched.ts';

interface WatchPorts
  extends PollPorts,
    Omit<PollTimesPorts, 'isClosed'>,
    Omit<PollJudgePorts, 'times' | 'pollingTime'> {
  /** Never set back. */
  readonly clock: Clock;
  /** The clock of the ledger's instants. */
  readonly wallClock: Pick<Clock, 'now'>;
  /** How long a job is watched without any change before it is left for a later run. */
  readonly jobTimeoutMs: number;
  readonly outageMs: number;
  /** Hears when a request has started, or has ended, and since when it kept a machine busy. */
  readonly saw: MachineCosts['saw'];
  readonly isAway: () => boolean;
}

type WatchStep = Extract<Step, { type: 'watch' }>;
/** Resolves when something about the request has changed; rejects with the reason why nothing ever will. */
export type Watch = (job: Job, step: WatchStep) => Promise<JobEvent>;

interface Watcher {
  readonly watch: Watch;
  /** Watches the request of a job no longer, if it does. */
  drop(lost: LeaseLost): void;
}

/**
 * Watches all requests together. One loop polls them one after the other, each when the schedule says and the throttle
 * lets it pass; the judge says what the answer means. A poll that fails does not fail the job: polling continues until
 * the job's time is over. That time is counted in waits of the loop, not by the clock, so that a machine that slept for
 * an hour polls before it judges; and it stands still while the API answers nobody.
 *
 * A failed poll is repeated here and nowhere below. Of the other two places that repeat, `repeats.ts` makes submissions
 * again, and `http/retry.ts` the reads and downloads of collecting.
 */
export function watcher(ports: WatchPorts): Watcher {
  const { clock, wallClock, leave, view, throttle, window } = ports;
  const requests = new Map<JobId, WatchedRequest>();
  const timer = loopTimer(clock);
  const time = pollingTime({ ...ports, waitedMs: timer.waitedMs });
  const times = pollTimes({ ...ports, isClosed: window.isClosed });
  const schedule = pollSchedule({ ...ports, requests, times });
  const poll = poller({ ...ports, clock: wallClock });
  const judge = pollJudge({ ...ports, times, pollingTime: time });
  const loop = pollLoop({
    clock,
    timer,
    schedule,
    throttle,
    isNeeded: () => requests.size > 0,
    poll: polled,
    failed: abandon,
  });

  function watch(job: Job, step: WatchStep): Promise<JobEvent> {
    const remote = remoteRequest(job, step);
    const target = { job: job.id, request: remote, sent: job.input, running: step.running };
    const request = requests.get(job.id) ?? begun({ job, step, target, pollingMs: time.elapsedMs() }, ports);
    requests.set(job.id, request);
    request.target = target;
    request.changed = Promise.withResolvers<JobEvent>();
    if (leave.aborted) request.changed.reject(leave.reason);
    else schedule.set(request);
    loop.nudge();
    loop.start();
    return request.changed.promise;
  }

  async function polled(next: NextPoll, now: Instant): Promise<void> {
    const { request } = next;
    const byStatus = schedule.begins(next, now);
    request.isPolling = true;
    try {
      const result = await (byStatus ? poll.status : poll.result)(request.target);
      request.isPolling = false;
      if (!isDropped(request)) settle(request, judge.answered(request, result));
    } catch (error) {
      request.isPolling = false;
      if (isDropped(request)) return;
      if (error instanceof JobFailure) settle(request, judge.failed(request, error, byStatus));
      else giveUp(request, error);
    }
    loop.nudge();
  }

  /** Another runner watches it by now. */
  const isDropped = (request: WatchedRequest): boolean => requests.get(request.tracked.job) !== request;

  function settle(request: WatchedRequest, verdict: Verdict): void {
    switch (verdict.type) {
      case 'changed':
        ports.saw(request.tracked.job, busyOf(request, request.seenAt, ports));
        if (verdict.event.type === 'finished') requests.delete(request.tracked.job);
        request.changed.resolve(verdict.event);
        return;
      case 'again':
        schedule.set(request);
        return;
      case 'given_up':
        giveUp(request, verdict.reason);
    }
  }

  function giveUp(request: WatchedRequest, reason: unknown): void {
    const { job } = request.tracked;
    ports.saw(job, busyOf(request, request.unfinishedAt, ports));
    requests.delete(job);
    schedule.remove(request);
    view.left(job, null, clock.now());
    window.resize();
    request.changed.reject(reason);
  }

  function abandon(reason: unknown): void {
    for (const request of requests.values()) {
      schedule.remove(request);
      request.changed.reject(reason);
    }
    requests.clear();
    loop.nudge();
  }

  leave.addEventListener('abort', () => abandon(leave.reason));

  return {
    watch,
    drop(lost) {
      const request = requests.get(lost.job);
      if (request === undefined) return;
      giveUp(request, lost);
      loop.nudge();
    },
  };
}

interface Beginning {
  readonly job: Job;
  readonly step: WatchStep;
  readonly target: PollTarget;
  readonly pollingMs: number;
}

function begun(
  { job, step, target, pollingMs }: Beginning,
  { clock, wallClock, view, jobTimeoutMs }: WatchPorts,
): WatchedRequest {
  const now = clock.now();
  const isOfThisRun = view.isTracked(job.id);
  const acceptedAt = (now - Math.max(0, wallClock.now() - step.since)) as Instant;
  const tracked = view.track(job, acceptedAt, now);
  // A job from an earlier run may have ended long ago: its first poll is due at once.
  const unfinishedAt = isOfThisRun ? tracked.acceptedAt : null;
  return watchedRequest({ tracked, unfinishedAt }, target, { at: now, pollingMs }, jobTimeoutMs);
}

/** `seenAt`: when it was last seen unfinished, before the latest answer. In instants of the ledger. */
function busyOf(
  { tracked, start }: WatchedRequest,
  seenAt: Instant | null,
  { clock, wallClock }: Pick<WatchPorts, 'clock' | 'wallClock'>,
): SeenBusy {
  const [now, wallNow] = [clock.now(), wallClock.now()];
  const ofWall = (at: Instant): Instant => Math.round(wallNow - (now - at)) as Instant;
  const { earliestAt, latestAt } = start ?? { earliestAt: tracked.acceptedAt, latestAt: null };
  return {
    earliestAt: ofWall(earliestAt),
    latestAt: latestAt === null ? null : ofWall(latestAt),
    unfinishedAt: seenAt === null ? null : ofWall(seenAt),
  };
}
