import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { AttemptGroup, PastAttempts } from '../../../core/money/past-attempts.ts';
import { pricedInputs } from '../../../core/money/prices.ts';
import { unnamedSql } from '../ledger-schema.ts';
import { rows } from '../sql-rows.ts';

// Whatever else a body holds, its price depends on these alone.
const priced = pricedInputs.map((key) => `job.input ->> '${key}' AS ${key}`).join(', ');
const groupBy = `GROUP BY model, ${pricedInputs.join(', ')}`;

const runs = `SELECT count(*) AS runs FROM run`;

const spent = `SELECT total(cost) AS usd FROM attempt WHERE cost IS NOT NULL`;

const named = `SELECT job.model AS model, ${priced}, count(*) AS attempts, max(attempt.cost) AS usd
FROM attempt JOIN job ON job.num = attempt.job WHERE attempt.cost IS NOT NULL ${groupBy}`;

// `chargeOf` of the core says the same of states: a refusal names no request, nor does an unclear submission that was
// written off.
const chargedFailure = `state = 'failed' AND (request_id IS NOT NULL OR failure ->> 'kind' = 'unanswered')`;

function unnamed(besides = ''): string {
  return `SELECT model, ${priced}, count(*) AS attempts FROM (
    SELECT job FROM attempt WHERE ${unnamedSql} AND state <> 'failed' ${besides}
    UNION ALL SELECT job FROM attempt WHERE ${unnamedSql} AND ${chargedFailure}) AS attempt
  JOIN job ON job.num = attempt.job ${groupBy}`;
}

const underWay = `SELECT model, ${priced}, count(*) AS attempts FROM job
WHERE in_plan IN (0, 1) AND state IN ('submitting', 'queued', 'running', 'succeeded') AND cost IS NULL ${groupBy}`;

/** What all attempts of a folder have cost, or may have, except for jobs that are in flight, and the runs before the latest. */
export function pastAttempts(db: DatabaseSync): PastAttempts {
  const before = Number(db.prepare(runs).get()?.runs) - 1;
  return {
    spentUsd: Number(db.prepare(spent).get()?.usd),
    ...(before > 0 ? { runs: before } : {}),
    named: namedGroups(db, named),
    unnamed: groupsOf(db, unnamed()),
  };
}

/**
 * What may be charged yet, or was without a named cost, for those who only look: in little time however many jobs there
 * are, since it leaves out what is done where that is `many`.
 */
export function attemptsAtStake(db: DatabaseSync, { many }: { readonly many: boolean }): AttemptGroup[] {
  return [...groupsOf(db, underWay), ...groupsOf(db, unnamed(many ? `AND state <> 'done'` : ''))];
}

interface GroupRow extends Readonly<Record<(typeof pricedInputs)[number], JsonValue>> {
  readonly model: string;
  readonly attempts: number;
}

function groupsOf(db: DatabaseSync, sql: string): AttemptGroup[] {
  return rows<GroupRow>(db.prepare(sql)).map(groupOf);
}

function namedGroups(db: DatabaseSync, sql: string): PastAttempts['named'] {
  const groups = rows<GroupRow & { readonly usd: number }>(db.prepare(sql));
  return groups.map((row) => ({ ...groupOf(row), usd: row.usd }));
}

function groupOf(row: GroupRow): AttemptGroup {
  const input: JsonObject = Object.fromEntries(
    pricedInputs.flatMap((key) => (row[key] === null ? [] : [[key, row[key]]])),
  );
  return { model: row.model, input, attempts: row.attempts };
}
