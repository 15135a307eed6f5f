import type { DatabaseSync } from 'node:sqlite';
import type { KnownKeys } from '../../../core/job/conditions.ts';
import type { Instant, JobStatus } from '../../../core/job/job.ts';
import type { SettledSecond } from '../../../core/pacing/settling-pace.ts';
import { estimatedSql, folderKey } from '../ledger-schema.ts';
import { firstRow, rows } from '../sql-rows.ts';

/** A job that the server has. */
export interface InFlight {
  readonly job: string;
  readonly state: JobStatus;
  readonly requestId: string | null;
  /** When its submission was announced or accepted. */
  readonly since: Instant;
}

export interface BadEndings {
  readonly retried: number;
  /** For their content. */
  readonly refused: number;
  readonly withoutOutput: number;
}

export interface ManifestColumns {
  /** As people call them. */
  readonly inputs: readonly string[];
  /** By the key of an input that they call otherwise: what the first of them called it. */
  readonly names: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly models: number;
  /** Some line has rows beside its first one that are called or tagged otherwise. */
  readonly hasAlso: boolean;
  /** Some cost is an estimate. */
  readonly hasEstimates: boolean;
}

// The second is for ledgers that were made before folders had a key: jobs of the first plan stay when others come.
const identity = `SELECT coalesce((SELECT value FROM meta WHERE key = '${folderKey}'),
  (SELECT 'planned-' || min(planned_at) FROM job)) AS key`;

const endings = `SELECT count(*) FILTER (WHERE kind = 'refused') AS refused,
  count(*) FILTER (WHERE kind = 'no_output') AS withoutOutput,
  count(*) FILTER (WHERE kind NOT IN ('refused', 'no_output')) AS retried
FROM (SELECT failure ->> '$.kind' AS kind FROM job
  WHERE in_plan = 1 AND state IN ('failed', 'cancelled', 'lost') AND failure IS NOT NULL)`;

const settled = `SELECT second, sum(jobs) AS jobs FROM (
  SELECT done_at / 1000 AS second, count(*) AS jobs FROM attempt WHERE done_at >= ? GROUP BY 1
  UNION ALL SELECT finished_at / 1000, count(*) FROM attempt
    WHERE finished_at >= ? AND state IN ('failed', 'cancelled') GROUP BY 1)
GROUP BY second ORDER BY second`;

const oldest = `SELECT id AS job, state, request_id AS requestId, since FROM job
WHERE in_plan IN (0, 1) AND state IN ('submitting', 'queued', 'running') AND since IS NOT NULL ORDER BY since LIMIT 1`;

/** Tells the folder from every other one, wherever it is moved. */
export function folderKeyOf(db: DatabaseSync): string {
  return String(db.prepare(identity).get()?.key);
}

/** Every job that the folder has a record of. */
export function jobCountOf(db: DatabaseSync): number {
  return numberIn(db, `SELECT count(*) AS number FROM job`);
}

// Beyond this many jobs their rows are not counted: that takes microseconds each.
const maxCounted = 100_000;
const rowsOfPlan = `SELECT count(DISTINCT row.value) AS number
  FROM (SELECT rows FROM job WHERE in_plan = 1) AS job, json_each(job.rows) AS row`;

/** The rows of the plan's jobs; 0 where there are too many to count. */
export function rowCountOf(db: DatabaseSync): number {
  return jobCountOf(db) > maxCounted ? 0 : numberIn(db, rowsOfPlan);
}

/** Jobs that came to rest at `from` or later, by second, oldest first; without those that are lost or in doubt. */
export function settledSince(db: DatabaseSync, from: Instant): SettledSecond[] {
  return rows<SettledSecond>(db.prepare(settled), from, from).map((row) => ({ ...row }));
}

/** The job that the server has had for longest without finishing it. */
export function oldestInFlight(db: DatabaseSync): InFlight | null {
  const row = firstRow<InFlight>(db.prepare(oldest));
  return row === undefined ? null : { ...row };
}

