import type { ErrorClass } from './failures.ts';
import type { Remedy } from './remedies.ts';

/** What a run found done and did not pay for again. */
export interface Reuse {
  readonly jobs: number;
  /** What they had cost; a job of unknown cost counts as 0. */
  readonly usd: number;
}

/** One run over a folder. Instants are ms since the epoch, money US dollars. */
export interface RunAccount {
  readonly startedAt: number;
  /** null: it is still running, or was killed. */
  readonly endedAt: number | null;
  /** Charged for jobs that finished during the run. */
  readonly spentUsd: number;
  /** Jobs done during the run. */
  readonly done: number;
  /** Jobs of its plan that were done before and so were not paid for again, and what they had cost. */
  readonly reused: number;
  readonly reusedUsd: number;
}

/** Jobs that failed, were cancelled, are lost or wait for a decision, grouped by class, message and command. */
export interface FailureGroup {
  readonly class: ErrorClass;
  readonly message: string;
  readonly jobs: number;
  /** The id of the first of them in the plan's order. */
  readonly example: string;
  /** The exact command that deals with them, ready to be pasted into a shell. */
  readonly next: string;
  /** The path of the server's answer to the example, if that is all there is of a result. */
  readonly answer?: string;
}

/** Results that are not worth their price. Jobs are ids in the plan's order. */
export interface Duds {
  /** Each group came out as the same bytes, though its jobs differ in their seed. Largest first; 100 jobs of each at most. */
  readonly same: readonly { readonly sha256: string; readonly jobs: readonly string[] }[];
  /** Images of one colour; `colour` is `#rrggbb`. Known only for files that were examined. */
  readonly flat: readonly { readonly job: string; readonly path: string; readonly colour: string }[];
}

/** An image of one colour, as found by examining its file. */
export interface FlatImage {
  /** Relative to the run folder, with `/`. */
  readonly path: string;
  /** Of the bytes as downloaded; former versions: of the file as it was saved. */
  readonly sha256: string;
  /** `#rrggbb` */
  readonly colour: string;
}

/** A run folder in summary: what it cost, what reuse saved, what went wrong and what to do about it. */
export interface Overview {
  readonly spentUsd: number;
  /** What of it is estimated by the time of machines; left out: nothing. */
  readonly estimatedUsd?: number;
  /** Jobs done whose cost the server did not name. */
  readonly unpriced: number;
  /** Latest first, 100 at most. */
  readonly runs: readonly RunAccount[];
  /**
   * Over all runs: jobs that were done already when a run with work to do asked for them, each counted once however
   * many runs did.
   */
  readonly reused: number;
  readonly reusedUsd: number;
  /** Most frequent first. */
  readonly failures: readonly FailureGroup[];
  readonly duds: Duds;
}

/** An overview that lists only as much as fits, and counts everything. */
export interface BoundedOverview extends Overview {
  readonly failures: readonly (FailureGroup & { readonly remedy: Remedy })[];
  readonly totals: {
    /** Jobs with a failure, including those whose reasons are not listed. */
    readonly failedJobs: number;
    /** Groups of equal bytes for different seeds, and the jobs in all of them. */
    readonly sameGroups: number;
    readonly sameJobs: number;
    readonly flat: number;
  };
}
