import pLimit from 'p-limit';
import type { Job, JobState } from '../core/job/job.ts';
import type { Throttle } from '../core/pacing/throttle.ts';
import { turns } from '../core/pacing/turns.ts';
import type { Clock } from '../core/ports.ts';
import { type Driving, drive } from './drive.ts';
import type { Lanes } from './lanes.ts';
import { loopTimer } from './loop-timer.ts';
import type { Outage } from './outage.ts';
import type { Repeats } from './repeats.ts';
import type { Window } from './window.ts';

interface EnterPorts {
  readonly submissions: Lanes['submissions'];
  /** What the user allows; null: as many as the server takes. */
  readonly maxSubmissionsPerMinute: number | null;
  readonly window: Pick<Window, 'room' | 'entered' | 'isWithdrawn' | 'load' | 'aside'>;
  readonly throttle: Pick<Throttle, 'submitPauseMs' | 'submitTurn' | 'submitEnded'>;
  readonly outage: Pick<Outage, 'pass' | 'isVoid' | 'release'>;
  readonly repeats: Repeats;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly driving: Driving;
}

/** Resolves once the job is accepted, has failed, or cannot be submitted in this run. */
export type Enter = (job: Job, from: JobState) => Promise<JobState>;

/** Announces and submits a job, again where that is free of risk. A job that waits to be repeated holds up no other. */
export function entering(ports: EnterPorts): Enter {
  const { submissions, window, throttle, outage, repeats, clock, drain, driving } = ports;
  const oneByOne = pLimit(1);
  const timer = loopTimer(clock);
  drain.addEventListener('abort', () => timer.wakeBy(clock.now()));
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

  /** All waits come before the announcement, so that a crash during one of them leaves nothing in doubt. */
  async function submitted(job: Job, from: JobState): Promise<JobState> {
    return submissions.add(async () => {
      for (;;) {
        const state = await tried(job, from);
        if (state !== null) return state;
      }
    });
  }

  /** null: it was withdrawn while it waited to be announced. */
  async function tried(job: Job, from: JobState): Promise<JobState | null> {
    let isWithdrawn = false;
    await window.room();
    try {
      const ticket = await cleared(job);
      const stop = {
        ...driving.stop,
        isWithdrawn() {
          isWithdrawn = window.isWithdrawn() || outage.isVoid(ticket);
          return isWithdrawn;
        },
      };
      try {
        const state = await drive(job, from, 'enter', { ...driving, stop });
        return isWithdrawn && state === from ? null : state;
      } finally {
        outage.release();
      }
    } finally {
      throttle.submitEnded(job.id);
      timer.wakeBy(clock.now());
      window.entered();
    }
  }

  /**
   * Passes the gate, waits for its turn, and begins again if meanwhile the gate has closed or the user has taken the room
   * away. Nothing is waited for between the last of these questions and the announcement, unless the ledger makes it
   * wait, which asks them again. Gives the ticket of the gate.
   */
  async function cleared(job: Job): Promise<number> {
    for (;;) {
      const ticket = await outage.pass();
      await oneByOne(() => turn(job));
      const isWithdrawn = window.isWithdrawn();
      if (!isWithdrawn && !outage.isVoid(ticket)) return ticket;
      throttle.submitEnded(job.id);
      outage.release();
      if (!isWithdrawn) continue;
      window.entered();
      await window.room();
    }
  }

  /** How long the next submission has to wait, for the server's limits or the user's. */
  function pauseMs(): number {
    if (drain.aborted) return 0;
    const now = clock.now();
    return Math.max(allowed.waitMs(now), throttle.submitPauseMs(window.load(), now));
  }

  /** One job after the other, since the pause before the next one depends on those before it. */
  async function turn(job: Job): Promise<void> {
    for (let ms = pauseMs(); ms > 0; ms = pauseMs()) await timer.wait(ms);
    // The user's allowance is spread evenly, since servers count bursts.
    if (ports.maxSubmissionsPerMinute !== null)
      allowed.take(clock.now(), 60_000 / ports.maxSubmissionsPerMinute);
    await waited(throttle.submitTurn(job.id, clock.now()));
  }

  /** A stop ends the wait; nothing is announced then. */
  async function waited(ms: number): Promise<void> {
    if (ms > 0) await clock.sleep(ms, drain).catch(() => {});
  }

  return enter;
}
