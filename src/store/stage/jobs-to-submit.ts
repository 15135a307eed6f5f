import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import { type Standing, staysSql } from './plan-standing.ts';

/** Jobs of one model that give the same for some of its inputs. */
export interface SubmitCount {
  readonly model: string;
  /** What they give for these inputs; one that they do not give is not in it. */
  readonly input: JsonObject;
  readonly jobs: number;
}

const pendingAlone = `'pending'`;
const unknownToo = `'pending', 'unknown'`;

/** True of a job of the plan that the folder does not know or holds as pending, or in one of these states. */
export function toSubmitSql(planned: 'planned' | 'staged', states = pendingAlone): string {
  return `NOT EXISTS (SELECT 1 FROM known WHERE known.num = ${planned}.num AND known.state NOT IN (${states}))`;
}

/** The jobs of the folder that stay planned beside the plan and are pending, as a source to select from. */
export function pendingBesideSql(standing: Standing, states = pendingAlone): string {
  return `ledger.job AS job WHERE state IN (${states}) AND ${staysSql[standing]}`;
}

/** The ids of all jobs to submit, with those in doubt where they are sent again, in ascending order. */
export function idsToSubmitSql(standing: Standing, resendsUnknown: boolean): string {
  const states = resendsUnknown ? unknownToo : pendingAlone;
  return `SELECT id FROM (
    SELECT staged.id FROM chosen CROSS JOIN staged USING (num) WHERE ${toSubmitSql('staged', states)}
    UNION ALL SELECT job.id FROM ${pendingBesideSql(standing, states)}) ORDER BY id`;
}

interface CountRow {
  readonly model: string;
  readonly jobs: number;
  /** JSON as it was written; null: it is not given. */
  readonly [value: `value${number}`]: string | null;
}

/** All jobs to submit by model and by what they give for these inputs, in the order of the first one of each. */
export function submitCounts(
  db: DatabaseSync,
  standing: Standing,
  inputs: readonly string[],
): readonly SubmitCount[] {
  // Most bodies do not name the input, and to look for its name takes a fraction of the time of reading JSON.
  const values = inputs.map(
    (name, nth) => `CASE WHEN instr(input, '"${name}"') > 0 THEN input -> '$."${name}"' END AS value${nth}`,
  );
  const columns = ['model', ...values].join(', ');
  const groups = ['model', ...inputs.map((_, nth) => `value${nth}`)].join(', ');
  const counted = `SELECT ${groups}, count(*) AS jobs, min(later), min(seq) FROM (
    SELECT 0 AS later, seq, ${columns} FROM chosen CROSS JOIN staged USING (num) WHERE ${toSubmitSql('staged')}
    UNION ALL SELECT 1, seq, ${columns} FROM ${pendingBesideSql(standing)})
  GROUP BY ${groups} ORDER BY min(later), min(seq)`;
  const found: SubmitCount[] = [];
  for (const row of eachRow<CountRow>(db.prepare(counted))) {
    const given = inputs.flatMap((name, nth): [string, JsonValue][] => {
      const value = row[`value${nth}`];
      return value == null ? [] : [[name, JSON.parse(value) as JsonValue]];
    });
    found.push({ model: row.model, jobs: row.jobs, input: Object.fromEntries(given) });
  }
  return found;
}
