import type { DatabaseSync } from 'node:sqlite';

/** Rows that are the same job as another one although they are not called or tagged alike. */
export interface JoinedRows {
  readonly rows: number;
  /** In which they differ, though they are not sent; `id` is the row's own name. */
  readonly columns: readonly string[];
}

/** An id that several rows have, although they are different jobs. */
export interface RepeatedIds {
  readonly ids: number;
  readonly id: string;
  /** `file:line` of its first two rows. */
  readonly rows: readonly [string, string];
}

const different = `SELECT joined.nth, joined.place, joined.name AS ownName, joined.tags AS own, staged.name, staged.tags
  FROM joined CROSS JOIN staged USING (num) WHERE joined.tags IS NOT NULL AND num IN (SELECT num FROM chosen)`;

// `id` is the row's own name, and a tag cannot be called so.
const differences = `WITH row AS (${different})
  SELECT nth, place, 'id' AS key, -1 AS rank FROM row WHERE ownName IS NOT name
  UNION ALL SELECT nth, place, each.key, each.id FROM row, json_each(own) AS each
    WHERE each.value IS NOT (SELECT value FROM json_each(row.tags) WHERE key = each.key)
  UNION ALL SELECT nth, place, each.key, each.id FROM row, json_each(row.tags) AS each
    WHERE NOT EXISTS (SELECT 1 FROM json_each(row.own) WHERE key = each.key)`;

const maxColumns = 1_000;

/** Only joined rows are looked at. */
export function joinedRowsIn(db: DatabaseSync): JoinedRows {
  const isAny = db.prepare('SELECT 1 FROM joined WHERE tags IS NOT NULL LIMIT 1').get();
  if (isAny === undefined) return { rows: 0, columns: [] };
  const found = db
    .prepare(`WITH difference AS (${differences})
    SELECT key, min(nth), min(rank), (SELECT count(DISTINCT place) FROM difference) AS rows
    FROM difference GROUP BY key ORDER BY min(rank), min(nth) LIMIT ${maxColumns}`)
    .all();
  return { rows: Number(found[0]?.rows ?? 0), columns: found.map(({ key }) => String(key)) };
}

// Most names are there once, and reading the rows of all takes longer than sorting them. Jobs of one row have one
// id: only different rows count.
const repeated = `SELECT name, min(num) AS first FROM staged
  WHERE name IN (SELECT name FROM staged WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1)
    AND num IN (SELECT num FROM chosen)
  GROUP BY name HAVING min(rows ->> 0) <> max(rows ->> 0)`;

/** Reads the names of all jobs, by a sort of SQLite's own. */
export function repeatedIdsIn(db: DatabaseSync): RepeatedIds | null {
  const found = db
    .prepare(`WITH repeated AS (${repeated})
    SELECT name, (SELECT count(*) FROM repeated) AS ids, (SELECT rows ->> 0 FROM staged WHERE num = first) AS one,
      (SELECT rows ->> 0 FROM staged AS other WHERE other.name = repeated.name AND other.num > first
        AND other.rows ->> 0 <> (SELECT rows ->> 0 FROM staged WHERE num = first) ORDER BY num LIMIT 1) AS two
    FROM repeated ORDER BY first LIMIT 1`)
    .get();
  if (found === undefined) return null;
  return { ids: Number(found.ids), id: String(found.name), rows: [String(found.one), String(found.two)] };
}
