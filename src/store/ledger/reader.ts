import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CanaryFigures, CanaryRecord } from '../../core/job/canary-report.ts';
import type { KnownKeys } from '../../core/job/conditions.ts';
import type { Instant, Job, JobId } from '../../core/job/job.ts';
import { ledgerFile, type ManifestLine } from '../../core/job/manifest.ts';
import type { FlatImage, Reuse, RunAccount } from '../../core/job/overview.ts';
import type { Holdings } from '../../core/job/tally.ts';
import type { JobGroup } from '../../core/money/estimate.ts';
import type { AttemptGroup, PastAttempts } from '../../core/money/past-attempts.ts';
import type { PastLatencies } from '../../core/pacing/latencies.ts';
import type { SettledSecond } from '../../core/pacing/settling-pace.ts';
import { fieldNames } from '../exports/manifest-filter.ts';
import { filteredLines, type LineFilter, type PlacedLine, rowsOf } from '../exports/manifest-lines.ts';
import { ledgerPresence, notARunFolder } from '../folder/run-folder.ts';
import { blamingDisk, storageFault } from '../folder/storage-faults.ts';
import { type AxisSpread, axesIn } from '../stage/plan-axes.ts';
import type { PlanRecord } from '../stage/stage.ts';
import { type CanaryStanding, canaryFigures, canaryStanding } from './canary-jobs.ts';
import { type FolderAccount, keptAccount, keptFilesPlace, wasTokenRefused } from './folder-account.ts';
import { type FolderPast, pastOf } from './folder-past.ts';
import { openForReading } from './ledger-access.ts';
import { holdingsOf } from './ledger-holdings.ts';
import { planRecordIn } from './plan-records.ts';
import { attemptsAtStake, pastAttempts } from './queries/attempt-charges.ts';
import { type FlatOutputs, flatOutputs, type SameOutputs, sameOutputs } from './queries/equal-outputs.ts';
import { type FailureCounts, failureCounts } from './queries/failure-counts.ts';
import { type FinishedLatencies, finishedLatencies, latenciesByModel } from './queries/finished-latencies.ts';
import {
  type BadEndings,
  badEndingsOf,
  folderKeyOf,
  type InFlight,
  jobCountOf,
  jobKeys,
  type ManifestColumns,
  manifestColumns,
  modelCount,
  oldestInFlight,
  rowCountOf,
  settledSince,
} from './queries/folder-figures.ts';
import { jobOfFile, jobsByPrefix, jobsOfRow, type SavedBytes, savedFiles } from './queries/job-lookups.ts';
import { allFiles, type DamagedJob, damagedJobs, outputCount, type Share } from './queries/missing-files.ts';
import { pendingCounts } from './queries/pending-counts.ts';
import { findsOwner } from './request-owners.ts';
import { pendingJob, takenFrom } from './reused-jobs.ts';
import { capOfLatestRun, capOriginOfLatestRun, reusedInAll, runAccounts } from './run-accounts.ts';

