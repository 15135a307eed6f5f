import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { rows } from '../ledger/sql-rows.ts';

/** An axis as the jobs of a plan have it. */
export interface AxisSpread {
  readonly name: string;
  /** Distinct values in plan order, the first 100 of them unless more were asked for. */
  readonly values: readonly JsonValue[];
  /** The number of distinct values. */
  readonly count: number;
}

const maxValues = 100;

interface AxisRow {
  readonly name: string;
  readonly count: number;
  /** Of the first job that has the value: numbers come from its JSON as they were written. */
  readonly axes: string;
}

/**
 * The axes of a plan, in the order in which jobs name them. `jobs`: what to select from, with `seq` and `axes`;
 * `condition`: which of them are the plan.
 */
export function axesIn(
  db: DatabaseSync,
  jobs: string,
  condition: string,
  maxEach: number = maxValues,
): AxisSpread[] {
  const query = db.prepare(`WITH
    value AS (
      SELECT each.key AS name, min(seq) AS first, each.id AS place FROM ${jobs}, json_each(axes) AS each
      WHERE ${condition} GROUP BY each.key, each.type, each.value),
    ranked AS (
      SELECT name, first, place, count(*) OVER (PARTITION BY name) AS count,
        row_number() OVER (PARTITION BY name ORDER BY first) AS nth
      FROM value)
  SELECT name, count, (SELECT axes FROM ${jobs} WHERE ${condition} AND seq = first) AS axes
  FROM ranked WHERE nth <= ? ORDER BY nth, first, place`);
  const spreads = new Map<string, { name: string; values: JsonValue[]; count: number }>();
  for (const { name, count, axes } of rows<AxisRow>(query, maxEach)) {
    const spread = spreads.get(name) ?? { name, values: [], count };
    spread.values.push((JSON.parse(axes) as JsonObject)[name] as JsonValue);
    spreads.set(name, spread);
  }
  return [...spreads.values()];
}
