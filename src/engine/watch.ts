import { failureRule, JobFailure, ToldFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobId } from '../core/job/job.ts';
import type { JobEvent, Step } from '../core/job/lifecycle.ts';
import { dueQueue } from '../core/pacing/due-queue.ts';
import { type Backoff, backoffMs, obeyedMs, visibilityGraceMs } from '../core/pacing/pace.ts';
import { type PolledRequest, type PollTimesPorts, pollTimes } from '../core/pacing/poll-times.ts';
import type { Throttle } from '../core/pacing/throttle.ts';
import type { Clock, Dice } from '../core/ports.ts';
import { remoteRequest } from '../core/provider.ts';
import { loopTimer } from './loop-timer.ts';
import { looks, type PollPorts, type PollResult, type PollTarget } from './poll.ts';
import { type PollHistory, pollHistory } from './poll-history.ts';
import { pollingTime } from './polling-time.ts';
import type { Window } from './window.ts';

/** So many results without an output make a job one without output. */
const emptyResults = 3;

export interface WatchPorts extends PollPorts, Omit<PollTimesPorts, 'isClosed'> {
  /** Never set back. */
  readonly clock: Clock;
  /** The one that the ledger's instants are of. */
  readonly wallClock: Pick<Clock, 'now'>;
  readonly dice: Dice;
  readonly throttle: Throttle;
  readonly window: Window;
  /** Between looks at one request that fail, however many. */
  readonly backoff: Backoff;
  /** How long a job is watched without any change before it is left for a later run. */
  readonly jobTimeoutMs: number;
  readonly outageMs: number;
  readonly isAway: () => boolean;
}

type WatchStep = Extract<Step, { type: 'watch' }>;
/** Resolves when something about the request has changed; rejects with why it never will. */
export type Watch = (job: Job, step: WatchStep) => Promise<JobEvent>;

/** A request under watch. */
interface Entry extends PolledRequest {
  unfinishedAt: Instant | null;
  watched: PollTarget;
  changed: PromiseWithResolvers<JobEvent>;
  scheduledAt: Instant;
  /** Not before this, whatever else: the server said so, or a look has just failed. */
  notBefore: number;
  /** The time on which `jobTimeoutMs` is judged, when it was first watched. */
  readonly watchedFromMs: number;
  failures: number;
  empties: number;
  asksStatus: boolean;
  isPolling: boolean;
  readonly words: PollHistory;
}

interface NextPoll {
  readonly entry: Entry;
  readonly dueAt: number;
  /** It is made for the window, not because the request may have ended. */
  readonly isProbe: boolean;
}

/**
 * Watches all requests together: one loop makes look after look, each when it is due and the throttle lets it pass. A
 * look that fails is no failure of the job: it goes on being looked at until its time is over. That time is counted in
 * rests, not by the clock, so that a machine that slept for an hour looks before it judges; and not while the API answers
 * nobody.
 */
