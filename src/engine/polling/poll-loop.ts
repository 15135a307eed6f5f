import type { Instant } from '../../core/job/job.ts';
import type { Throttle } from '../../core/pacing/throttle.ts';
import type { Clock } from '../../core/ports.ts';
import type { LoopTimer } from '../loop-timer.ts';
import type { NextPoll, PollSchedule } from './poll-schedule.ts';

interface PollLoopPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly timer: LoopTimer;
  readonly schedule: PollSchedule;
  readonly throttle: Pick<Throttle, 'pollTurn'>;
  /** Whether any request is watched. */
  readonly isNeeded: () => boolean;
  readonly poll: (next: NextPoll, now: Instant) => Promise<void>;
  readonly failed: (bug: unknown) => void;
}

/** Makes one poll after the other, each when it is due and the throttle lets it pass, while any request is watched. */
interface PollLoop {
  /** Starts the loop where it does not run. */
  start(): void;
  /** To be called when a poll may be due earlier than the loop waits, or nothing is watched any more. */
  nudge(): void;
}

export function pollLoop(ports: PollLoopPorts): PollLoop {
  const { clock, timer, schedule, throttle, isNeeded, poll, failed } = ports;
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (isNeeded()) {
      const now = clock.now();
      const next = schedule.next();
      if (next === null || next.dueAt > now) {
        await timer.wait(next === null ? null : next.dueAt - now);
      } else if (schedule.isTooSoon(next, now)) {
        schedule.set(next.request);
      } else {
        const turnMs = throttle.pollTurn(now);
        if (turnMs > 0) await timer.wait(turnMs);
        else poll(next, now).catch(failed);
      }
    }
    isRunning = false;
  }

  return {
    start() {
      if (!isRunning) run().catch(failed);
    },
    nudge() {
      const dueAt = schedule.next()?.dueAt ?? Number.POSITIVE_INFINITY;
      timer.wakeBy(isNeeded() ? dueAt : Number.NEGATIVE_INFINITY);
    },
  };
}
