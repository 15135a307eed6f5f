import type { DatabaseSync } from 'node:sqlite';
import { type Shard, shardNumber } from '../../core/job/shard.ts';
import { plannedColumns } from './planned-rows.ts';
import { plainlyPlannedSql, plannedSql } from './planned-view.ts';
import { namingSql } from './stage-names.ts';

/** Which of the staged jobs are the plan, and in which order. Numbers count jobs; null: all of them. */
export interface Selection {
  /** The number of jobs to draw: those with the smallest reversed ids, so that the draw depends on the jobs alone. */
  readonly sample: number | null;
  /** By reversed id instead of by rank and arrival. */
  readonly shuffle: boolean;
  /** The number of jobs to keep, the first ones of those left after drawing. */
  readonly limit: number | null;
  /** The part of what is left that is wanted; absent, or null: all of it. */
  readonly shard?: Shard | null;
}

export const everything: Selection = { sample: null, shuffle: false, limit: null };

/**
 * Each job has either a `path_key` or a `name_key`: the latter where its path does not contain its id and may clash
 * with another. A joined row has `tags` where its id or tags differ from the job's.
 *
 * `staged` holds every job that was added; ids are unique and, in the end, paths too. `chosen` holds the plan in its
 * order: all jobs in the order of their arrival, or those that are `picked`. The jobs are large and their numbers are
 * small, so that choosing writes little and neither is ever in memory. `planned` joins the plan with its jobs.
 * `whole` is the plan with all of its shards: names and numbers of jobs are those that they have there.
 *
 * `known` has the jobs that the folder knows, in the state that the ledger last gave: each is looked up there once.
 *
 * Pages are large, since jobs are: with pages of 4 KB, adding and reading them takes a quarter longer.
 *
 * Indexes of `staged` are made once the jobs are there, and only those that are needed: filling them job by job takes ten
 * times as long.
 */
export const stagingSql = `
PRAGMA main.page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA main.cache_size = -16000;
CREATE TABLE staged (
  num INTEGER PRIMARY KEY,
  rank INTEGER NOT NULL,
  id TEXT NOT NULL,
  model TEXT NOT NULL,
  input TEXT NOT NULL,
  rep INTEGER NOT NULL,
  name TEXT,
  rows TEXT NOT NULL,
  tags TEXT NOT NULL,
  axes TEXT NOT NULL,
  parent TEXT,
  names TEXT,
  path_template TEXT NOT NULL,
  path_key TEXT,
  name_key TEXT
) STRICT;
CREATE TABLE picked (seq INTEGER PRIMARY KEY, num INTEGER NOT NULL UNIQUE) STRICT;
CREATE VIEW whole AS SELECT seq, num FROM picked;
CREATE TABLE sharded (seq INTEGER PRIMARY KEY, num INTEGER NOT NULL UNIQUE) STRICT;
CREATE VIEW chosen AS SELECT seq, num FROM whole;
CREATE TABLE known (num INTEGER PRIMARY KEY, job INTEGER NOT NULL, state TEXT NOT NULL, has_own_path INTEGER NOT NULL) STRICT;
CREATE TABLE joined (nth INTEGER PRIMARY KEY, num INTEGER NOT NULL, place TEXT NOT NULL, name TEXT, tags TEXT) STRICT;
CREATE INDEX joined_by_num ON joined (num, nth);
CREATE TABLE repeated (family TEXT PRIMARY KEY, rep INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${namingSql}`;