/** Reads a run folder, also while a run works on it; each call sees what is committed by then. */
export interface LedgerReader {
  readonly dir: string;
  holdings(): Holdings;
  /** null: no plan was ever adopted. */
  planRecord(): PlanRecord | null;
  /** The current plan in its order, then what has left it; streamed from one snapshot. */
  lines(filter?: LineFilter): Iterable<ManifestLine>;
  /** The same, each with whether the current plan asks for it. */
  placedLines(filter?: LineFilter): Iterable<PlacedLine>;
  /** The jobs of the current plan that are still to be submitted, in its order; streamed from one snapshot. */
  pending(): Iterable<Pick<Job, 'id' | 'model' | 'input' | 'pathTemplate'>>;
  /** The same jobs by model and priced inputs; the first `most` of them. */
  pendingCounts(most?: number): readonly JobGroup[];
  /** What the latest done jobs have cost and taken, and where. `providerIn`: the name that a plan keeps. */
  past(providerIn: (record: PlanRecord | null) => string): FolderPast;
  /** Their ids in ascending order; `resendsUnknown`: with those of the jobs in doubt. */
  idsToSubmit(resendsUnknown: boolean): Iterable<string>;
  /** Where a job of the plan that is still to be submitted has its files; null: it is not such a job. */
  pendingJob(id: JobId): Job | null;
  /** Done jobs whose files were taken from other folders, and what that saved. */
  taken(): Reuse;
  /** Where the folder's requests are; null: no run has recorded it. */
  account(): FolderAccount | null;
  filesPlace(): ReturnType<typeof keptFilesPlace>;
  /** The jobs that a run began with to learn of the rest. */
  canary(): CanaryStanding;
  canaryFigures(record: CanaryRecord): CanaryFigures;
  /** Whether the API has refused the token of requests that are still to be collected. */
  wasTokenRefused(): boolean;
  /** The job that has, or had in an earlier attempt, this request id; null: none. */
  ownerOf(requestId: string): string | null;
  /** The rows that the jobs of the current plan come from; 0 where there are too many to count. */
  rowCount(): number;
  /** Every job that the folder has a record of. */
  jobCount(): number;
  /** Tells the folder from every other one, wherever it is moved. */
  folderKey(): string;
  /** Changes whenever anything has been committed. */
  version(): number;
  /** The jobs whose id starts with `prefix`, 10 at most. */
  find(prefix: string): ManifestLine[];
  /** The jobs of a row with this id, 10 at most. */
  findById(id: string): ManifestLine[];
  /** The job that an output belongs to, by the output's path relative to the run folder. */
  findByFile(path: string): ManifestLine | null;
  /** The job that the server has had for longest without finishing it. */
  oldestInFlight(): InFlight | null;
  /** From submission to finish; null: none has finished. */
  latencies(): FinishedLatencies | null;
  /** By model: the same of each, in ms, for `jobs` of them at most. */
  pastLatencies(jobs: number): PastLatencies;
  /** What every attempt has cost, or may have, except for jobs that are in flight. */
  pastAttempts(): PastAttempts;
  /** All that may be charged yet, or was without a named cost. */
  attemptsAtStake(): readonly AttemptGroup[];
  /** The cap in dollars that the latest run had; null: none. */
  capUsd(): number | null;
  /** What set that cap, where it was not the user's own request; null: it was. */
  capFrom(): string | null;
  /** Jobs that came to rest at `from` or later, by second; without those that are lost or in doubt. */
  settledSince(from: Instant): readonly SettledSecond[];
  /** The done jobs of the current plan of which a file is missing, empty or of another size; streamed. */
  damaged(share?: Share): Iterable<DamagedJob>;
  /** How many files its jobs have, of all their attempts. */
  outputCount(): number;
  /** The latest runs, latest first; runs of older programs are missing. */
  runs(limit: number): readonly RunAccount[];
  /** What all runs found done and did not pay again, each job once. */
  reused(): Reuse;
  /** Jobs of the plan that failed, were cancelled or are lost, by whether a retry of all includes them. */
  badEndings(): BadEndings;
  /** What holds jobs, the most frequent first, `limit` of them at most. */
  failures(limit: number): FailureCounts;
  /** Results that are equal for different seeds, `limit` groups of them at most. */
  sameOutputs(limit: number): SameOutputs;
  /** The outputs that are one of these images of one colour, in the plan's order, `limit` of them at most. */
  flatOutputs(images: readonly FlatImage[], limit: number): FlatOutputs;
  /** Every file that was saved, of earlier attempts too; streamed. */
  savedFiles(): Iterable<SavedBytes>;
  /** What the lines' inputs and tags are called, in the order in which they first occur, and the number of models. */
  columns(): ManifestColumns;
  /** What the lines can be asked for by: the keys of the first `jobs` of them, or of all. */
  keys(jobs?: number): KnownKeys;
  /** The number of models that the lines have. */
  models(): number;
  /** The axes of the current plan, each with 100 values unless more are asked for. */
  axes(maxValues?: number): readonly AxisSpread[];
  close(): void;
}

const pending = `SELECT id, model, input, path_template FROM job WHERE in_plan = 1 AND state = 'pending' ORDER BY seq`;

interface PendingRow {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly path_template: string;
}

const recentJobs = 1_000;

// Beyond this many jobs that are done at an unknown cost, their prices are not summed up for those who only read.
const manyUnpriced = 50_000;