/** Jobs of the plan that failed, were cancelled or are lost, by whether a retry of all includes them. */
export function badEndingsOf(db: DatabaseSync): BadEndings {
  return { ...(firstRow<BadEndings>(db.prepare(endings)) as BadEndings) };
}

/** What the lines' inputs and tags are called, in the order in which they first occur, and the number of models. */
export function manifestColumns(db: DatabaseSync): ManifestColumns {
  return {
    inputs: inputsOf(db).input,
    names: new Map(namesOf(db).reverse()),
    tags: keysOf(db, 'tags'),
    hasEstimates: db.prepare(`SELECT 1 FROM attempt WHERE ${estimatedSql} LIMIT 1`).get() !== undefined,
    hasAlso: db.prepare(`SELECT 1 FROM job WHERE also IS NOT NULL LIMIT 1`).get() !== undefined,
    models: modelCount(db),
  };
}

/** The number of models of all lines, which takes a fraction of the time of their columns. */
export function modelCount(db: DatabaseSync): number {
  return numberIn(db, `SELECT count(DISTINCT model) AS number FROM job`);
}

function keysOf(
  db: DatabaseSync,
  column: 'input' | 'tags' | 'axes',
  jobs = allJobs,
  name = 'each.key',
): string[] {
  const sql = `SELECT ${name} AS key FROM (SELECT num, names, ${column} AS held FROM job ORDER BY num LIMIT ?) AS job,
    json_each(job.held) AS each GROUP BY 1 ORDER BY min(job.num), min(each.id)`;
  return rows<{ readonly key: string }>(db.prepare(sql), jobs).map(({ key }) => key);
}

const nameOfInput = `CASE WHEN job.names IS NULL THEN each.key ELSE
  coalesce((SELECT named.value FROM json_each(job.names) AS named WHERE named.key = each.key), each.key) END`;

const keysNamed = `SELECT DISTINCT named.key AS key
  FROM (SELECT names FROM job WHERE names IS NOT NULL ORDER BY num LIMIT ?) AS job, json_each(job.names) AS named`;

const namesUsed = `SELECT named.key, named.value AS name
  FROM (SELECT num, names FROM job WHERE names IS NOT NULL) AS job, json_each(job.names) AS named
  GROUP BY 1, 2 ORDER BY min(job.num)`;

function namesOf(db: DatabaseSync): [string, string][] {
  return rows<{ readonly key: string; readonly name: string }>(db.prepare(namesUsed)).map(
    ({ key, name }): [string, string] => [key, name],
  );
}

/** What people call the inputs, and the keys of those that they call otherwise. */
function inputsOf(db: DatabaseSync, jobs = allJobs): Pick<KnownKeys, 'input' | 'keys'> {
  const keys = rows<{ readonly key: string }>(db.prepare(keysNamed), jobs).map(({ key }) => key);
  return { input: keysOf(db, 'input', jobs, keys.length === 0 ? undefined : nameOfInput), keys };
}

// No limit, as SQLite says it.
const allJobs = -1;

const otherTags = `SELECT DISTINCT tag.key AS key FROM job, json_each(job.also) AS other,
  json_each(other.value, '$.tags') AS tag WHERE job.also IS NOT NULL`;

/** What jobs can be asked for by: those of the first `jobs` of them, which is at once, or of all. */
export function jobKeys(db: DatabaseSync, jobs?: number): Omit<KnownKeys, 'fields'> {
  const others = jobs === undefined ? rows<{ readonly key: string }>(db.prepare(otherTags)) : [];
  return {
    ...inputsOf(db, jobs),
    tags: [...new Set([...keysOf(db, 'tags', jobs), ...others.map(({ key }) => key)])],
    axes: keysOf(db, 'axes', jobs),
  };
}

function numberIn(db: DatabaseSync, sql: string, ...values: number[]): number {
  return Number(db.prepare(sql).get(...values)?.number);
}
