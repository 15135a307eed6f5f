import type { Instant } from '../../src/core/job/job.ts';
import type { Clock } from '../../src/core/ports.ts';

interface Sleeper {
  readonly due: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** Runs work to its end, jumping to the next due moment whenever nothing else is left to happen. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Forgets everyone who sleeps: the power is gone. */
  reset(): void;
}

// Chains of promises that wait for nothing but each other end within one turn of the event loop; a few more turns
// leave room for libraries that defer.
const quietTurns = 3;

/** Time as an argument: it stands still until everything that can happen has happened. */
export function virtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let nowMs = startMs;
  let sleepers: Sleeper[] = [];

  async function run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const marked = work.finally(() => {
      settled = true;
    });
    marked.catch(() => {});
    while (!settled) {
      for (let turn = 0; turn < quietTurns && !settled; turn += 1) await nextTurn();
      if (settled) break;
      const due = Math.min(...sleepers.map((sleeper) => sleeper.due));
      if (!Number.isFinite(due)) throw new Error('Everything waits and nobody sleeps: the work is stuck.');
      nowMs = Math.max(nowMs, due);
      const woken = sleepers.filter((sleeper) => sleeper.due <= nowMs);
      sleepers = sleepers.filter((sleeper) => sleeper.due > nowMs);
      for (const sleeper of woken) sleeper.wake();
    }
    return marked;
  }

  return {
    now: () => nowMs as Instant,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          due: nowMs + ms,
          wake: () => {
            signal.removeEventListener('abort', give);
            resolve();
          },
        };
        function give(): void {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason);
        }
        signal.addEventListener('abort', give, { once: true });
        sleepers.push(sleeper);
      }),
    run,
    reset: () => {
      sleepers = [];
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