/** Throws UserError('usage') when `dir` holds no ledger, or one that a newer program wrote. */
export function openReader(dir: string): LedgerReader {
  const reader = openReaderIfAny(dir);
  if (reader !== null) return reader;
  throw notARunFolder(dir, ledgerPresence(dir) === 'absent' ? 'absent' : 'empty');
}

/**
 * null when `dir` holds no ledger, or one whose maker was killed before it had any table. Throws UserError('usage')
 * for one that a newer program wrote.
 */
export function openReaderIfAny(dir: string): LedgerReader | null {
  const path = join(dir, ledgerFile);
  const opened = blamingDisk(path, () => openForReading(path));
  return opened && readerOn(opened, dir, path);
}

function readerOn(db: DatabaseSync, dir: string, path: string): LedgerReader {
  /** What a query gives, with the disk blamed for what it is to blame for. */
  function ask<Rest extends readonly unknown[], T>(query: (db: DatabaseSync, ...rest: Rest) => T) {
    return (...rest: Rest): T => blamingDisk(path, () => query(db, ...rest));
  }

  return {
    dir,
    holdings: ask(holdingsOf),
    planRecord: ask(planRecordIn),
    *lines(filter = {}) {
      for (const { line } of filteredLines(db, path, filter)) yield line;
    },
    placedLines: (filter = {}) => filteredLines(db, path, filter),
    *pending() {
      for (const { id, model, input, path_template: pathTemplate } of rowsOf<PendingRow>(db, path, pending)) {
        yield { id: id as JobId, model, input: JSON.parse(input) as Job['input'], pathTemplate };
      }
    },
    pendingCounts: ask(pendingCounts),
    past: ask(pastOf),
    *idsToSubmit(resendsUnknown) {
      const states = resendsUnknown ? `'pending', 'unknown'` : `'pending'`;
      const sql = `SELECT id FROM job WHERE in_plan = 1 AND state IN (${states}) ORDER BY id`;
      for (const { id } of rowsOf<{ readonly id: string }>(db, path, sql)) yield id;
    },
    pendingJob: ask(pendingJob),
    taken: ask(takenFrom),
    account: ask(keptAccount),
    canary: ask(canaryStanding),
    canaryFigures: ask(canaryFigures),
    wasTokenRefused: ask(wasTokenRefused),
    ownerOf: (requestId) => blamingDisk(path, () => findsOwner(db)(requestId)),
    rowCount: ask(rowCountOf),
    jobCount: ask(jobCountOf),
    folderKey: ask(folderKeyOf),
    filesPlace: ask(keptFilesPlace),
    version: ask(versionOf),
    find: ask(jobsByPrefix),
    findById: ask(jobsOfRow),
    findByFile: ask(jobOfFile),
    oldestInFlight: ask(oldestInFlight),
    latencies: () => ask(finishedLatencies)(recentJobs),
    pastLatencies: ask(latenciesByModel),
    pastAttempts: ask(pastAttempts),
    attemptsAtStake: () =>
      blamingDisk(path, () => attemptsAtStake(db, { many: holdingsOf(db).unpriced > manyUnpriced })),
    capUsd: ask(capOfLatestRun),
    capFrom: ask(capOriginOfLatestRun),
    settledSince: ask(settledSince),
    *damaged(share = allFiles) {
      try {
        yield* damagedJobs(db, dir, share);
      } catch (error) {
        throw storageFault(error, dir);
      }
    },
    outputCount: ask(outputCount),
    runs: ask(runAccounts),
    reused: ask(reusedInAll),
    badEndings: ask(badEndingsOf),
    failures: ask(failureCounts),
    sameOutputs: ask(sameOutputs),
    flatOutputs: ask(flatOutputs),
    savedFiles: () => rowsOf<SavedBytes>(db, path, savedFiles),
    columns: ask(manifestColumns),
    keys: (jobs) => ({ ...ask(jobKeys)(jobs), fields: fieldNames }),
    models: ask(modelCount),
    axes: (maxValues) => blamingDisk(path, () => axesIn(db, 'job', 'in_plan = 1', maxValues)),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA data_version').get()?.data_version);
}
