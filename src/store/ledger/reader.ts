import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Instant, Job, JobStatus } from '../../core/job/job.ts';
import { ledgerFile, type ManifestLine } from '../../core/job/manifest.ts';
import type { Duds, FlatImage, Reuse, RunAccount } from '../../core/job/overview.ts';
import type { Holdings } from '../../core/job/tally.ts';
import type { PastAttempts } from '../../core/money/budget.ts';
import type { PastLatencies } from '../../core/pacing/latencies.ts';
import { filteredLines, type LineFilter, type PlacedLine, rowsOf } from '../exports/manifest-lines.ts';
import { type ManifestRow, manifestLine, manifestOrder, manifestSelect } from '../exports/manifest-rows.ts';
import { ledgerPresence, notARunFolder } from '../folder/run-folder.ts';
import { blamingDisk, storageFault } from '../folder/storage-faults.ts';
import { planKey } from '../stage/plan-adoption.ts';
import { type AxisSpread, axesIn } from '../stage/plan-axes.ts';
import type { PlanRecord } from '../stage/stage.ts';
import { attemptsAtStake, pastAttempts } from './attempt-charges.ts';
import { flatOutputs, type SameOutputs, sameOutputs } from './dud-outputs.ts';
import { type FailureCounts, failureCounts } from './failure-counts.ts';
import { type FolderAccount, keptAccount, wasTokenRefused } from './folder-account.ts';
import { openForReading } from './ledger-access.ts';
import { holdingsOf } from './ledger-holdings.ts';
import { folderKey } from './ledger-schema.ts';
import { type DamagedJob, damagedJobs } from './missing-files.ts';
import { findsOwner } from './request-owners.ts';
import { capOfLatestRun, reusedInAll, runAccounts } from './run-accounts.ts';

export interface InFlight {
  readonly job: string;
  readonly state: JobStatus;
  readonly requestId: string | null;
  /** When its submit was announced or accepted. */
  readonly since: Instant;
}

