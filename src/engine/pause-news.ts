import type { Instant } from '../core/job/job.ts';
import type { Clock, Observer } from '../core/ports.ts';

interface PauseNewsPorts {
  readonly wallClock: Pick<Clock, 'now'>;
  readonly tell: Observer;
  readonly drain: AbortSignal;
}

interface PauseNews {
  tell(isPaused: boolean, underWay: number): void;
}

/** Says when a pause holds, which is once the last submission under way was answered, and when it is over. */
export function pauseNews({ wallClock, tell, drain }: PauseNewsPorts): PauseNews {
  let since: Instant | null = null;
  return {
    tell(isPaused, underWay) {
      if (drain.aborted) return;
      if (isPaused && since === null && underWay === 0) {
        since = wallClock.now();
        tell({ type: 'waiting', for: 'user', message: pausedText, since, until: null });
      } else if (!isPaused && since !== null) {
        const waitedMs = wallClock.now() - since;
        since = null;
        tell({ type: 'resumed', for: 'user', waitedMs });
      }
    },
  };
}

const pausedText = 'nothing is submitted until you press p; jobs in flight are collected.';