export const stageStatements = {
  insert: `INSERT INTO staged (num, rank, ${plannedColumns}, name_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  join: `INSERT INTO joined (num, place, name, tags)
    SELECT num, :place, :name, CASE WHEN name IS :name AND tags = :tags THEN NULL ELSE :tags END
    FROM staged WHERE num = :num`,
  idOf: `SELECT id AS text FROM staged WHERE num = ?`,
  pathKeyOf: `SELECT path_key AS text FROM staged WHERE num = ?`,
  /** Whether a job is in the plan. */
  asked: `SELECT 1 FROM chosen WHERE num = ?`,
  wholeCount: `SELECT count(*) AS n FROM whole`,
  /** Whether another job of the folder has that path. */
  pathHeld: `SELECT 1 FROM ledger.job WHERE path_key = ? AND id <> ?`,
  ownPath: `SELECT 1 FROM ledger.job WHERE path_key = ? AND id = ?`,
  /** The jobs whose paths are those of other jobs of the folder. */
  heldPaths: `SELECT staged.num, staged.id, staged.path_template FROM staged
    LEFT JOIN known ON known.num = staged.num
    CROSS JOIN ledger.job AS held ON held.path_key = staged.path_key
    WHERE coalesce(known.has_own_path, 0) = 0 AND held.id <> staged.id GROUP BY staged.num`,
  move: `UPDATE staged SET path_template = ?, path_key = ? WHERE num = ?`,
  nextRep: `SELECT rep FROM repeated WHERE family = ?`,
  keepNextRep: `INSERT INTO repeated (family, rep) VALUES (?, ?)
    ON CONFLICT (family) DO UPDATE SET rep = excluded.rep`,
} as const;

// Ids are 16 digits; SQLite has no function for it.
const reversedId = Array.from({ length: 16 }, (_, n) => `substr(id, ${16 - n}, 1)`).join(' || ');

const shuffled = `SELECT num FROM staged ORDER BY ${reversedId} LIMIT :most`;

const inOrder = `SELECT num FROM staged ORDER BY rank, num LIMIT :most`;

const sampled = `SELECT num FROM staged
WHERE num IN (SELECT num FROM staged ORDER BY ${reversedId} LIMIT :sample) ORDER BY rank, num LIMIT :most`;

/** What the staged jobs are, all of them. */
interface StagedJobs {
  /** They came in the order of the plan. */
  readonly isInOrder: boolean;
  /** None has joined rows, and all paths hold the ids of their jobs. */
  readonly isPlain: boolean;
}

/** Fills `whole`, `chosen` and `planned` again. */
export function choose(db: DatabaseSync, selection: Selection, { isInOrder, isPlain }: StagedJobs): void {
  const { sample, shuffle, limit, shard = null } = selection;
  db.exec(`DROP VIEW chosen; DROP VIEW whole; DROP VIEW IF EXISTS planned; DELETE FROM picked;
    CREATE VIEW planned AS ${isPlain ? plainlyPlannedSql : plannedSql}`);
  if (isInOrder && !shuffle && sample === null) {
    const first = limit === null ? '' : `WHERE num <= ${limit}`;
    db.exec(`CREATE VIEW whole AS SELECT num AS seq, num FROM staged ${first}`);
  } else {
    db.exec('CREATE VIEW whole AS SELECT seq, num FROM picked');
    const pick = (sql: string, values: Record<string, number>) =>
      db.prepare(`INSERT INTO picked (num) ${sql}`).run(values);
    if (shuffle) pick(shuffled, { most: mostOf(leastOf(sample, limit)) });
    else if (sample === null) pick(inOrder, { most: mostOf(limit) });
    else pick(sampled, { sample, most: mostOf(limit) });
  }
  takeShard(db, shard);
}

function takeShard(db: DatabaseSync, shard: Shard | null): void {
  if (shard === null) {
    db.exec('CREATE VIEW chosen AS SELECT seq, num FROM whole');
    return;
  }
  const { number, of } = shard;
  db.function('shard_number', { deterministic: true }, (id) => shardNumber(String(id), of));
  db.exec('DELETE FROM sharded; CREATE VIEW chosen AS SELECT seq, num FROM sharded');
  db.prepare(
    `INSERT INTO sharded SELECT seq, num FROM whole CROSS JOIN staged USING (num)
      WHERE shard_number(id) = ? ORDER BY seq`,
  ).run(number);
}

/** Whether the folder has any job. */
export function holdsJobs(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM ledger.job LIMIT 1').get() !== undefined;
}

/** Fills `known` again. */
export function recognise(db: DatabaseSync): void {
  db.exec(`DROP INDEX IF EXISTS known_by_job; DELETE FROM known;
    INSERT INTO known SELECT staged.num, held.num, held.state, held.path_key IS staged.path_key
    FROM staged CROSS JOIN ledger.job AS held ON held.id = staged.id;
    CREATE INDEX known_by_job ON known (job)`);
}

/** For names that are told apart. */
export const pathIndexSql =
  'CREATE INDEX IF NOT EXISTS staged_by_path ON staged (path_key) WHERE path_key IS NOT NULL';

function leastOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** SQLite reads a negative limit as none. */
function mostOf(count: number | null): number {
  return count ?? -1;
}
