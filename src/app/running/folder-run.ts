import type { UserError } from '../../core/complaints.ts';
import type { CanaryRecord, CanaryReport } from '../../core/job/canary-report.ts';
import type { Instant, JobId } from '../../core/job/job.ts';
import type { Reuse } from '../../core/job/overview.ts';
import type { Tally, tallying } from '../../core/job/tally.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RunControls } from '../../core/pacing/run-controls.ts';
import type { Observer } from '../../core/ports.ts';
import type { MoneyView } from '../../report/plan/money-text.ts';
import type { LogLevel } from '../../report/run-log.ts';
import type { Aftermath } from '../../store/ledger/ledger-rescue.ts';
import type { BadEndings } from '../../store/ledger/queries/folder-figures.ts';
import type { AccessRequest } from '../access/access-request.ts';
import type { Access } from '../access/endpoint.ts';
import type { SettledByCallback } from '../callbacks/settling-callbacks.ts';
import type { Unfetched } from '../expiry/expiring.ts';
import type { RunPolicy } from '../policies.ts';
import type { Taken } from './reuse-taking.ts';
import type { Stopper } from './stopper.ts';
import type { WorkLedger } from './work-ledger.ts';

export type LogNote = (fields: JsonObject, message: string) => void;

/** A run on one folder. */
export interface FolderRun {
  readonly ledger: WorkLedger;
  readonly access: Access;
  readonly accessRequest: AccessRequest;
  readonly policy: RunPolicy;
  /** Submits nothing: only collects what the server has. */
  readonly collectsOnly: boolean;
  /** The only jobs that the ledger hands out to be submitted; null: it hands out all. */
  readonly canary: CanaryRecord | null;
  /** What was taken from other folders before it; absent: nothing was looked for. */
  readonly taken?: Taken | undefined;
  /** What callbacks have told of before it; absent: nothing was asked for. */
  readonly heard?: SettledByCallback | undefined;
  /** Jobs whose files the server has probably deleted; absent: none. */
  readonly expired?: ReadonlySet<JobId> | undefined;
  readonly logLevel: LogLevel;
  /** Of the process, for the log. */
  readonly pid: number;
  readonly stopper: Stopper;
  /** Folds what happens, from what the ledger holds; whoever reads it sees the same. */
  readonly tally: ReturnType<typeof tallying>;
  /** What the user changes meanwhile; left out: nothing. */
  readonly controls?: RunControls;
  /** Is given the log once it is open, for what is not an event of the run. */
  readonly logTo?: (note: LogNote) => void;
  /** Hears everything. */
  readonly observe: Observer;
  /** Called once the batch is over: what is left is to close the folder, which nothing stops. */
  readonly batchEnded?: () => void;
}

/** How a run ended, as facts. */
export interface RunEnding {
  readonly tally: Tally;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Why submitting ended early, if the run itself ended it. */
  readonly why: string | null;
  /** What was done before and so not paid again; null: there was nothing to do at all. */
  readonly reuse: Reuse | null;
  /** It was told to leave at once. */
  readonly isLeft: boolean;
  /** What the folder may have cost beyond what was named, and how its cap stands. */
  readonly money: MoneyView;
  /** What a new attempt of what ended badly would mean. */
  readonly badEndings: BadEndings;
  /** What is still to be fetched, and how long the server keeps it; null: nothing, or it does not say. */
  readonly unfetched: Unfetched | null;
  /** What became of a folder that was lost meanwhile. */
  readonly aftermath: Aftermath | null;
  /** What kept the last records, or the manifests, from being written. */
  readonly fault: UserError | null;
  /** The canary has run as far as it goes, and nothing else ended the run: the rest waits for consent. null: it has not. */
  readonly canary: CanaryReport | null;
  /** Why lines are missing from the log, as a sentence. */
  readonly logTrouble: string | null;
}
