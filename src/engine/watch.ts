import { type Failure, failure, failureRule, JobFailure } from '../core/failures.ts';
import type { Instant, JobId } from '../core/job.ts';
import type { JobEvent, Step } from '../core/lifecycle.ts';
import { type LookPace, lookDelayMs, spacedMs, visibilityGraceMs } from '../core/pace.ts';
import type { ApiClient, Clock, Dice, Observer } from '../core/ports.ts';

/** So many results without a link make a job one without output. */
const emptyResults = 3;

export interface Watching {
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly leave: AbortSignal;
  readonly pace: LookPace;
  /** Looks at all jobs together. */
  readonly looksPerSecond: number;
  /** How long a job is watched without any change before it is left for a later run. */
  readonly jobTimeoutMs: number;
}

type WatchStep = Extract<Step, { type: 'watch' }>;
export type Watch = (job: JobId, step: WatchStep) => Promise<JobEvent>;

/**
 * Looks at a request until something about it has changed. A look that fails is no failure of the job: it goes on
 * being looked at until its time is over. That time is counted in waits, not by the clock, so that a machine that
 * slept for an hour looks before it judges.
 */
export function watcher(world: Watching): Watch {
  const { api, clock, dice, observe, leave } = world;
  const bornAt = clock.now();
  const oddWords = new Set<string>();
  let freeAt = 0;
  let seenAt = bornAt;

  async function watch(job: JobId, step: WatchStep): Promise<JobEvent> {
    let [looks, waitedMs, askedMs, empties] = [0, 0, 0, 0];
    for (;;) {
      const delayMs = Math.max(nextDelayMs(step.since, looks), askedMs);
      await clock.sleep(delayMs, leave);
      waitedMs += delayMs + (await turn());
      askedMs = 0;
      looks += 1;
      try {
        const event = await look(job, step);
        if (event !== null) return event;
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        if (error.failure.kind === 'no_output') empties += 1;
        if (!mayPass(error.failure, step.since, empties)) throw error;
        askedMs = error.retryAfterMs ?? 0;
        observe({ type: 'repeating', call: 'status', job, failure: error.failure, delayMs: askedMs });
      }
      if (waitedMs >= world.jobTimeoutMs) throw new JobFailure(overdue(waitedMs));
    }
  }

  // A job taken over from an earlier run may have ended long ago: its first look is due at once.
  function nextDelayMs(since: Instant, looks: number): number {
    if (looks === 0 && since < bornAt) return 0;
    return lookDelayMs(world.pace, Math.max(0, clock.now() - since), dice());
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

  async function look(job: JobId, step: WatchStep): Promise<JobEvent | null> {
    const status = await api.status(step.requestId, leave);
    observe({ type: 'looked', job, status, at: clock.now() });
    switch (status.phase) {
      case 'queued':
        return null;
      case 'running':
        return step.running ? null : { type: 'started' };
      case 'finished':
        return ended(step);
      case 'unrecognised':
        if (!oddWords.has(status.word)) {
          oddWords.add(status.word);
          observe({ type: 'warned', job, message: `The server gave the unknown status "${status.word}".` });
        }
        return null;
    }
  }

  async function ended(step: WatchStep): Promise<JobEvent | null> {
    const result = await api.result(step.requestId, leave);
    if (result.phase === 'unfinished') return null;
    return { type: 'finished', costUsd: result.costUsd, links: result.links };
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
