import type { DatabaseSync } from 'node:sqlite';
import { plannedColumns } from './planned-rows.ts';
import { namingSql, numberSql } from './stage-names.ts';

/** Which of the staged jobs are the plan, and in which order. Numbers count jobs; null: all of them. */
export interface Selection {
  /** The number of jobs to draw: those with the smallest reversed ids, so that the draw depends on the jobs alone. */
  readonly sample: number | null;
  /** By reversed id instead of by rank and arrival. */
  readonly shuffle: boolean;
  /** The number of jobs to keep, the first ones of those left after drawing. */
  readonly limit: number | null;
}

export const everything: Selection = { sample: null, shuffle: false, limit: null };

/**
 * Of a job either `path_key` or `name_key` is set: the latter where its path does not hold its id, and is perhaps not
 * its own. A joined row has `tags` where it is not called and tagged as the job is.
 *
 * `staged` holds every job that was added, `chosen` the plan in its order: the jobs are large and their numbers are
 * small, so that choosing writes little and neither is ever in memory. `planned` is the plan with its jobs.
 */
export const stagingSql = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA main.cache_size = -16000;
CREATE TABLE staged (
  num INTEGER PRIMARY KEY,
  rank INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  input TEXT NOT NULL,
  rep INTEGER NOT NULL,
  name TEXT,
  rows TEXT NOT NULL,
  tags TEXT NOT NULL,
  axes TEXT NOT NULL,
  parent TEXT,
  path_template TEXT NOT NULL,
  path_key TEXT UNIQUE,
  name_key TEXT
) STRICT;
CREATE INDEX staged_in_order ON staged (rank, num);
CREATE TABLE chosen (seq INTEGER PRIMARY KEY, num INTEGER NOT NULL UNIQUE) STRICT;
CREATE TABLE joined (nth INTEGER PRIMARY KEY, num INTEGER NOT NULL, place TEXT NOT NULL, name TEXT, tags TEXT) STRICT;
CREATE INDEX joined_by_num ON joined (num, nth);
CREATE TABLE repeated (family TEXT PRIMARY KEY, rep INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${namingSql}
CREATE VIEW planned AS SELECT seq, id, model, input, rep, name,
  CASE WHEN EXISTS (SELECT 1 FROM joined WHERE joined.num = staged.num) THEN (
    SELECT json_group_array(place ORDER BY later, nth) FROM (
      SELECT value AS place, 0 AS later, key AS nth FROM json_each(staged.rows)
      UNION ALL SELECT place, 1, nth FROM joined WHERE joined.num = staged.num
    )) ELSE rows END AS rows,
  tags, axes, parent,
  coalesce((SELECT path_template FROM settled WHERE settled.num = staged.num), CASE WHEN name_key IS NULL
    THEN path_template ELSE replace(path_template, '{n}', ${numberSql}) END) AS path_template,
  coalesce((SELECT path_key FROM settled WHERE settled.num = staged.num), path_key,
    replace(name_key, '{n}', ${numberSql})) AS path_key,
  CASE WHEN EXISTS (SELECT 1 FROM joined WHERE joined.num = staged.num AND joined.tags IS NOT NULL) THEN (
    SELECT json_group_array(json_object('row', joined.place, 'id', joined.name, 'tags', json(joined.tags))
      ORDER BY joined.nth)
    FROM joined WHERE joined.num = staged.num AND joined.tags IS NOT NULL) END AS also
FROM chosen CROSS JOIN staged ON staged.num = chosen.num;`;

export const stageStatements = {
  insert: `INSERT INTO staged (rank, ${plannedColumns}, name_key)
    VALUES (:rank, :id, :model, :input, :rep, :name, :rows, :tags, :axes, :parent, :path_template, :path_key, :name_key)
    ON CONFLICT (id) DO NOTHING`,
  join: `INSERT INTO joined (num, place, name, tags)
    SELECT num, :place, :name, CASE WHEN name IS :name AND tags = :tags THEN NULL ELSE :tags END
    FROM staged WHERE id = :id`,
  /** Whether a job is in the plan. */
  asked: `SELECT 1 FROM staged WHERE id = ? AND EXISTS (SELECT 1 FROM chosen WHERE chosen.num = staged.num)`,
  /** Whether another job has that path already, in this plan or in the folder. */
  pathTaken: `SELECT EXISTS (SELECT 1 FROM main.staged WHERE path_key = :key AND id <> :id)
    OR EXISTS (SELECT 1 FROM ledger.job WHERE path_key = :key AND id <> :id) AS taken`,
  nextRep: `SELECT rep FROM repeated WHERE family = ?`,
  keepNextRep: `INSERT INTO repeated (family, rep) VALUES (?, ?)
    ON CONFLICT (family) DO UPDATE SET rep = excluded.rep`,
} as const;

// Ids are 16 digits; SQLite has no function for it.
const reversedId = Array.from({ length: 16 }, (_, n) => `substr(id, ${16 - n}, 1)`).join(' || ');

const shuffled = `SELECT num FROM staged ORDER BY ${reversedId} LIMIT :most`;

const inOrder = `SELECT num FROM staged INDEXED BY staged_in_order ORDER BY rank, num LIMIT :most`;

const sampled = `SELECT num FROM staged INDEXED BY staged_in_order
WHERE +num IN (SELECT num FROM staged ORDER BY ${reversedId} LIMIT :sample) ORDER BY rank, num LIMIT :most`;

/** Fills `chosen` again. */
export function choose(db: DatabaseSync, { sample, shuffle, limit }: Selection): void {
  db.exec('DELETE FROM chosen');
  const chosen = (sql: string, values: Record<string, number>) =>
    db.prepare(`INSERT INTO chosen (num) ${sql}`).run(values);
  if (shuffle) chosen(shuffled, { most: mostOf(leastOf(sample, limit)) });
  else if (sample === null) chosen(inOrder, { most: mostOf(limit) });
  else chosen(sampled, { sample, most: mostOf(limit) });
}

function leastOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** SQLite reads a negative limit as none. */
function mostOf(count: number | null): number {
  return count ?? -1;
}
