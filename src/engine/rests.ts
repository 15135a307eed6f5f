import type { Clock } from '../core/ports.ts';

/** Lets one loop rest until something is due, or somebody has woken it. */
export interface Rests {
  /** null: until it is woken. */
  rest(ms: number | null): Promise<void>;
  wake(): void;
  /** Time rested, in ms: it stands still while the machine sleeps, so that nothing is overdue for it. */
  restedMs(): number;
}

export function rests(clock: Clock): Rests {
  let alarm: AbortController | null = null;
  let rested = 0;
  let isWoken = false;

  async function rest(ms: number | null): Promise<void> {
    if (isWoken) {
      isWoken = false;
      return;
    }
    const mine = new AbortController();
    alarm = mine;
    const from = clock.now();
    try {
      await (ms === null ? rang(mine.signal) : clock.sleep(ms, mine.signal));
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    }
    alarm = null;
    isWoken = false;
    rested += Math.max(0, Math.min(clock.now() - from, ms ?? 0));
  }

  return {
    rest,
    wake() {
      isWoken = true;
      alarm?.abort();
    },
    restedMs: () => rested,
  };
}

function rang(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
