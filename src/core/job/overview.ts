import type { ErrorClass } from './failures.ts';
import type { Remedy } from './remedies.ts';

/** What a run found done and did not pay again. */
export interface Reuse {
  readonly jobs: number;
  /** What they had cost; a job whose cost nobody named counts as nothing. */
  readonly usd: number;
}

/** One run over a folder. Instants are ms since the epoch, money US dollars. */
export interface RunAccount {
  readonly startedAt: number;
  /** null: it goes on, or was killed. */
  readonly endedAt: number | null;
  /** Charged for what finished while it ran. */
  readonly spentUsd: number;
  /** Jobs done while it ran. */
  readonly done: number;
  /** Jobs of its plan that were done before and so were not paid again, and what they had cost. */
  readonly reused: number;
  readonly reusedUsd: number;
}

/** Jobs that failed, were cancelled, are lost or wait for a decision, counted together where class, message and command agree. */
export interface FailureGroup {
  readonly class: ErrorClass;
  readonly message: string;
  readonly jobs: number;
  /** The id of the first of them in the plan's order. */
  readonly example: string;
  /** The exact command that deals with them, to be pasted into a shell. */
  readonly next: string;
  /** Where the server's answer to the example is kept, if that is all there is of a result. */
  readonly answer?: string;
}

/** Results that are not worth their money. Jobs are ids in the plan's order. */
export interface Duds {
  /** Each group came out as the same bytes, though its jobs differ in their seed. Largest first; 100 jobs of each at most. */
  readonly same: readonly { readonly sha256: string; readonly jobs: readonly string[] }[];
  /** Images of one colour; `colour` is `#rrggbb`. Known only of files that were looked at. */
  readonly flat: readonly { readonly job: string; readonly path: string; readonly colour: string }[];
}

/** An image of one colour, as a look at its file found it. */
export interface FlatImage {
  /** Relative to the run folder, with `/`. */
  readonly path: string;
  /** Of the file that was looked at. */
  readonly sha256: string;
  /** `#rrggbb` */
  readonly colour: string;
}

/** What a folder amounts to: what it cost, what reuse saved, what went wrong and what to do about it. */
export interface Overview {
  readonly spentUsd: number;
  /** Jobs done without the server saying what they cost. */
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

/** An overview that lists no more than fits, and counts all there is. */
export interface BoundedOverview extends Overview {
  readonly failures: readonly (FailureGroup & { readonly remedy: Remedy })[];
  readonly totals: {
    /** Jobs that a failure holds, those of reasons that are not listed too. */
    readonly failedJobs: number;
    /** Groups of equal bytes for different seeds, and the jobs in all of them. */
    readonly sameGroups: number;
    readonly sameJobs: number;
    readonly flat: number;
  };
}
