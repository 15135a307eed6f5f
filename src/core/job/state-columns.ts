import type { JsonValue } from '../json.ts';
import type { Failure } from './failures.ts';
import type { Instant, JobState, JobStatus, RequestId, SavedFile } from './job.ts';
import { costOf, failureOf, isEstimated, notesOf, refOf, requestIdOf, startIn } from './state-facts.ts';

/** The column of `attempt` that a state's instant belongs to. A refusal or a failed generation has ended too. */
export const instantColumn = {
  pending: null,
  submitting: 'submitted_at',
  queued: null,
  running: 'started_at',
  succeeded: 'finished_at',
  done: 'done_at',
  failed: 'finished_at',
  cancelled: 'finished_at',
  lost: null,
  unknown: null,
} as const satisfies Record<JobStatus, string | null>;

/** A state as columns of `job`. The files of a job that is done stand in `output`. */
export interface StateColumns {
  readonly state: JobStatus;
  readonly attempt: number;
  readonly request_id: string | null;
  /** JSON of what the provider needs beside the id; null: nothing. */
  readonly ref: string | null;
  readonly since: number | null;
  readonly cost: number | null;
  /** Of the attempt: 1 if nobody has named its cost, and it follows from the time of a machine. */
  readonly estimated: 1 | null;
  /** Of the attempt: when it started. */
  readonly started_at: number | null;
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
    estimated: isEstimated(state) ? 1 : null,
    started_at: startIn(state).startedAt ?? null,
    failure: failure === null ? null : JSON.stringify(failure),
    notes: notes.length === 0 ? null : JSON.stringify(notes),
  };
}

/** The state that columns stand for; `files` are those of a job that is done. */
export function fromColumns(columns: StateColumns, files: readonly SavedFile[]): JobState {
  const { state: status, attempt } = columns;
  const cost = costIn(columns);
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
      return { status, attempt, requestId, ...ref, since, stalled: failure };
    case 'running':
      return { status, attempt, requestId, ...ref, since, ...startedIn(columns), stalled: failure };
    case 'succeeded':
      return { status, attempt, requestId, ...ref, ...cost, outputs: null, stalled: failure };
    case 'done':
      return { status, attempt, requestId, ...ref, files, ...cost, ...notesIn(columns) };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return {
        status,
        attempt,
        requestId: columns.request_id as RequestId | null,
        ...ref,
        failure: failure as Failure,
        ...cost,
      };
    case 'unknown':
      return { status, attempt, since, failure: failure as Failure };
  }
}

/** What an attempt has cost, and whether that is an estimate. */
export function costIn({ cost, estimated }: Pick<StateColumns, 'cost' | 'estimated'>): {
  readonly costUsd: number | null;
  readonly costEstimated?: true;
} {
  return { costUsd: cost, ...(cost !== null && estimated === 1 ? { costEstimated: true } : {}) };
}

function startedIn({ started_at: at }: StateColumns): { readonly startedAt?: Instant } {
  return at === null ? {} : { startedAt: at as Instant };
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
