import type { Failure } from '../../core/job/failures.ts';
import type { Instant, JobState, JobStatus, RequestId, SavedFile } from '../../core/job/job.ts';
import { costOf, failureOf, notesOf, refOf, requestIdOf } from '../../core/job/state-facts.ts';
import type { JsonValue } from '../../core/json.ts';

/** A state as columns of `job`. The files of a job that is done stand in `output`. */
export interface StateColumns {
  readonly state: JobStatus;
  readonly attempt: number;
  readonly request_id: string | null;
  /** JSON of what the provider needs beside the id; null: nothing. */
  readonly ref: string | null;
  readonly since: number | null;
  readonly cost: number | null;
  /** JSON of a `Failure`. */
  readonly failure: string | null;
  /** JSON of sentences; null: there are none. */
  readonly notes: string | null;
}

/**
 * Outputs are left out: their links expire, and collecting reads the result again. Why a job was given up
 * stays while its result is read once more.
 */
export function toColumns(state: JobState): StateColumns {
  const failure = ('before' in state ? state.before : null) ?? failureOf(state);
  const notes = notesOf(state);
  const ref = refOf(state);
  return {
    state: state.status,
    attempt: state.attempt,
    request_id: requestIdOf(state),
    ref: ref === null ? null : JSON.stringify(ref),
    since: 'since' in state ? state.since : null,
    cost: costOf(state),
    failure: failure === null ? null : JSON.stringify(failure),
    notes: notes.length === 0 ? null : JSON.stringify(notes),
  };
}

/** The state that columns stand for; `files` are those of a job that is done. */
export function fromColumns(columns: StateColumns, files: readonly SavedFile[]): JobState {
  const { state: status, attempt, cost: costUsd } = columns;
  const requestId = columns.request_id as RequestId;
  const ref = refIn(columns);
  const since = columns.since as Instant;
  const failure = readFailure(columns.failure);
  switch (status) {
    case 'pending':
      return { status, attempt, stalled: failure };
    case 'submitting':
      return { status, attempt, since };
    case 'queued':
    case 'running':
      return { status, attempt, requestId, ...ref, since, stalled: failure };
    case 'succeeded':
      return { status, attempt, requestId, ...ref, costUsd, outputs: null, stalled: failure };
    case 'done':
      return { status, attempt, requestId, ...ref, files, costUsd, ...notesIn(columns) };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return {
        status,
        attempt,
        requestId: columns.request_id as RequestId | null,
        ...ref,
        failure: failure as Failure,
        costUsd,
      };
    case 'unknown':
      return { status, attempt, since, failure: failure as Failure };
  }
}

export function refIn({ ref }: Pick<StateColumns, 'ref'>): { readonly ref?: JsonValue } {
  return ref === null ? {} : { ref: JSON.parse(ref) as JsonValue };
}

function notesIn({ notes }: StateColumns): { readonly notes?: readonly string[] } {
  return notes === null ? {} : { notes: readNotes(notes) };
}

export function readNotes(json: string | null): readonly string[] {
  return json === null ? [] : (JSON.parse(json) as string[]);
}

export function readFailure(json: string | null): Failure | null {
  return json === null ? null : (JSON.parse(json) as Failure);
}
