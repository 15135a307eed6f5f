import type { DatabaseSync } from 'node:sqlite';
import type { CanaryFigures, CanaryJob, CanaryRecord } from '../../core/job/canary-report.ts';
import type { Instant, JobId, JobStatus } from '../../core/job/job.ts';
import { readFailure } from '../../core/job/state-columns.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { type Facets, spreading } from '../../core/spread.ts';
import { eachRow, firstRow, rows } from './sql-rows.ts';

/** Under this key `meta` keeps the `CanaryRecord` as JSON. */
const canaryKey = 'canary';

const namedSql = `(SELECT value FROM json_each(?)) AS named CROSS JOIN job ON job.id = named.value`;
const restSql = `('done', 'failed', 'cancelled', 'lost', 'unknown')`;
const pendingSql = `in_plan = 1 AND state = 'pending'`;

/** null: none was ever chosen, or it is not one that this program wrote. */
export function keptCanary(db: DatabaseSync): CanaryRecord | null {
  const row = db.prepare(`SELECT value FROM meta WHERE key = '${canaryKey}'`).get();
  if (row === undefined) return null;
  const kept = JSON.parse(String(row.value)) as JsonValue;
  if (!isJsonObject(kept)) return null;
  const { at, jobs, agreed } = kept;
  if (typeof at !== 'number' || !Array.isArray(jobs) || !jobs.every((id) => typeof id === 'string'))
    return null;
  return { at: at as Instant, jobs: jobs as JobId[], agreed: agreed === true };
}

