import type { Instant, JobState, RequestId } from './job.ts';
import { estimateIn, refIn } from './state-facts.ts';

/** What a user can order for a job that no run continues on its own. */
export type Order =
  /** A new attempt for a job that failed, was cancelled or is lost. */
  | { readonly type: 'retry' }
  /** It was accepted after all, or the server knows it again: this is its request. */
  | { readonly type: 'adopt'; readonly requestId: RequestId; readonly at: Instant }
  /** Send it again, at the risk of paying twice. */
  | { readonly type: 'resubmit' }
  /** Give it up, whatever became of it. */
  | { readonly type: 'write_off' }
  /** Its files are gone or damaged, or its result held none: read the result once more. */
  | { readonly type: 'refetch' };

/** The state after an order; null: the order makes no sense for a job in this state. */
export function ordered(state: JobState, order: Order): JobState | null {
  const { attempt } = state;
  switch (order.type) {
    case 'retry':
      if (state.status !== 'failed' && state.status !== 'cancelled' && state.status !== 'lost') return null;
      return { status: 'pending', attempt: attempt + 1, stalled: null };
    case 'adopt':
      if (state.status !== 'unknown' && state.status !== 'lost') return null;
      return {
        status: 'queued',
        attempt,
        requestId: order.requestId,
        // A request that the server knows again is found as before; one that a person names has only an id.
        ...('requestId' in state && state.requestId === order.requestId ? refIn(state) : {}),
        since: order.at,
        stalled: null,
      };
    case 'resubmit':
      return state.status === 'unknown' ? { status: 'pending', attempt: attempt + 1, stalled: null } : null;
    case 'write_off':
      if (state.status !== 'unknown') return null;
      return { status: 'failed', attempt, requestId: null, failure: state.failure, costUsd: null };
    case 'refetch': {
      if (state.status !== 'done' && state.status !== 'failed') return null;
      const { requestId, costUsd } = state;
      const before = state.status === 'failed' ? state.failure : null;
      if (requestId === null || (before !== null && before.kind !== 'no_output')) return null;
      // The reason why it was given up stays on record, in case this brings nothing.
      return {
        status: 'succeeded',
        attempt,
        requestId,
        ...refIn(state),
        costUsd,
        ...estimateIn(state),
        outputs: null,
        stalled: before,
      };
    }
  }
}
