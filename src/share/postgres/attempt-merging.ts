import type { Instant, JobState } from '../../core/job/job.ts';
import { instantColumn, toColumns } from '../../core/job/state-columns.ts';
import { filesOf, startIn } from '../../core/job/state-facts.ts';
import type { SharedAttempt } from './job-rows.ts';

/**
 * An attempt after a state of it is told, by the rules of a folder's ledger (`store/ledger/recording.ts`): what was once
 * known stays known, an id, the first instant of each stage, what was charged. Only a repeated announcement moves its
 * instant, and what is learned of its start replaces when it was first seen to run. null: nothing is kept of it.
 */
export function mergedAttempt(
  known: SharedAttempt | undefined,
  state: JobState,
  at: Instant | null,
  runner: string | null,
): SharedAttempt | null {
  const columns = toColumns(state);
  const { attempt, request_id, ref, cost, estimated, failure } = columns;
  if (state.status === 'pending') return known === undefined ? null : { ...known, state: 'pending', failure };
  const before = known ?? nothing;
  const seen = (column: string): Instant | null => (instantColumn[state.status] === column ? at : null);
  const files = filesOf(state);
  const hasFiles = state.status === 'done' || files.length > 0;
  return {
    attempt,
    state: state.status,
    request_id: request_id ?? before.request_id,
    ref: request_id === null && known !== undefined ? before.ref : ref,
    submitted_at: seen('submitted_at') ?? before.submitted_at,
    started_at: startIn(state).startedAt ?? before.started_at ?? seen('started_at'),
    finished_at: before.finished_at ?? seen('finished_at'),
    done_at: before.done_at ?? seen('done_at'),
    cost: cost ?? before.cost,
    estimated: cost === null ? before.estimated : estimated,
    failure,
    runner: hasFiles ? runner : before.runner,
    outputs: hasFiles ? JSON.stringify(files) : before.outputs,
  };
}

const nothing = {
  ...{ request_id: null, ref: null, submitted_at: null, started_at: null, finished_at: null, done_at: null },
  ...{ cost: null, estimated: null, runner: null, outputs: null },
} as const;
