import type { DatabaseSync } from 'node:sqlite';
import type { JobId, JobStatus } from '../../core/job/job.ts';
import { namesIn } from '../../core/job/job-columns.ts';
import { nameOf } from '../../core/job/named-inputs.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../core/json.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import { goneSql, type Standing } from './plan-standing.ts';

/** A job that is new because an input of an older one was edited. */
export interface PlanChange {
  readonly job: JobId;
  /** The user's own name for the row. */
  readonly name: string | null;
  /** The first row that asks for it; null: none does, it comes from the command line. */
  readonly row: string | null;
  /** The job that it replaces, which is no longer planned; its record stays. */
  readonly was: JobId;
  readonly wasState: JobStatus;
  /** Those that differ, by the names that people gave; null: not given. */
  readonly inputs: readonly InputChange[];
  readonly model?: { readonly from: string; readonly to: string };
  readonly rep?: { readonly from: number; readonly to: number };
}

interface InputChange {
  readonly name: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

export const changeTablesSql = `
CREATE TABLE gone (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, name TEXT, place TEXT NOT NULL, axes TEXT NOT NULL,
  rep INTEGER NOT NULL, model TEXT NOT NULL) STRICT;
CREATE TABLE fresh (seq INTEGER PRIMARY KEY, num INTEGER NOT NULL, name TEXT, place TEXT NOT NULL, axes TEXT NOT NULL,
  rep INTEGER NOT NULL, model TEXT NOT NULL) STRICT;
CREATE TABLE alike (key TEXT NOT NULL, nth INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, nth)) STRICT, WITHOUT ROWID;
CREATE TABLE paired (seq INTEGER PRIMARY KEY, num INTEGER NOT NULL, was TEXT NOT NULL UNIQUE) STRICT;`;

// The axes without the order in which they were written.
const traits = `name, coalesce(rows ->> 0, '') AS place,
  (SELECT json_group_array(json_array(each.key, each.type, each.value) ORDER BY each.key) FROM json_each(axes) AS each)
  AS axes, rep, model`;

const findGone = (standing: Standing): string =>
  `INSERT INTO gone SELECT id, seq, ${traits} FROM ledger.job AS job WHERE ${goneSql[standing]}`;

const findFresh = `INSERT INTO fresh SELECT * FROM (
  SELECT seq, num, ${traits} FROM chosen CROSS JOIN staged USING (num)
  WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.num = staged.num))
WHERE name IN (SELECT name FROM gone) OR place IN (SELECT place FROM gone)`;

/** How to recognise that a job has replaced another, the surest way first. */
const likenesses = [
  'name, axes, rep, model',
  'name, axes',
  'name',
  'place, axes, rep, model',
  'place, axes',
] as const;

/**
 * Fills `paired`: each new job with at most one job that it replaces, and the other way round. Where several are
 * alike, the first goes with the first. Each step sorts and joins by an index, so it is quick for any number.
 */
export function pairChanges(db: DatabaseSync, standing: Standing): void {
  db.exec('DELETE FROM gone; DELETE FROM fresh; DELETE FROM paired');
  if (db.prepare(findGone(standing)).run().changes === 0) return;
  db.exec(findFresh);
  for (const likeness of likenesses) {
    const key = `json_array(${likeness}) AS key`;
    const nth = 'row_number() OVER (PARTITION BY key ORDER BY seq) AS nth';
    const byName = likeness.startsWith('name');
    const named = byName ? 'WHERE name IS NOT NULL' : '';
    // Two different names are two different rows, wherever they stand.
    const agreeing = byName ? 'true' : '(like.name IS NULL OR gone.name IS NULL)';
    db.exec(`DELETE FROM alike;
      INSERT INTO alike SELECT key, ${nth}, id FROM (SELECT ${key}, seq, id FROM gone ${named});
      INSERT INTO paired SELECT like.seq, like.num, gone.id
      FROM (SELECT key, ${nth}, seq, num, name FROM (SELECT ${key}, seq, num, name FROM fresh ${named})) AS like
      CROSS JOIN alike ON alike.key = like.key AND alike.nth = like.nth
      CROSS JOIN gone ON gone.id = alike.id
      WHERE ${agreeing};
      DELETE FROM fresh WHERE seq IN (SELECT seq FROM paired);
      DELETE FROM gone WHERE id IN (SELECT was FROM paired)`);
  }
}

interface ChangeRow {
  readonly job: JobId;
  readonly name: string | null;
  readonly place: string | null;
  readonly was: JobId;
  readonly state: JobStatus;
  readonly model: string;
  readonly modelWas: string;
  readonly rep: number;
  readonly repWas: number;
  readonly input: string;
  readonly inputWas: string;
  readonly names: string | null;
  readonly namesWere: string | null;
}

const select = `SELECT staged.id AS job, staged.name, staged.rows ->> 0 AS place, held.id AS was, held.state,
  staged.model, held.model AS modelWas, staged.rep, held.rep AS repWas, staged.input, held.input AS inputWas,
  staged.names, held.names AS namesWere
FROM paired CROSS JOIN staged ON staged.num = paired.num CROSS JOIN ledger.job AS held ON held.id = paired.was
ORDER BY paired.seq LIMIT ?`;

/** What `pairChanges` found, in plan order; a negative limit is none. */
export function* changesIn(db: DatabaseSync, limit: number): Iterable<PlanChange> {
  for (const row of eachRow<ChangeRow>(db.prepare(select), limit)) yield changeOf(row);
}

function changeOf(row: ChangeRow): PlanChange {
  const { job, name, place, was, state, model, modelWas, rep, repWas } = row;
  const names = { ...namesIn(row.namesWere).names, ...namesIn(row.names).names };
  return {
    job,
    name,
    row: place,
    was,
    wasState: state,
    inputs: inputChanges(JSON.parse(row.inputWas) as JsonObject, JSON.parse(row.input) as JsonObject).map(
      ({ name: key, ...change }) => ({ name: nameOf(key, names), ...change }),
    ),
    ...(model === modelWas ? {} : { model: { from: modelWas, to: model } }),
    ...(rep === repWas ? {} : { rep: { from: repWas, to: rep } }),
  };
}

function inputChanges(from: JsonObject, to: JsonObject): InputChange[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .sort()
    .filter((name) => textOf(from, name) !== textOf(to, name))
    .map((name) => ({ name, from: givenIn(from, name), to: givenIn(to, name) }));
}

// An input may have the name of a property that every object has.
function givenIn(input: JsonObject, name: string): JsonValue {
  return Object.hasOwn(input, name) ? (input[name] ?? null) : null;
}

/** An input that is not given differs from a null: it makes another job. */
function textOf(input: JsonObject, name: string): string | null {
  return Object.hasOwn(input, name) ? canonicalJson(input[name] as JsonValue) : null;
}
