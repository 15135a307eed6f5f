import type { JsonObject, JsonValue } from '../json.ts';
import type { Failure } from './failures.ts';
import type { Output } from './outputs.ts';

declare const brand: unique symbol;
type Branded<T, Name> = T & { readonly [brand]: Name };

/** First 16 hex digits of the SHA-256 over the canonical JSON of `{input, model, rep}`. */
export type JobId = Branded<string, 'JobId'>;
/** The server's name for one accepted submit; minted in `http/wire.ts`, matches `[A-Za-z0-9_-]{1,128}`. */
export type RequestId = Branded<string, 'RequestId'>;
/** Milliseconds since the epoch. Durations are plain numbers whose names end in `Ms`. */
export type Instant = Branded<number, 'Instant'>;

/** What is needed to make one generation. */
export interface Job {
  readonly id: JobId;
  readonly model: string;
  /** Exactly the body that is sent. */
  readonly input: JsonObject;
  /** 1 for the first of several equal jobs. */
  readonly rep: number;
  /** Where its files go, relative to the run folder, with `/`, still holding `{_i}` and `{ext}`. */
  readonly pathTemplate: string;
}

/** A job with where it came from: what the plan hands to the ledger. */
export interface PlannedJob extends Job {
  /** The user's own name for the row (`id` column), or null. */
  readonly name: string | null;
  /** `file:line` of every row that asks for it; the plan gives one, the ledger joins identical rows. */
  readonly rows: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** The values that this job has on the axes of its plan. */
  readonly axes: Readonly<Record<string, JsonValue>>;
  readonly parent: JobId | null;
}

/** A result that is whole on disk. `path` is relative to the run folder and uses `/`. */
export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Of the file as the server gave it, before a recipe was written into it; null where it is as it came. */
  readonly original_sha256: string | null;
  readonly mime: string;
  /** Pixels; null where the type has none or they could not be read. */
  readonly width: number | null;
  readonly height: number | null;
}

/**
 * Where a job stands. `attempt` counts from 1. `stalled` is what keeps a job from going on in this run:
 * it rests with its state intact and the next run takes it up again. `ref` is what the provider needs beside the id to
 * find the request again; absent: nothing.
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
      readonly stalled: Failure | null;
    }
  | {
      readonly status: 'succeeded';
      readonly attempt: number;
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly costUsd: number | null;
      /** What its result was just seen to hold; never kept, since links expire. null: the result is to be read again. */
      readonly outputs: readonly Output[] | null;
      /** It was done before: its files were here and are fetched again. */
      readonly savedBefore?: true;
      readonly stalled: Failure | null;
      /** Why it was given up, where its result is read once more all the same. */
      readonly before?: Failure;
    }
  | {
      readonly status: 'done';
      readonly attempt: number;
      readonly requestId: RequestId;
      readonly ref?: JsonValue;
      readonly files: readonly SavedFile[];
      readonly costUsd: number | null;
      /** What could not be taken of the result, in sentences; absent: nothing. */
      readonly notes?: readonly string[];
    }
  | {
      readonly status: 'failed' | 'cancelled' | 'lost';
      readonly attempt: number;
      readonly requestId: RequestId | null;
      readonly ref?: JsonValue;
      readonly failure: Failure;
      readonly costUsd: number | null;
      /** The server's own answer, where that is all there is of a result. */
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
