import pLimit from 'p-limit';
import type PQueue from 'p-queue';
import type { Job, JobState } from '../core/job/job.ts';
import type { Throttle } from '../core/pacing/throttle.ts';
import { turns } from '../core/pacing/turns.ts';
import type { Clock } from '../core/ports.ts';
import { type Driving, drive } from './drive.ts';
import { loopTimer } from './loop-timer.ts';
import type { Outage } from './outage.ts';
import type { Repeats } from './repeats.ts';
import type { Window } from './window.ts';

export interface EnterPorts {
  /** The lane of submits. */
  readonly submits: PQueue;
  /** What the user allows; null: as many as the server takes. */
  readonly maxSubmissionsPerMinute: number | null;
  readonly window: Pick<Window, 'room' | 'entered' | 'load' | 'aside'>;
  readonly throttle: Pick<Throttle, 'submitPauseMs' | 'submitTurn' | 'submitEnded'>;
  readonly outage: Pick<Outage, 'pass' | 'isVoid' | 'release'>;
  readonly repeats: Repeats;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly driving: Driving;
}

/** Announces and submits, again where that is free of risk: whoever waits for that holds up nobody. */
export function entering(world: EnterPorts): (job: Job, from: JobState) => Promise<JobState> {
  const { submits, window, throttle, outage, repeats, clock, drain, driving } = world;
  const turnstile = pLimit(1);
  const pause = loopTimer(clock);
  drain.addEventListener('abort', () => pause.wakeBy(clock.now()));
  const allowed = turns();

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
        await cleared(job);
        try {
          return await drive(job, from, 'enter', driving);
        } finally {
          outage.release();
        }
      } finally {
        throttle.submitEnded(job.id);
        pause.wakeBy(clock.now());
        window.entered();
      }
    });
  }

  /** Through the gate, and at its turn: where the gate has closed meanwhile, through it once more. */
  async function cleared(job: Job): Promise<void> {
    for (;;) {
      const ticket = await outage.pass();
      await turnstile(() => turn(job));
      if (!outage.isVoid(ticket)) return;
      throttle.submitEnded(job.id);
      outage.release();
    }
  }

  /** How long the next one has to wait, for the server's sake or the user's. */
  function pauseMs(): number {
    if (drain.aborted) return 0;
    const now = clock.now();
    return Math.max(allowed.waitMs(now), throttle.submitPauseMs(window.load(), now));
  }

  /** One after the other, since what is to be expected of the next depends on those before it. */
  async function turn(job: Job): Promise<void> {
    for (let ms = pauseMs(); ms > 0; ms = pauseMs()) await pause.rest(ms);
    // What the user allows is spread evenly, since servers count bursts.
    if (world.maxSubmissionsPerMinute !== null)
      allowed.take(clock.now(), 60_000 / world.maxSubmissionsPerMinute);
    await waited(throttle.submitTurn(job.id, clock.now()));
  }

  /** Stopped, the wait is over: nothing is announced then. */
  async function waited(ms: number): Promise<void> {
    if (ms > 0) await clock.sleep(ms, drain).catch(() => {});
  }

  return enter;
}
