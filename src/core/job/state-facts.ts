import type { JsonValue } from '../json.ts';
import type { Failure } from './failures.ts';
import type { Instant, JobState, JobStatus, RequestId, SavedFile } from './job.ts';

/** What keeps a job in this state from continuing; null: nothing. */
export function failureOf(state: JobState): Failure | null {
  switch (state.status) {
    case 'pending':
    case 'queued':
    case 'running':
    case 'succeeded':
      return state.stalled;
    case 'failed':
    case 'cancelled':
    case 'lost':
    case 'unknown':
      return state.failure;
    case 'submitting':
    case 'done':
      return null;
  }
}

/** What could not be saved from the result, in sentences. */
export function notesOf(state: JobState): readonly string[] {
  return state.status === 'done' ? (state.notes ?? []) : [];
}

/** The files on disk of a job at rest, or the answer that is kept instead of them. */
export function filesOf(state: JobState): readonly SavedFile[] {
  return 'files' in state ? (state.files ?? []) : [];
}

/** The server's id for the current attempt, once it has one. */
export function requestIdOf(state: JobState): RequestId | null {
  switch (state.status) {
    case 'pending':
    case 'submitting':
    case 'unknown':
      return null;
    case 'queued':
    case 'running':
    case 'succeeded':
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'lost':
      return state.requestId;
  }
}

/** What the provider needs besides the id to find that request; null: nothing. */
export function refOf(state: JobState): JsonValue {
  return 'ref' in state ? (state.ref ?? null) : null;
}

/** `ref`, where there is one. */
export function refIn(named: object | { readonly ref?: JsonValue }): { readonly ref?: JsonValue } {
  return 'ref' in named && named.ref !== undefined ? { ref: named.ref } : {};
}

/** What the current attempt has cost, in dollars, as the server says or by an estimate; null: unknown. */
export function costOf(state: JobState): number | null {
  return 'costUsd' in state ? state.costUsd : null;
}

/** Whether that cost is an estimate. */
export function isEstimated(state: JobState): boolean {
  return 'costEstimated' in state && state.costEstimated === true;
}

/** `costEstimated`, where it is so. */
export function estimateIn(held: object | { readonly costEstimated?: true }): {
  readonly costEstimated?: true;
} {
  return 'costEstimated' in held && held.costEstimated === true ? { costEstimated: true } : {};
}

/** `startedAt`, where it is known. */
export function startIn(held: object | { readonly startedAt?: Instant }): { readonly startedAt?: Instant } {
  return 'startedAt' in held && held.startedAt !== undefined ? { startedAt: held.startedAt } : {};
}

/** Whether nothing more happens to a job in this status unless the user orders it. */
export function isAtRest(status: JobStatus): boolean {
  switch (status) {
    case 'pending':
    case 'submitting':
    case 'queued':
    case 'running':
    case 'succeeded':
      return false;
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'lost':
    case 'unknown':
      return true;
  }
}
