import { library } from './app/library/library.ts';

// Besides `main.ts`, the only file that names the process.
const bound = library({ env: process.env, pid: process.pid });

/** Everything before the first submission. Submits nothing and writes nothing. See docs/library.md. */
export const plan = bound.plan;

/** Makes sure that every generation exists in the run folder: what is done there is not paid for again. */
export const run = bound.run;

/** A run folder at this moment, also while a run is going on. */
export const status = bound.status;

/** A run folder, to be looked into and to be continued without its input. */
export const openRun = bound.openRun;

export type { JobFilter } from './app/folder/job-lines.ts';
export type { Spending } from './app/folder/spending.ts';
export type { FolderStatus } from './app/folder/status-view.ts';
export type { AccessOptions, BatchOptions } from './app/library/batch-options.ts';
export type { PlanAnswer, RunOptions } from './app/library/library.ts';
export type {
  CarryOutOptions,
  LibraryEvent,
  LibraryRun,
  RunOutcome,
} from './app/library/library-run.ts';
export type { OpenedRun } from './app/library/opened-run.ts';
export type { RunPolicies } from './app/policies.ts';
export { type Problem, UserError } from './core/complaints.ts';
export { failure, JobFailure } from './core/job/failures.ts';
export type { ManifestLine } from './core/job/manifest.ts';
export type { Model } from './core/models.ts';
export type {
  Catalogue,
  Provider,
  ProviderClient,
  RemoteRequest,
  RemoteResult,
  RemoteStatus,
  TokenSources,
} from './core/provider.ts';
export type { PlanSummary } from './report/plan/plan-json.ts';
