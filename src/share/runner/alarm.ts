import type { Clock } from '../../core/ports.ts';

/** A wait that can be cut short. */
export interface Alarm {
  /** Ends early when it rings, also if it has rung since the last wait, or when the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  ring(): void;
}

export function alarm(clock: Pick<Clock, 'sleep'>): Alarm {
  let wake: (() => void) | null = null;
  let hasRung = false;

  return {
    async wait(ms, signal) {
      const isDue = hasRung || signal.aborted;
      hasRung = false;
      if (isDue) return;
      const ends = new AbortController();
      const end = (): void => ends.abort();
      wake = end;
      signal.addEventListener('abort', end, { once: true });
      try {
        await clock.sleep(ms, ends.signal);
      } catch (error) {
        if (!ends.signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', end);
        wake = null;
      }
    },
    ring() {
      if (wake === null) hasRung = true;
      else wake();
    },
  };
}