export function keepCanary(db: DatabaseSync, record: CanaryRecord): void {
  db.prepare(
    `INSERT INTO meta (key, value) VALUES ('${canaryKey}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(JSON.stringify(record));
}

/** What is known of a canary before a run begins. */
export interface CanaryStanding {
  readonly record: CanaryRecord | null;
  /** Jobs of it that are not at rest, and those among them that are still to be submitted. */
  readonly open: number;
  readonly pending: number;
  /** Jobs that are still to be submitted were planned after it was chosen. */
  readonly isOutdated: boolean;
}

const standingSql = `SELECT count(*) FILTER (WHERE state NOT IN ${restSql}) AS open,
  count(*) FILTER (WHERE ${pendingSql}) AS pending FROM ${namedSql}`;

const newerSql = `SELECT 1 FROM job WHERE ${pendingSql} AND planned_at > ? LIMIT 1`;

export function canaryStanding(db: DatabaseSync): CanaryStanding {
  const record = keptCanary(db);
  if (record === null) return { record, open: 0, pending: 0, isOutdated: false };
  const counts = firstRow<{ open: number; pending: number }>(
    db.prepare(standingSql),
    JSON.stringify(record.jobs),
  );
  const isOutdated = db.prepare(newerSql).get(record.at) !== undefined;
  return { record, open: counts?.open ?? 0, pending: counts?.pending ?? 0, isOutdated };
}

/**
 * The canary of `asked` jobs that is to be run now: the one that was begun, enlarged where it was smaller, or a new one
 * spread over what is to be submitted. null: all of it is at rest, or nothing would be left beside it.
 */
export function nextCanary(db: DatabaseSync, asked: number, at: Instant): CanaryRecord | null {
  const { record, open, isOutdated } = canaryStanding(db);
  const isKept = record !== null && !isOutdated;
  if (isKept && open === 0 && record.jobs.length >= asked) return null;
  const known = isKept ? record.jobs : [];
  const jobs = [...known, ...chosenJobs(db, asked - known.length, known)];
  const rest = firstRow<{ rest: number }>(
    db.prepare(
      `SELECT count(*) - (SELECT count(*) FROM ${namedSql} WHERE ${pendingSql}) AS rest FROM job WHERE ${pendingSql}`,
    ),
    JSON.stringify(jobs),
  );
  return (rest?.rest ?? 0) > 0 ? { at: isKept ? record.at : at, jobs, agreed: false } : null;
}

interface FacetRow {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly axes: string;
  readonly rows: string;
}

const facetColumns = 'id, model, input, axes, rows';

const knownSql = `SELECT ${facetColumns} FROM ${namedSql}`;

const allSql = `SELECT ${facetColumns} FROM job WHERE ${pendingSql} AND id NOT IN (SELECT value FROM json_each(?))
ORDER BY seq`;

// Ids are hashes, so that the first of them are a fair sample, and always the same.
const sampleSql = `SELECT ${facetColumns} FROM job WHERE num IN (
  SELECT num FROM job WHERE ${pendingSql} AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?)
ORDER BY seq`;

// As much as is compared in a second or two, and held in some 20 MB.
const maxCompared = 5_000_000;
const maxCandidates = 100_000;

function chosenJobs(db: DatabaseSync, n: number, known: readonly JobId[]): readonly JobId[] {
  if (n < 1) return [];
  const named = JSON.stringify(known);
  const most = Math.min(maxCandidates, Math.floor(maxCompared / n));
  const pending = Number(db.prepare(`SELECT count(*) AS jobs FROM job WHERE ${pendingSql}`).get()?.jobs);
  const spread = spreading();
  const ids: JobId[] = [];
  for (const row of eachRow<FacetRow>(db.prepare(knownSql), named)) spread.take(facetsOf(row));
  const candidates =
    pending <= most
      ? eachRow<FacetRow>(db.prepare(allSql), named)
      : eachRow<FacetRow>(db.prepare(sampleSql), named, most);
  for (const row of candidates) {
    ids.push(row.id as JobId);
    spread.add(facetsOf(row));
  }
  return spread.choose(n).map((position) => ids[position] as JobId);
}

/** Axes, the row, and every plain input, so that a table with a column of styles is spread over it as well. */
function facetsOf({ model, input, axes, rows: lines }: FacetRow): Facets {
  const facets: Record<string, string> = { ' model': model, ' row': lines };
  for (const [name, value] of Object.entries(JSON.parse(input) as JsonObject)) {
    if (value === null || typeof value !== 'object') facets[name] = shortened(value);
  }
  for (const [name, value] of Object.entries(JSON.parse(axes) as JsonObject)) facets[name] = shortened(value);
  return facets;
}

const maxLength = 120;

function shortened(value: JsonValue): string {
  const text = JSON.stringify(value);
  if (text.length <= maxLength) return text;
  return `${text.length} ${text.slice(0, maxLength / 2)}${text.slice(-maxLength / 2)}`;
}

interface JobRow {
  readonly model: string;
  readonly state: JobStatus;
  readonly cost: number | null;
  readonly estimated: 1 | null;
  readonly submitted: number | null;
  readonly started: number | null;
  readonly finished: number | null;
  readonly failure: string | null;
}

const figuresSql = `SELECT job.model, job.state, coalesce(job.cost, now.cost) AS cost, now.estimated,
  iif(now.estimated = 1, now.started_at, now.submitted_at) AS submitted,
  now.started_at AS started, now.finished_at AS finished, job.failure
FROM ${namedSql} LEFT JOIN attempt AS now ON now.job = job.num AND now.attempt = job.attempt`;

const remainingSql = `SELECT model, count(*) AS jobs FROM job WHERE ${pendingSql} GROUP BY model`;

/** How the jobs of a canary went, and what is left of the plan. */
export function canaryFigures(db: DatabaseSync, { jobs }: CanaryRecord): CanaryFigures {
  const found = rows<JobRow>(db.prepare(figuresSql), JSON.stringify(jobs));
  const remaining = rows<{ model: string; jobs: number }>(db.prepare(remainingSql));
  return {
    jobs: found.map(
      (row): CanaryJob => ({
        model: row.model,
        state: row.state,
        costUsd: row.cost,
        ...(row.estimated === 1 ? { isEstimated: true } : {}),
        submittedAt: row.submitted,
        startedAt: row.started,
        finishedAt: row.finished,
        failure: readFailure(row.failure),
      }),
    ),
    remaining: new Map(remaining.map(({ model, jobs: count }) => [model, count])),
  };
}
