import type { JsonObject, JsonValue } from '../json.ts';
import { type ErrorClass, type Failure, failureRule } from './failures.ts';
import type { JobStatus, SavedFile } from './job.ts';

/** The ledger, by which a run folder is recognised. */
export const ledgerFile = 'manifest.db';

/** The public records of a run folder, by which others read it. */
export const manifestFiles = ['manifest.jsonl', 'manifest.csv'] as const;

/** One line of `manifest.jsonl`: the public record of a job. Times are ISO 8601 in UTC, or null. */
export interface ManifestLine {
  readonly job: string;
  readonly id: string | null;
  readonly rows: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** The other rows that ask for it, under another id or with other tags; absent: there are none. */
  readonly also?: readonly AlsoRow[];
  /** Of its folder's plan; absent: the usual one. */
  readonly provider?: string;
  readonly model: string;
  /** What was sent, by the names of `names`: `keyedInput` gives the body. */
  readonly input: JsonObject;
  /** From what people called an input to its key; absent: they called nothing otherwise. */
  readonly names?: Readonly<Record<string, string>>;
  /** By the names of the input. */
  readonly axes: Readonly<Record<string, JsonValue>>;
  readonly rep: number;
  readonly parent: string | null;
  readonly state: JobStatus;
  readonly request_id: string | null;
  /** The number of submissions that were announced for it. */
  readonly attempts: number;
  readonly planned_at: string | null;
  readonly submitted_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly done_at: string | null;
  /** What the server charged, in US dollars; null: it did not say. */
  readonly cost: number | null;
  /** The server did not say: `cost` follows from how long the job kept a machine busy; absent: it did. */
  readonly cost_estimated?: true;
  /** Its files; for a job that ended without any, the server's answer if that was kept. */
  readonly outputs: readonly SavedFile[];
  /** What could not be saved from its result, in sentences. */
  readonly notes: readonly string[];
  readonly error: ManifestError | null;
  /** The folder, as seen from this one, and the job that its files were taken from; absent: they were not. */
  readonly reused_from?: ReusedFrom;
  /** The runner of a shared run that saved its files, in a folder of its own; absent: they were saved in this one. */
  readonly runner?: string;
  /** The current plan no longer asks for it; absent: it does. */
  readonly planned?: false;
}

/** Where files come from that were not paid for again. */
export interface ReusedFrom {
  /** With `/`, relative to the run folder. */
  readonly dir: string;
  readonly job: string;
}

/** A row that asks for the same job as the first one. */
export interface AlsoRow {
  /** `file:line`. */
  readonly row: string;
  readonly id: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ManifestError {
  readonly class: ErrorClass;
  readonly message: string;
  readonly http?: number;
  readonly code?: number | string;
  /** The id that an otherwise unusable answer to the submission gave. */
  readonly offered_id?: string;
}

const endedWithout: ReadonlySet<JobStatus> = new Set(['failed', 'cancelled', 'lost']);

/** The files that a job has made. */
export function resultsOf({ state, outputs }: ManifestLine): readonly SavedFile[] {
  return endedWithout.has(state) ? [] : outputs;
}

/** The server's answer, which is kept instead of files for a job that ended without any; null: there is none. */
export function answerOf({ state, outputs }: ManifestLine): SavedFile | null {
  return endedWithout.has(state) ? (outputs[0] ?? null) : null;
}

/** A failure in the words of the manifest. */
export function manifestError({ kind, message, http, code, offeredId }: Failure): ManifestError {
  return {
    class: failureRule(kind).class,
    message,
    ...(http === null ? {} : { http }),
    ...(code === null ? {} : { code }),
    ...(offeredId === undefined ? {} : { offered_id: offeredId }),
  };
}
