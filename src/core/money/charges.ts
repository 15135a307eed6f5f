import type { JobState } from '../job/job.ts';

/** What an attempt has cost, or may have cost. */
export type Charge =
  /** Nothing: it was never accepted, or will not run. */
  | { readonly type: 'none' }
  /** It is under way. */
  | { readonly type: 'open' }
  /** It is over for this run, and its cost is unknown. */
  | { readonly type: 'unnamed' }
  | { readonly type: 'named'; readonly usd: number };

/** What may have been charged for the current attempt. `attemptCharges` of the store says the same in SQL. */
export function chargeOf(state: JobState): Charge {
  switch (state.status) {
    case 'pending':
      return { type: 'none' };
    case 'submitting':
      return { type: 'open' };
    case 'queued':
    case 'running':
      return { type: state.stalled ? 'unnamed' : 'open' };
    case 'succeeded':
      return named(state.costUsd) ?? { type: state.stalled ? 'unnamed' : 'open' };
    case 'failed': {
      // A refusal names no request; an unclear submission that was written off names none either.
      const isRefused = state.requestId === null && state.failure.kind !== 'unanswered';
      return named(state.costUsd) ?? { type: isRefused ? 'none' : 'unnamed' };
    }
    case 'cancelled':
      return named(state.costUsd) ?? { type: 'none' };
    case 'done':
    case 'lost':
      return named(state.costUsd) ?? { type: 'unnamed' };
    case 'unknown':
      return { type: 'unnamed' };
  }
}

function named(usd: number | null): Charge | null {
  return usd === null ? null : { type: 'named', usd };
}

export function isSameCharge(one: Charge, other: Charge): boolean {
  return one.type === 'named' && other.type === 'named' ? one.usd === other.usd : one.type === other.type;
}
