import type { Clock } from '../core/ports.ts';

/** Lets one loop rest until something is due, or somebody has woken it. */
export interface LoopTimer {
  /** null: until it is woken. */
  rest(ms: number | null): Promise<void>;
  /** Ends a rest that would last beyond this. */
  wakeBy(at: number): void;
  /** Time rested, in ms: it stands still while the machine sleeps, so that nothing is overdue for it. */
  restedMs(): number;
}

// Made once: a reason of its own for each, with its stack, would cost more than the rest of it.
const woken = new Error('woken');

export function loopTimer(clock: Clock): LoopTimer {
  let alarm: AbortController | null = null;
  let rested = 0;
  let until = Number.NEGATIVE_INFINITY;

  async function rest(ms: number | null): Promise<void> {
    const mine = new AbortController();
    alarm = mine;
    const from = clock.now();
    until = from + (ms ?? Number.POSITIVE_INFINITY);
    try {
      await (ms === null ? rang(mine.signal) : clock.sleep(ms, mine.signal));
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    }
    alarm = null;
    rested += Math.max(0, Math.min(clock.now() - from, ms ?? 0));
  }

  return {
    rest,
    wakeBy(at) {
      if (at < until) alarm?.abort(woken);
    },
    restedMs: () => rested,
  };
}

function rang(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
