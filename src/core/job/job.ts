import type { JsonObject, JsonValue } from '../json.ts';
import type { Failure } from './failures.ts';
import type { Output } from './outputs.ts';

declare const brand: unique symbol;
type Branded<T, Name> = T & { readonly [brand]: Name };

/** First 16 hex digits of the SHA-256 over the canonical JSON of `{input, model, rep}`. */
export type JobId = Branded<string, 'JobId'>;
/** The server's id for one accepted submission; minted in `http/wire.ts`, matches `[A-Za-z0-9_-]{1,128}`. */
export type RequestId = Branded<string, 'RequestId'>;
/** Milliseconds since the epoch. Durations are plain numbers whose names end in `Ms`. */
export type Instant = Branded<number, 'Instant'>;

/** One generation: everything that its submission needs. */
export interface Job {
  readonly id: JobId;
  readonly model: string;
  /** The body that is sent, exactly. */
  readonly input: JsonObject;
  /**
   * By key of `input`: what people called it, only where that is another name. Absent: they used the keys.
   * The id does not depend on it.
   */
  readonly names?: Readonly<Record<string, string>>;
  /** 1 for the first of several equal jobs. */
  readonly rep: number;
  /** The path of its files, relative to the run folder, with `/`; `{_i}` and `{ext}` are still to be filled in. */
  readonly pathTemplate: string;
}

/** A job and its origin, as the plan passes it to the ledger. */
export interface PlannedJob extends Job {
  /** The user's own name for the row (`id` column), or null. */
  readonly name: string | null;
  /** `file:line` of every row that asks for it. The plan names one; the ledger merges identical rows. */
  readonly rows: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** The values that this job has on the axes of its plan, by the names of `names` once the ledger has them. */
  readonly axes: Readonly<Record<string, JsonValue>>;
  readonly parent: JobId | null;
}

/** A result file that is complete on disk. `path` is relative to the run folder and uses `/`. */
export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Of the file as the server sent it, before a recipe was written into it; null: it is unchanged. */
  readonly original_sha256: string | null;
  readonly mime: string;
  /** In pixels; null: the type has none, or they could not be read. */
  readonly width: number | null;
  readonly height: number | null;
  /** Where it was put as well, such as `s3://bucket/cats/a.png`, or a `file:` URL; absent: it is in the run folder alone. */
  readonly object?: string;
}

/**
 * The state of a job. `attempt` counts from 1. `stalled` is what keeps a job from continuing in this run: its state
 * stays as it is, and the next run takes it up again. `ref` is what the provider needs besides the id to find the
 * request again; absent: nothing. `costEstimated`: the cost was not named, but follows from how long it kept a machine
 * busy.
 */
export type JobState =
  | { readonly status: 'pending'; readonly attempt: number; readonly stalled: Failure | null }
  | { readonly status: 'submitting'; readonly attempt: number; readonly since: Instant }
  | {
      readonly status: 'queued' | 'running';
      readonly attempt: number;
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      /** When the server accepted it. */
      readonly since: Instant;
      /** When a machine began to work on it, as far as anybody can tell; absent: nobody can, or nobody pays by that. */
      readonly startedAt?: Instant;
      readonly stalled: Failure | null;
    }
  | {
      readonly status: 'succeeded';
      readonly attempt: number;
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly costUsd: number | null;
      readonly costEstimated?: true;
      readonly startedAt?: Instant;
      /** What its result has just been read to hold; never recorded, since links expire. null: the result has to be read. */
      readonly outputs: readonly Output[] | null;
      /** It was done before: its files were on disk and are fetched again. */
      readonly savedBefore?: true;
      readonly stalled: Failure | null;
      /** Why it had been given up before its result was read once more. */
      readonly before?: Failure;
    }
  | {
      readonly status: 'done';
      readonly attempt: number;
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly files: readonly SavedFile[];
      readonly costUsd: number | null;
      readonly costEstimated?: true;
      /** What could not be saved from the result, in sentences; absent: nothing. */
      readonly notes?: readonly string[];
    }
  | {
      readonly status: 'failed' | 'cancelled' | 'lost';
      readonly attempt: number;
      readonly requestId: RequestId | null;
      readonly ref?: JsonValue;
      readonly failure: Failure;
      readonly costUsd: number | null;
      readonly costEstimated?: true;
      readonly startedAt?: Instant;
      /** The server's answer, if it is all there is of a result. */
      readonly files?: readonly SavedFile[];
    }
  | {
      readonly status: 'unknown';
      readonly attempt: number;
      readonly since: Instant;
      readonly failure: Failure;
    };

export type JobStatus = JobState['status'];

/** Every status, in the order in which a job passes through them. */
export const jobStatuses = [
  'pending',
  'submitting',
  'queued',
  'running',
  'succeeded',
  'done',
  'failed',
  'cancelled',
  'lost',
  'unknown',
] as const satisfies readonly JobStatus[];
