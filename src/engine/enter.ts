import pLimit from 'p-limit';
import type PQueue from 'p-queue';
import type { Job, JobState } from '../core/job.ts';
import type { Clock } from '../core/ports.ts';
import type { Throttle } from '../core/throttle.ts';
import { type Driving, drive } from './drive.ts';
import type { Repeats } from './repeats.ts';
import { rests } from './rests.ts';
import type { Window } from './window.ts';

export interface Entering {
  /** The lane of submits. */
  readonly submits: PQueue;
  readonly window: Pick<Window, 'room' | 'entered' | 'load' | 'aside'>;
  readonly throttle: Pick<Throttle, 'submitPauseMs' | 'submitTurn' | 'submitEnded'>;
  readonly repeats: Repeats;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly driving: Driving;
}

/** Announces and submits, again where that is free of risk: whoever waits for that holds up nobody. */
export function entering(world: Entering): (job: Job, from: JobState) => Promise<JobState> {
  const { submits, window, throttle, repeats, clock, drain, driving } = world;
  const turnstile = pLimit(1);
  const pause = rests(clock);
  drain.addEventListener('abort', () => pause.wakeBy(clock.now()));

  async function enter(job: Job, from: JobState): Promise<JobState> {
    let state = await submitted(job, from);
    while (repeats.waits(job)) {
      try {
        await window.aside(repeats.wait(job));
      } catch (error) {
        if (!drain.aborted) throw error;
        return state;
      }
      state = await submitted(job, state);
    }
    return state;
  }

  /** All waits come before the announcement, so that a crash during them leaves nothing in doubt. */
  async function submitted(job: Job, from: JobState): Promise<JobState> {
    return submits.add(async () => {
      await window.room();
      try {
        await turnstile(() => turn(job));
        return await drive(job, from, 'enter', driving);
      } finally {
        throttle.submitEnded(job.id);
        pause.wakeBy(clock.now());
        window.entered();
      }
    });
  }

  /** One after the other, since what is to be expected of the next depends on those before it. */
  async function turn(job: Job): Promise<void> {
    const pauseMs = (): number => (drain.aborted ? 0 : throttle.submitPauseMs(window.load(), clock.now()));
    for (let ms = pauseMs(); ms > 0; ms = pauseMs()) await pause.rest(ms);
    await waited(throttle.submitTurn(job.id, clock.now()));
  }

  /** Stopped, the wait is over: nothing is announced then. */
  async function waited(ms: number): Promise<void> {
    if (ms > 0) await clock.sleep(ms, drain).catch(() => {});
  }

  return enter;
}
