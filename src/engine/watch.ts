import { type Failure, failure, failureRule, JobFailure } from '../core/failures.ts';
import type { Instant, Job, JobId } from '../core/job.ts';
import { type Latencies, latencies, type PastLatencies } from '../core/latencies.ts';
import type { JobEvent, Step } from '../core/lifecycle.ts';
import {
  type LookPace,
  spacedMs,
  thriftAfter,
  thriftAfterRefusal,
  visibilityGraceMs,
  withinLookBounds,
} from '../core/pace.ts';
import type { ApiClient, Clock, Dice, Observer, RemoteStatus } from '../core/ports.ts';

/** So many results without a link make a job one without output. */
const emptyResults = 3;

export interface Watching {
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly leave: AbortSignal;
  readonly pace: LookPace;
  readonly past: PastLatencies;
  /** Looks at all jobs together. */
  readonly looksPerSecond: number;
  /** How long a job is watched without any change before it is left for a later run. */
  readonly jobTimeoutMs: number;
}

type WatchStep = Extract<Step, { type: 'watch' }>;
export type Watch = (job: Job, step: WatchStep) => Promise<JobEvent>;

/**
 * Looks at a request until something about it has changed: at the moments when looks at other requests of its model
 * have shown that it is most worth it, or at the user's own intervals. A look that fails is no failure of the job: it
 * goes on being looked at until its time is over. That time is counted in waits, not by the clock, so that a machine
 * that slept for an hour looks before it judges.
 */
export function watcher(world: Watching): Watch {
  const { api, clock, dice, observe, leave } = world;
  const bornAt = clock.now();
  const oddWords = new Set<string>();
  const learned = new Map<string, Latencies>();
  let freeAt = 0;
  let seenAt = bornAt;
  let thrift = 1;

  async function watch(job: Job, step: WatchStep): Promise<JobEvent> {
    const { id } = job;
    const known = latenciesOf(job.model);
    const ageMs = (): number => Math.max(0, clock.now() - step.since);
    let [waitedMs, askedMs, empties] = [0, 0, 0];
    // A job from an earlier run may have ended long ago, while nobody looked: its first look is due at once, and
    // teaches nothing.
    let isDue = step.since < bornAt;
    let unfinishedMs = isDue ? null : ageMs();
    let asksStatus = !step.running;
    for (;;) {
      const waitMs = isDue ? 0 : nextDelayMs(known, unfinishedMs ?? ageMs(), ageMs());
      const delayMs = Math.max(waitMs, askedMs);
      isDue = false;
      await clock.sleep(delayMs, leave);
      const turnMs = await turn();
      thrift = thriftAfter(thrift, turnMs, delayMs);
      waitedMs += delayMs + turnMs;
      askedMs = 0;
      try {
        const seen = asksStatus ? await look(id, step) : await result(id, step);
        if (seen.isEnded && unfinishedMs !== null) known.ended(unfinishedMs, ageMs());
        if (seen.event !== null) return seen.event;
        if (unfinishedMs !== null) known.unfinished(unfinishedMs, ageMs());
        unfinishedMs = ageMs();
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        if (error.failure.kind === 'no_output') empties += 1;
        // A server may not like to be asked for a result too early: from then on its status decides, and whether the
        // request is lost as well.
        const isDoubted = error.failure.kind === 'lost' && !asksStatus;
        asksStatus = true;
        if (!isDoubted && !mayPass(error.failure, step.since, empties)) throw error;
        if (error.failure.kind === 'rate_limited') thrift = thriftAfterRefusal(thrift);
        askedMs = error.retryAfterMs ?? 0;
        observe({ type: 'repeating', call: 'status', job: id, failure: error.failure, delayMs: askedMs });
      }
      if (waitedMs >= world.jobTimeoutMs) throw new JobFailure(overdue(waitedMs));
    }
  }

  function latenciesOf(model: string): Latencies {
    const known = learned.get(model) ?? latencies(world.past.get(model));
    learned.set(model, known);
    return known;
  }

  function nextDelayMs(known: Latencies, unfinishedMs: number, ageMs: number): number {
    const { everyMs } = world.pace;
    if (everyMs !== null) return everyMs * (0.9 + 0.2 * dice());
    return withinLookBounds(known.nextLookAt(unfinishedMs, thrift) - ageMs, ageMs);
  }

  async function turn(): Promise<number> {
    const now = clock.now();
    // A clock that is set back must not put off every look by as much.
    if (now < seenAt) freeAt -= seenAt - now;
    seenAt = now;
    const next = spacedMs(freeAt, now, world.looksPerSecond);
    freeAt = next.freeAt;
    if (next.waitMs > 0) await clock.sleep(next.waitMs, leave);
    return next.waitMs;
  }

  /** `event`: what has changed, or null. */
  interface Seen {
    readonly event: JobEvent | null;
    readonly isEnded: boolean;
  }

  async function look(job: JobId, step: WatchStep): Promise<Seen> {
    const status = await api.status(step.requestId, leave);
    observe({ type: 'looked', job, status, at: clock.now() });
    return status.phase === 'finished'
      ? result(job, step)
      : { event: going(job, step, status), isEnded: false };
  }

  /** The result of a request that is not finished tells its state: where an end is likely, that saves a call. */
  async function result(job: JobId, step: WatchStep): Promise<Seen> {
    const seen = await api.result(step.requestId, leave);
    if (seen.phase === 'succeeded') {
      return { event: { type: 'finished', costUsd: seen.costUsd, links: seen.links }, isEnded: true };
    }
    observe({ type: 'looked', job, status: seen.status, at: clock.now() });
    return { event: going(job, step, seen.status), isEnded: false };
  }

  function going(job: JobId, step: WatchStep, status: RemoteStatus): JobEvent | null {
    switch (status.phase) {
      case 'queued':
      case 'finished':
        return null;
      case 'running':
        return step.running ? null : { type: 'started' };
      case 'unrecognised':
        if (!oddWords.has(status.word)) {
          oddWords.add(status.word);
          observe({ type: 'warned', job, message: `The server gave the unknown status "${status.word}".` });
        }
        return null;
    }
  }

  function mayPass(seenFailure: Failure, since: Instant, empties: number): boolean {
    // It is paid for: links that are late are worth another look.
    if (seenFailure.kind === 'no_output') return empties < emptyResults;
    if (seenFailure.kind === 'lost') return clock.now() - since < visibilityGraceMs;
    return failureRule(seenFailure.kind).transient;
  }

  return watch;
}

function overdue(waitedMs: number): Failure {
  const minutes = Math.round(waitedMs / 60_000);
  return failure('overdue', `The server did not end it within ${minutes} minutes; the next run looks again.`);
}