export function watcher(world: WatchPorts): Watch {
  const { clock, dice, observe, leave, view, throttle, window, pace } = world;
  const look = looks({ ...world, clock: world.wallClock });
  const times = pollTimes({ ...world, isClosed: window.isClosed });
  const entries = new Map<JobId, Entry>();
  const due = dueQueue<Entry>();
  const loop = loopTimer(clock);
  const silent = pollingTime({ ...world, restedMs: loop.restedMs });
  let isLooping = false;

  function watch(job: Job, step: WatchStep): Promise<JobEvent> {
    const request = remoteRequest(job, step);
    const watched = { job: job.id, request, sent: job.input, running: step.running };
    const entry = entries.get(job.id) ?? begun(job, step, watched);
    entry.watched = watched;
    entry.changed = Promise.withResolvers<JobEvent>();
    if (leave.aborted) entry.changed.reject(leave.reason);
    else schedule(entry);
    nudge();
    if (!isLooping) lookAround().catch(abandon);
    return entry.changed.promise;
  }

  function begun(job: Job, step: WatchStep, watched: PollTarget): Entry {
    const now = clock.now();
    const isFresh = view.isTracked(job.id);
    const acceptedAt = (now - Math.max(0, world.wallClock.now() - step.since)) as Instant;
    const tracked = view.track(job, acceptedAt, now);
    const entry: Entry = {
      tracked,
      // A job from an earlier run may have ended long ago: its first look is due at once.
      unfinishedAt: isFresh ? tracked.acceptedAt : null,
      watched,
      changed: Promise.withResolvers<JobEvent>(),
      scheduledAt: now,
      notBefore: 0,
      watchedFromMs: silent.heardMs(),
      failures: 0,
      empties: 0,
      asksStatus: false,
      isPolling: false,
      words: pollHistory(world.jobTimeoutMs),
    };
    entries.set(job.id, entry);
    return entry;
  }

  function schedule(entry: Entry): void {
    const now = clock.now();
    entry.scheduledAt = now;
    due.set(entry, Math.max(entry.notBefore, times.dueAt(entry, now)));
  }

  /** The loop: ends when nothing is watched any more. */
  async function lookAround(): Promise<void> {
    isLooping = true;
    while (entries.size > 0) {
      const now = clock.now();
      const next = nextPoll();
      if (next === null || next.dueAt > now) {
        await loop.rest(next === null ? null : next.dueAt - now);
      } else if (!next.isProbe && times.isTooSoon(next.entry, now)) {
        schedule(next.entry);
      } else {
        const turnMs = throttle.pollTurn(now);
        if (turnMs > 0) await loop.rest(turnMs);
        else make(next, now).catch(abandon);
      }
    }
    isLooping = false;
  }

  function nextPoll(): NextPoll | null {
    const first = due.first();
    const regular = first === null ? null : { entry: first.item, dueAt: first.due, isProbe: false };
    const probe = window.nextProbe();
    const entry = probe === null ? undefined : entries.get(probe.tracked.job);
    if (probe === null || entry === undefined || entry.isPolling) return regular;
    const dueAt = Math.max(probe.dueAt, entry.notBefore);
    return regular !== null && regular.dueAt < dueAt ? regular : { entry, dueAt, isProbe: true };
  }

  async function make({ entry, dueAt, isProbe }: NextPoll, now: Instant): Promise<void> {
    due.remove(entry);
    entry.isPolling = true;
    if (!isProbe) times.wasLate(now - dueAt, dueAt - entry.scheduledAt);
    const byStatus = isProbe || asksStatus(entry, now);
    try {
      const seen = await (byStatus ? look.status : look.result)(entry.watched);
      entry.isPolling = false;
      hasSeen(entry, seen);
    } catch (error) {
      entry.isPolling = false;
      if (error instanceof JobFailure) hasFailed(entry, error, byStatus);
      else giveUp(entry, error);
    }
    nudge();
  }

  /** The loop need not rest until what was due next before, or not at all where nothing is watched any more. */
  function nudge(): void {
    const dueAt = nextPoll()?.dueAt ?? Number.POSITIVE_INFINITY;
    loop.wakeBy(entries.size === 0 ? Number.NEGATIVE_INFINITY : dueAt);
  }

  function asksStatus(entry: Entry, now: Instant): boolean {
    return entry.asksStatus || (pace.everyMs === null ? times.waits(entry, now) : !entry.watched.running);
  }

  function hasSeen(entry: Entry, seen: PollResult): void {
    const { tracked } = entry;
    const now = clock.now();
    const isNewest = view.newest().includes(tracked);
    entry.failures = 0;
    silent.answered();
    entry.words.saw(seen.phase);
    throttle.pollAnswered(now);
    times.learn(entry, seen, now);
    entry.unfinishedAt = now;
    if (isNewest) window.probed(tracked);
    window.resize();
    if (seen.event?.type === 'finished') entries.delete(tracked.job);
    if (seen.event === null) goOn(entry);
    else entry.changed.resolve(seen.event);
  }

  /** `byStatus`: a result was only asked for, and could only fail, after the status had called it finished. */
  function hasFailed(entry: Entry, error: JobFailure, byStatus: boolean): void {
    const { failure, retryAfterMs: askedMs } = error;
    if (failure.kind === 'rate_limited') window.pollRefused();
    else throttle.pollAnswered(clock.now());
    if (failure.kind === 'no_output') entry.empties += 1;
    // A server may not like to be asked for a result too early: from then on its status decides, and whether the
    // request is lost as well.
    const isDoubted = failure.kind === 'lost' && !entry.asksStatus;
    entry.asksStatus = true;
    if (failureRule(failure.kind).transient && failure.kind !== 'rate_limited')
      silent.failed(entry.tracked.job);
    else silent.answered();
    const told = entry.words.failed(error, byStatus, clock.now());
    if (told !== null || (!isDoubted && !mayPass(entry, error))) {
      giveUp(entry, told ?? error);
      return;
    }
    entry.failures += 1;
    const leftMs = Math.max(0, world.jobTimeoutMs - waitedMs(entry));
    // Whatever is asked for, the job's own time ends it.
    const delayMs = Math.min(backoffMs(entry.failures, world.backoff, obeyedMs(askedMs), dice()), leftMs);
    entry.notBefore = clock.now() + delayMs;
    observe({ type: 'repeating', call: 'status', job: entry.tracked.job, failure, askedMs, delayMs });
    goOn(entry);
  }

  function mayPass({ tracked, empties }: Entry, error: JobFailure): boolean {
    if (error instanceof ToldFailure) return true;
    const { failure } = error;
    // It is paid for: files that are late are worth another look.
    if (failure.kind === 'no_output') return empties < emptyResults;
    if (failure.kind === 'lost') return clock.now() - tracked.acceptedAt < visibilityGraceMs;
    return failureRule(failure.kind).transient;
  }

  function waitedMs(entry: Entry): number {
    return silent.heardMs() - entry.watchedFromMs;
  }

  function goOn(entry: Entry): void {
    if (waitedMs(entry) >= world.jobTimeoutMs) giveUp(entry, entry.words.overdue());
    else schedule(entry);
  }

  function giveUp(entry: Entry, reason: unknown): void {
    const { job } = entry.tracked;
    entries.delete(job);
    due.remove(entry);
    view.left(job, null, clock.now());
    window.resize();
    entry.changed.reject(reason);
  }

  function abandon(reason: unknown): void {
    for (const entry of entries.values()) {
      due.remove(entry);
      entry.changed.reject(reason);
    }
    entries.clear();
    nudge();
  }

  leave.addEventListener('abort', () => abandon(leave.reason));

  return watch;
}