/** From submit to finish, over the latest jobs that finished. */
export interface Latencies {
  readonly jobs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Looks into a run folder, also while a run is going on; each call sees what is committed by then. */
export interface LedgerReader {
  readonly dir: string;
  holdings(): Holdings;
  /** null: no plan was ever adopted. */
  planRecord(): PlanRecord | null;
  /** The current plan in its order, then what has left it; streamed, all from one moment. */
  lines(filter?: LineFilter): Iterable<ManifestLine>;
  /** The same, each with whether the current plan asks for it. */
  placedLines(filter?: LineFilter): Iterable<PlacedLine>;
  /** The jobs of the current plan that are still to be submitted, in its order; streamed, all from one moment. */
  pending(): Iterable<Pick<Job, 'model' | 'input'>>;
  /** Where the folder's requests are; null: no run has said. */
  account(): FolderAccount | null;
  /** Whether the API has refused the token of requests that are still to be collected. */
  wasTokenRefused(): boolean;
  /** The job that has, or had in an earlier attempt, this request id; null: none. */
  ownerOf(requestId: string): string | null;
  /** Every job that the folder has a record of. */
  jobCount(): number;
  /** Tells the folder from every other one, wherever it is moved. */
  folderKey(): string;
  /** Another number whenever anything was committed since. */
  version(): number;
  /** The jobs whose id starts with `prefix`, 10 at most. */
  find(prefix: string): ManifestLine[];
  /** The jobs of a row with this id, 10 at most. */
  findById(id: string): ManifestLine[];
  /** The job that an output belongs to, by the output's path relative to the run folder. */
  findByFile(path: string): ManifestLine | null;
  /** The job that the server has had for longest without finishing it. */
  oldestInFlight(): InFlight | null;
  /** null: none has finished. */
  latencies(): Latencies | null;
  /** By model: the same of each, in ms, for `jobs` of them at most. */
  pastLatencies(jobs: number): PastLatencies;
  /** What every attempt has cost, or may have, but for those of jobs that are in flight. */
  pastAttempts(): PastAttempts;
  /** What is known of the costs of the latest attempts, and all that may be charged yet, or was without a named cost. */
  attemptsAtStake(): Omit<PastAttempts, 'spentUsd'>;
  /** The cap in dollars that the latest run had; null: none. */
  capUsd(): number | null;
  /** How many requests finished at `from` or later. */
  finishedSince(from: Instant): number;
  /** The done jobs of the current plan of which a file is missing, empty or of another size; streamed. */
  damaged(): Iterable<DamagedJob>;
  /** The latest runs, latest first; none of what older programs did. */
  runs(limit: number): readonly RunAccount[];
  /** What all runs found done and did not pay again, each job once. */
  reused(): Reuse;
  /** Jobs of the plan that failed, were cancelled or are lost, by whether a retry of all takes them along. */
  badEndings(): BadEndings;
  /** What holds jobs, the most frequent first, `limit` of them at most. */
  failures(limit: number): FailureCounts;
  /** Results that are equal for different seeds, `limit` groups of them at most. */
  sameOutputs(limit: number): SameOutputs;
  /** Those of these images that are still outputs of the folder, in the plan's order. */
  flatOutputs(images: readonly FlatImage[]): Duds['flat'];
  /** What the lines' inputs and tags are called, in the order of their first appearance, and how many models there are. */
  columns(): ManifestColumns;
  /** The axes of the current plan, each with 100 values unless more are asked for. */
  axes(maxValues?: number): readonly AxisSpread[];
  close(): void;
}

export interface BadEndings {
  readonly retried: number;
  /** For their content. */
  readonly refused: number;
  readonly withoutOutput: number;
}

export interface ManifestColumns {
  readonly inputs: readonly string[];
  readonly tags: readonly string[];
  readonly models: number;
  /** Some line has rows beside its first one that are called or tagged otherwise. */
  readonly hasAlso: boolean;
}

// The second is for ledgers that were made before folders had a key: jobs of the first plan stay when others come.
const identity = `SELECT coalesce((SELECT value FROM meta WHERE key = '${folderKey}'),
  (SELECT 'planned-' || min(planned_at) FROM job)) AS key`;

const endings = `SELECT count(*) FILTER (WHERE kind = 'refused') AS refused,
  count(*) FILTER (WHERE kind = 'no_output') AS withoutOutput,
  count(*) FILTER (WHERE kind NOT IN ('refused', 'no_output')) AS retried
FROM (SELECT failure ->> '$.kind' AS kind FROM job
  WHERE in_plan = 1 AND state IN ('failed', 'cancelled', 'lost') AND failure IS NOT NULL)`;

const pending = `SELECT model, input FROM job WHERE in_plan = 1 AND state = 'pending' ORDER BY seq`;

const recentJobs = 1_000;

const oldest = `SELECT id AS job, state, request_id AS requestId, since FROM job
WHERE in_plan IN (0, 1) AND state IN ('submitting', 'queued', 'running') AND since IS NOT NULL ORDER BY since LIMIT 1`;

const recent = `SELECT finished_at - submitted_at AS ms FROM attempt
WHERE finished_at IS NOT NULL AND submitted_at IS NOT NULL ORDER BY finished_at DESC LIMIT ${recentJobs}`;

// A clock that was set in between makes no latency.
const recentByModel = `SELECT job.model AS model, finished_at - submitted_at AS ms
FROM attempt JOIN job ON job.num = attempt.job
WHERE finished_at IS NOT NULL AND submitted_at IS NOT NULL AND finished_at > submitted_at
ORDER BY finished_at DESC LIMIT ?`;

// Beyond this many jobs that are done at an unknown cost their prices are not summed up for those who only look.
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
  const all = (sql: string, ...values: (string | number)[]) =>
    blamingDisk(path, () => db.prepare(sql).all(...values));
  const manifest = (sql: string, ...values: (string | number)[]) =>
    (all(sql, ...values) as unknown as ManifestRow[]).map(manifestLine);

