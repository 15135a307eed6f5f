import type { SavedFile } from '../../core/job/job.ts';
import {
  type AlsoRow,
  type ManifestError,
  type ManifestLine,
  manifestError,
} from '../../core/job/manifest.ts';
import { namedInput } from '../../core/job/named-inputs.ts';
import { readFailure, readNotes, type StateColumns } from '../../core/job/state-columns.ts';
import { elsewhereSql } from '../mirror/mirror-schema.ts';
import { planKey } from '../stage/plan-adoption.ts';
import { fromPlannedRow, type PlannedRow } from '../stage/planned-rows.ts';

/** A job with its attempt under way and its outputs, as one row. */
export interface ManifestRow extends PlannedRow, StateColumns {
  readonly in_plan: 0 | 1;
  readonly planned_at: number;
  readonly attempts: number;
  readonly submitted_at: number | null;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly done_at: number | null;
  readonly charged: number | null;
  readonly outputs: string;
  readonly also: string | null;
  readonly reused_from: string | null;
  readonly reused_at: number | null;
  readonly provider: string | null;
  readonly runner: string | null;
}

const fileSql = `'path', path, 'bytes', bytes, 'sha256', sha256,
  'original_sha256', nullif(original_sha256, sha256), 'mime', mime, 'width', width, 'height', height`;

export const manifestSelect = `SELECT job.in_plan, job.id, job.model, job.input, job.rep, job.name, job.rows, job.tags, job.axes,
  job.parent, job.names, job.path_template, job.planned_at, job.state, job.attempt, job.request_id, job.since, job.cost,
  job.failure, job.notes, job.also, now.submitted_at, now.started_at, now.finished_at, now.done_at, now.cost AS charged, now.estimated,
  origin.folder AS reused_from, origin.at AS reused_at,
  (SELECT value ->> '$.settings.provider' FROM meta WHERE key = '${planKey}') AS provider,
  ${elsewhereSql('now')} AS runner,
  (SELECT count(*) FROM attempt WHERE attempt.job = job.num) AS attempts,
  (SELECT json_group_array(iif(object IS NULL, json_object(${fileSql}), json_object(${fileSql}, 'object', object)) ORDER BY idx)
    FROM output WHERE output.job = job.num AND output.attempt = job.attempt) AS outputs
FROM job LEFT JOIN attempt AS now ON now.job = job.num AND now.attempt = job.attempt
  LEFT JOIN origin ON origin.job = job.num AND now.job IS NULL`;

/** The current plan in its order, then the jobs that have left it. */
export const manifestOrder = `ORDER BY job.in_plan DESC, job.seq, job.num`;

export function manifestLine(row: ManifestRow): ManifestLine {
  const job = fromPlannedRow(row);
  return {
    job: job.id,
    id: job.name,
    rows: job.rows,
    tags: job.tags,
    ...(row.also === null ? {} : { also: JSON.parse(row.also) as AlsoRow[] }),
    ...(row.provider === null ? {} : { provider: row.provider }),
    model: job.model,
    ...namedInput(job),
    axes: job.axes,
    rep: job.rep,
    parent: job.parent,
    state: row.state,
    request_id: row.request_id,
    attempts: row.attempts,
    planned_at: isoTime(row.planned_at),
    submitted_at: isoTime(row.submitted_at),
    started_at: isoTime(row.started_at),
    finished_at: isoTime(row.finished_at),
    done_at: isoTime(row.done_at ?? row.reused_at),
    cost: row.cost ?? row.charged,
    ...(row.estimated === 1 ? { cost_estimated: true as const } : {}),
    outputs: JSON.parse(row.outputs) as SavedFile[],
    notes: readNotes(row.notes),
    error: errorOf(row.failure),
    ...(row.reused_from === null ? {} : { reused_from: { dir: row.reused_from, job: job.id } }),
    ...(row.runner === null ? {} : { runner: row.runner }),
    ...(row.in_plan === 1 ? {} : { planned: false as const }),
  };
}

function errorOf(json: string | null): ManifestError | null {
  const failure = readFailure(json);
  return failure === null ? null : manifestError(failure);
}

function isoTime(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
