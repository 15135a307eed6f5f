import type PQueue from 'p-queue';
import type { RunEvent } from '../core/ports.ts';

/** How many requests may be at the API at once. */
export interface Concurrency {
  readonly atMost: number;
  /** Begin small, grow with what is accepted, shrink when the server says 429. */
  readonly adapts: boolean;
}

const cautiousStart = 8;
const shrinkage = 0.7;
// Answers to requests that left before the window shrank say nothing new.
const shrinkPauseMs = 2_000;

export function firstSize(concurrency: Concurrency): number {
  return concurrency.adapts ? Math.min(cautiousStart, concurrency.atMost) : concurrency.atMost;
}

/** Keeps the number of slots in step with what the server takes. Returns what has to hear the run's events. */
export function adapting(
  slots: Pick<PQueue, 'concurrency'>,
  concurrency: Concurrency,
  now: () => number,
): (event: RunEvent) => void {
  let size = firstSize(concurrency);
  let shrunkAt = Number.NEGATIVE_INFINITY;

  return (event) => {
    if (!concurrency.adapts) return;
    if (event.type === 'advanced' && event.from.status === 'submitting' && event.state.status === 'queued') {
      size = Math.min(concurrency.atMost, size + 1);
    } else if (event.type === 'repeating' && event.failure.kind === 'rate_limited') {
      // A clock may be set back, too.
      if (Math.abs(now() - shrunkAt) < shrinkPauseMs) return;
      shrunkAt = now();
      size = Math.max(1, Math.floor(size * shrinkage));
    }
    if (slots.concurrency !== size) slots.concurrency = size;
  };
}