  return {
    dir,
    holdings: () => blamingDisk(path, () => holdingsOf(db)),
    planRecord() {
      const [row] = all(`SELECT value FROM meta WHERE key = ?`, planKey);
      return row === undefined ? null : (JSON.parse(String(row.value)) as PlanRecord);
    },
    *lines(filter = {}) {
      for (const { line } of filteredLines(db, path, filter)) yield line;
    },
    placedLines: (filter = {}) => filteredLines(db, path, filter),
    *pending() {
      for (const { model, input } of rowsOf(db, path, pending)) {
        yield { model: String(model), input: JSON.parse(String(input)) as Job['input'] };
      }
    },
    account: () => blamingDisk(path, () => keptAccount(db)),
    wasTokenRefused: () => blamingDisk(path, () => wasTokenRefused(db)),
    ownerOf: (requestId) => blamingDisk(path, () => findsOwner(db)(requestId)),
    jobCount: () => Number(all(`SELECT count(*) AS jobs FROM job`)[0]?.jobs),
    folderKey: () => String(all(identity)[0]?.key),
    version: () => Number(all('PRAGMA data_version')[0]?.data_version),
    find(prefix) {
      const start = prefix.toLowerCase();
      if (!/^[0-9a-f]+$/.test(start)) return [];
      return manifest(
        `${manifestSelect} WHERE job.id >= ? AND job.id < ? ORDER BY job.id LIMIT 10`,
        start,
        `${start}g`,
      );
    },
    findById: (id) =>
      manifest(
        `${manifestSelect} WHERE job.name = ? OR (job.also IS NOT NULL
          AND EXISTS (SELECT 1 FROM json_each(job.also) AS other WHERE other.value ->> 'id' = ?))
          ${manifestOrder} LIMIT 10`,
        id,
        id,
      ),
    findByFile(file) {
      const key = file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
      const owner = `SELECT output.job FROM output WHERE output.path = ? LIMIT 1`;
      return manifest(`${manifestSelect} WHERE job.num = (${owner})`, key)[0] ?? null;
    },
    oldestInFlight() {
      const [row] = all(oldest);
      return row === undefined ? null : ({ ...row } as unknown as InFlight);
    },
    latencies() {
      const sorted = all(recent)
        .map((row) => Number(row.ms))
        .sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] as number;
      return sorted.length === 0 ? null : { jobs: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95) };
    },
    pastLatencies(jobs) {
      const past = new Map<string, number[]>();
      for (const { model, ms } of all(recentByModel, jobs)) {
        const known = past.get(String(model));
        if (known === undefined) past.set(String(model), [Number(ms)]);
        else known.push(Number(ms));
      }
      return past;
    },
    pastAttempts: () => blamingDisk(path, () => pastAttempts(db)),
    attemptsAtStake: () =>
      blamingDisk(path, () =>
        attemptsAtStake(db, { latest: recentJobs, many: holdingsOf(db).unpriced > manyUnpriced }),
      ),
    capUsd: () => blamingDisk(path, () => capOfLatestRun(db)),
    finishedSince: (from) =>
      Number(all(`SELECT count(*) AS jobs FROM attempt WHERE finished_at >= ?`, from)[0]?.jobs),
    *damaged() {
      try {
        yield* damagedJobs(db, dir);
      } catch (error) {
        throw storageFault(error, dir);
      }
    },
    runs: (limit) => blamingDisk(path, () => runAccounts(db, limit)),
    reused: () => blamingDisk(path, () => reusedInAll(db)),
    badEndings: () => ({ ...all(endings)[0] }) as unknown as BadEndings,
    failures: (limit) => blamingDisk(path, () => failureCounts(db, limit)),
    sameOutputs: (limit) => blamingDisk(path, () => sameOutputs(db, limit)),
    flatOutputs: (images) => blamingDisk(path, () => flatOutputs(db, images)),
    columns: () => ({
      inputs: keysOf('input'),
      tags: keysOf('tags'),
      hasAlso: all(`SELECT 1 FROM job WHERE also IS NOT NULL LIMIT 1`).length > 0,
      models: Number(all(`SELECT count(DISTINCT model) AS models FROM job`)[0]?.models),
    }),
    axes: (maxValues) => blamingDisk(path, () => axesIn(db, 'job', 'in_plan = 1', maxValues)),
    close() {
      if (db.isOpen) db.close();
    },
  };

  function keysOf(column: 'input' | 'tags'): string[] {
    const sql = `SELECT each.key AS key FROM job, json_each(job.${column}) AS each
      GROUP BY each.key ORDER BY min(job.num), min(each.id)`;
    return all(sql).map((row) => String(row.key));
  }
}
