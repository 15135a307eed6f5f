import type { JsonValue } from '../json.ts';
import type { Horizon, SharedLedger } from './shared-ledger.ts';
import type { PlannedColumns, SharedChange } from './shared-rows.ts';

/** A run that several machines may work on, as the shared ledger names it. */
export interface SharedRun {
  /** Unique in its ledger; the name of the run folder where it began, such as `cats`. */
  readonly name: string;
  /** What tells it from every other run, wherever its folders are: the `folder` mark of the folder where it began. */
  readonly key: string;
  /** JSON of its `PlanRecord`. */
  readonly plan: string;
  /** Counts the plans that it has had. */
  readonly planVersion: number;
  /** Where its requests are and under whose token: JSON of a `FolderAccount`; null: nothing was submitted yet. */
  readonly account: string | null;
  /** How its latest `rcb run` was to work, as far as the user said so: what `rcb work` goes by. */
  readonly limits: Readonly<Record<string, JsonValue>>;
  /** Where its files are put, such as `s3://bucket/cats`; null: each machine keeps its own. */
  readonly files: string | null;
  /** Its truth is a folder again: nobody joins it. */
  readonly isDetached: boolean;
}

/** A machine that works on a run. */
export interface SharedRunner {
  /** Unique in its run, such as `ci-2` or `ci-2/out/cats`. */
  readonly name: string;
  readonly host: string;
  /** Of this program. */
  readonly version: string;
  /** When the ledger last heard of it, by the ledger's clock. */
  readonly seenAt: number;
  /** How many jobs it holds, and in whose folders how many files lie. */
  readonly holds: number;
  readonly files: number;
}

/** A place where shared runs are kept. Methods reject with `UserError` for what the user can fix. */
export interface SharedRuns {
  /** Where it is, without a password: for messages, and to tell it from another place. */
  readonly address: string;
  /** What marks of tokens are made with here, so that two runs under one token have one account, and one gate. Hex. */
  readonly salt: string;
  find(name: string): Promise<SharedRun | null>;
  list(): Promise<readonly SharedRun[]>;
  /** Begins a run with jobs as they stand, all or nothing. Refused where the name is taken, unless by a run that is a folder again. */
  begin(run: Omit<SharedRun, 'planVersion' | 'isDetached'>, jobs: Iterable<SharedChange>): Promise<SharedRun>;
  /**
   * Makes these jobs the plan of a run, as `Stage.adopt` does for a folder, all or nothing: new ones are pending, those
   * that were known stay as they are, and pending ones that are left out leave the plan, also where a runner holds them.
   * Refused (null) when the plan is no longer the one that was compared with.
   */
  adopt(
    name: string,
    seen: { readonly planVersion: number },
    plan: string,
    jobs: Iterable<PlannedColumns>,
  ): Promise<SharedRun | null>;
  /**
   * Changes what a run keeps beside its jobs, if it still is what `seen` says of it. Gives the run as it is then.
   */
  amend(
    name: string,
    change: Partial<Pick<SharedRun, 'account' | 'limits' | 'files'>>,
    seen?: Pick<SharedRun, 'account'>,
  ): Promise<SharedRun>;
  /**
   * Ends sharing. Refused where another runner holds jobs, has been seen recently, or has ended it already; gives the
   * last changes first.
   */
  detach(
    name: string,
    runner: string,
    since: Horizon | null,
    page: (changes: readonly SharedChange[]) => void,
  ): Promise<void>;
  runners(name: string): Promise<readonly SharedRunner[]>;
  /** Files that inputs name with `@`, by their SHA-256. */
  putInput(name: string, sha256: string, bytes: Uint8Array): Promise<void>;
  input(name: string, sha256: string): Promise<Uint8Array | null>;
  /**
   * Joins a run as a runner; one of the same name that has died is succeeded at once, since two processes never work
   * on one folder. `since`: how far the mirror of its folder has been pulled; where the ledger has another history by now,
   * the first `claim` rejects with `HistoryLost`.
   */
  join(
    name: string,
    runner: Pick<SharedRunner, 'name' | 'host' | 'version'>,
    since: Horizon | null,
  ): Promise<SharedLedger>;
  close(): Promise<void>;
}
