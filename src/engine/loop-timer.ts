import type { Clock } from '../core/ports.ts';

/** Lets one loop wait until something is due, or until it is woken. */
export interface LoopTimer {
  /** null: until it is woken. */
  wait(ms: number | null): Promise<void>;
  /** Ends a wait that would last beyond this instant. */
  wakeBy(at: number): void;
  /** Time waited, in ms. It stands still while the machine sleeps, so that a sleep makes nothing overdue. */
  waitedMs(): number;
}

// Made once: an error for each wait, with its stack, would cost more than everything else here.
const woken = new Error('woken');

export function loopTimer(clock: Clock): LoopTimer {
  let alarm: AbortController | null = null;
  let waitedMs = 0;
  let until = Number.NEGATIVE_INFINITY;

  async function wait(ms: number | null): Promise<void> {
    const mine = new AbortController();
    alarm = mine;
    const from = clock.now();
    until = from + (ms ?? Number.POSITIVE_INFINITY);
    try {
      await (ms === null ? aborted(mine.signal) : clock.sleep(ms, mine.signal));
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    }
    alarm = null;
    waitedMs += Math.max(0, Math.min(clock.now() - from, ms ?? 0));
  }

  return {
    wait,
    wakeBy(at) {
      if (at < until) alarm?.abort(woken);
    },
    waitedMs: () => waitedMs,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
