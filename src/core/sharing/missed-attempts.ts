import { type Failure, failure } from '../job/failures.ts';
import type { Instant, JobState, RequestId } from '../job/job.ts';
import type { Advance } from './mirror.ts';
import type { SharedAttemptRow, SharedChange } from './shared-rows.ts';

/**
 * The moves of a job that count for its cost: also those of attempts that an order has replaced before anybody here
 * heard how they ended.
 */
export function movesOf({ job, from, state }: Advance, change: SharedChange | undefined): readonly Advance[] {
  const missed = (change?.attempts ?? [])
    .filter(({ attempt }) => from.attempt <= attempt && attempt < state.attempt)
    .sort((one, other) => one.attempt - other.attempt)
    .map((row): Advance => {
      const { attempt } = row;
      const before: JobState =
        attempt === from.attempt ? from : { status: 'pending', attempt, stalled: null };
      return { job, from: before, state: endOf(row) };
    });
  return [...missed, { job, from, state }];
}

/** How an attempt ended, as far as its cost goes. */
function endOf({ attempt, state, request_id, cost, failure: told }: SharedAttemptRow): JobState {
  const reason = told === null ? failure('unanswered', '') : (JSON.parse(told) as Failure);
  if (cost === null && (state === 'unknown' || state === 'done' || state === 'lost'))
    return { status: 'unknown', attempt, since: 0 as Instant, failure: reason };
  const status = state === 'cancelled' ? 'cancelled' : 'failed';
  return { status, attempt, requestId: request_id as RequestId | null, failure: reason, costUsd: cost };
}
