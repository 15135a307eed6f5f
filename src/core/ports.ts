import type { Failure } from './job/failures.ts';
import type { Instant, Job, JobId, JobState, RequestId, SavedFile } from './job/job.ts';
import type { ReusedFrom } from './job/manifest.ts';
import type { FileOutput } from './job/outputs.ts';
import type { Recipe } from './job/recipe.ts';
import type { RemoteStatus } from './provider.ts';
import type { LeaseLost } from './sharing/shared-ledger.ts';

/** A job handed out by the ledger, with its state as `resumed` reads it. */
export interface Claim {
  readonly job: Job;
  readonly state: JobState;
}

export interface Ledger {
  /**
   * Returns jobs that are not at rest, each at most once per run: first those known to the server, then the pending
   * ones in the plan's order. An empty list: none is left. Where others work on the ledger too (`tenure`), it waits as
   * long as they hold jobs that may come back, unless `stop` fires, and may return a job again that this run has lost.
   */
  claim(limit: number, stop?: Stop): Promise<readonly Claim[]>;
  /**
   * Keeps the states of a job in their order. Resolves once neither a crash nor a power cut can lose this one, with when
   * it happened: `at`, or later for an announcement that had to wait. A state that the server can be asked for again
   * (`isRecoverable`) resolves at once and is kept a little later. Rejects with what kept this state, or an earlier such
   * state of any job, from being recorded. An announcement (`submitting`) rejects with `JobFailure` if it is refused
   * because the run has lost its folder or cannot write to it, and with the reason of `stop.drain` if that fires while it
   * waits: then it is not recorded. A ledger whose announcements may have to wait for longer asks `stop.isWithdrawn`
   * right before it makes one, and rejects with `Withdrawn` where it is. Rejects with `LeaseLost` when another runner
   * holds the job by now: what has happened is kept nevertheless.
   */
  record(job: JobId, state: JobState, at: Instant, stop?: AnnouncementStop): Promise<Instant>;
  /** Assigns a request id, which is recorded next, to a job. Returns the other job that already has it, if any. */
  take(requestId: RequestId, job: JobId): JobId | null;
  /** Absent: nobody else works on this ledger, and every job stays with this run. */
  readonly tenure?: Tenure;
}

/** How a run holds the jobs of a ledger that others work on too: no more of them than it has slots for. */
export interface Tenure {
  /** Whoever works on a job is to let go of it when this tells that another runner holds it. */
  onLost(letGo: (lost: LeaseLost) => void): void;
  /** Throws `LeaseLost` for a job that another runner holds. */
  check(job: JobId): void;
  /** Nothing in this run works on the job any more. */
  ended(job: JobId): void;
}

/** A file that a request made: `index` counts from 0 among the `count` files of the job. */
export interface ExpectedFile {
  readonly job: Job;
  readonly requestId: RequestId;
  readonly index: number;
  readonly count: number;
  /** What tells it from the others in its name; null or absent: its number. */
  readonly label?: string | null;
}

export interface FileStore {
  /**
   * Saves an output in the run folder, fetched or from the result itself: complete or not at all, at the path that the
   * job's `pathTemplate` gives it, with the extension that fits its bytes. Throws `JobFailure` (`download_failed`),
   * which says what may help.
   */
  save(file: ExpectedFile, output: FileOutput, signal: AbortSignal): Promise<SavedFile>;
}

/** What was collected of a request: its files are on disk. */
export interface Collected {
  readonly files: readonly SavedFile[];
  readonly costUsd: number | null;
  readonly notes: readonly string[];
}

/** Where the files of a run are put besides its folder: a bucket, or a mount. */
export interface FilePlace {
  /**
   * What was collected of this request before, if it is whole on disk by now: it is still to be put, or was put before
   * and has been taken from there, since it was missing. null: there is nothing.
   */
  waiting(job: JobId, requestId: RequestId, signal: AbortSignal): Promise<Collected | null>;
  /**
   * Resolves with the files once each of them is there, checked by its hash. Throws `JobFailure`, after as many tries
   * as may help, and the signal's reason when aborted.
   */
  put(
    job: JobId,
    requestId: RequestId,
    collected: Collected,
    signal: AbortSignal,
  ): Promise<readonly SavedFile[]>;
}

/** Reads up to `length` bytes of a file from `from`: fewer only at its end. */
export type ReadBytes = (from: number, length: number) => Promise<Buffer>;

/** Bytes that replace the `removed` bytes at `at`. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

/**
 * How a recipe is written into a complete file of `bytes` bytes without changing its image data: as splices in the
 * order of their positions, none over another. The same file and recipe give the same splices. null: the file stays as
 * it is.
 */
export type EmbedRecipe = (
  read: ReadBytes,
  bytes: number,
  mime: string,
  recipe: Recipe,
) => Promise<readonly Splice[] | null>;

/** A download that has begun. */
export interface Download {
  readonly contentType: string | null;
  /** From Content-Length, where given. */
  readonly bytes: number | null;
  /**
   * Reads at least `atLeast` more bytes, in the chunks in which they came; fewer once the download has ended. Throws
   * when it is cut short, and the signal's reason when aborted. For one reader, one call after another.
   */
  read(atLeast: number): Promise<readonly Uint8Array[]>;
  /** Gives up what is still to come. */
  discard(): void;
}

/** Opens a link on an allowed host, without the token. Throws `JobFailure` (`download_failed`). */
export type OpenLink = (link: string, signal: AbortSignal) => Promise<Download>;

export interface Clock {
  now(): Instant;
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** In [0, 1). */
export type Dice = () => number;

/** `user`: the run is paused. */
export type WaitedFor = 'api' | 'ledger' | 'user';

/** What happens in a run, reported to every observer. */
export type RunEvent =
  | {
      readonly type: 'advanced';
      readonly job: Job;
      readonly from: JobState;
      readonly state: JobState;
      readonly at: Instant;
      /** Its files were taken from another folder. */
      readonly reusedFrom?: ReusedFrom;
      /** Another runner of a shared run has done it. */
      readonly elsewhere?: true;
    }
  | { readonly type: 'polled'; readonly job: JobId; readonly status: RemoteStatus; readonly at: Instant }
  | {
      readonly type: 'repeating';
      readonly call: 'submit' | 'status' | 'result' | 'cancel' | 'download' | 'upload';
      readonly job: JobId | null;
      readonly failure: Failure;
      /** What the server asked for (Retry-After), if it did. */
      readonly askedMs: number | null;
      readonly delayMs: number;
    }
  | { readonly type: 'warned'; readonly job: JobId | null; readonly message: string }
  | { readonly type: 'halted'; readonly failure: Failure }
  /** No submission leaves for now. Reported once when the wait begins, and again when its reason changes. */
  | {
      readonly type: 'waiting';
      readonly for: WaitedFor;
      /** What the run waits for, and why, in a whole sentence. */
      readonly message: string;
      /** Since when. */
      readonly since: Instant;
      /** When the run gives up; null: never. */
      readonly until: Instant | null;
    }
  /** That wait is over: submissions leave again. */
  | { readonly type: 'resumed'; readonly for: WaitedFor; readonly waitedMs: number };

/** Hears everything, decides nothing, never throws. */
export type Observer = (event: RunEvent) => void;

/** `drain`: submit nothing more, but continue collecting. `leave`: save and exit at once. */
export interface Stop {
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
}

/** What keeps a submission from being announced. */
export interface AnnouncementStop extends Stop {
  /** It must not leave now: since it was asked for, the API has fallen silent or the user has paused the run. */
  readonly isWithdrawn?: () => boolean;
}

/** An announcement was withdrawn before it was made. */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
}
