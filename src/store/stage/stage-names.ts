import type { DatabaseSync } from 'node:sqlite';
import { neverAttemptedSql, noParentSql } from './plan-adoption.ts';
import { goneSql, type Standing } from './plan-standing.ts';

/**
 * Names that a template gives without the job's id may be those of several jobs. Which ones, and what `{n}` stands
 * for, is known when all jobs of the plan are: `named` has such jobs as long as they are being told apart, `settled`
 * the paths of those whose own is not as the template says.
 */
export const namingSql = `
CREATE TABLE clashing (num INTEGER PRIMARY KEY) STRICT;
CREATE TABLE numbering (width INTEGER NOT NULL, before INTEGER NOT NULL) STRICT;
INSERT INTO numbering VALUES (1, 0);
CREATE TABLE named (num INTEGER PRIMARY KEY, key TEXT NOT NULL, suffix TEXT NOT NULL) STRICT;
CREATE TABLE settled (num INTEGER PRIMARY KEY, path_template TEXT NOT NULL, path_key TEXT NOT NULL,
  is_shared INTEGER NOT NULL) STRICT;`;

/** The number of a job in the plan as `{n}` shows it; `seq` is of `whole`. */
export const numberSql = `printf('%0*d', (SELECT width FROM numbering), seq + (SELECT before FROM numbering))`;

// What every open path and its key end with.
const openEnd = '{_i}.{ext}';

const isKept = `held.state <> 'pending' OR (instr(staged.name_key, '{n}') > 0
  AND held.path_key LIKE replace(replace(replace(replace(staged.name_key, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '{n}', '%') ESCAPE '\\'
  AND trim(substr(held.path_key, instr(staged.name_key, '{n}'),
    length(held.path_key) - length(staged.name_key) + 3), '0123456789') = '')`;

/** Jobs of the folder keep the paths that they have, or may have files at; `{n}` stays the number that it was. */
const keepHeld = `INSERT INTO settled SELECT staged.num, held.path_template, held.path_key, 0
  FROM known CROSS JOIN chosen USING (num) CROSS JOIN staged USING (num)
    CROSS JOIN ledger.job AS held ON held.num = known.job
  WHERE staged.name_key IS NOT NULL AND (${isKept})`;

const nameRest = `INSERT INTO named SELECT num, replace(name_key, '{n}', ${numberSql}), ''
  FROM whole CROSS JOIN staged USING (num)
  WHERE name_key IS NOT NULL AND num NOT IN (SELECT num FROM settled) ORDER BY num`;

/** True of a job of the folder that will have its path after the plan is adopted. */
const staysAsIs = (standing: Standing): string => `NOT (job.state = 'pending' AND (
    EXISTS (SELECT 1 FROM known JOIN named ON named.num = known.num WHERE known.job = job.num)
    ${standing === 'replaces' ? `OR (${goneSql.replaces} AND ${neverAttemptedSql} AND ${noParentSql})` : ''}))`;

/** The key of the job whose N-th file has the name that `key` is of; null for a name without such a number. */
function numberedSql(key: string): string {
  const stem = `substr(${key}, 1, length(${key}) - ${openEnd.length})`;
  const bare = `rtrim(${stem}, '0123456789')`;
  const digits = `substr(${stem}, length(${bare}) + 1)`;
  return `CASE WHEN substr(${bare}, -1) = '-' AND length(${digits}) BETWEEN 1 AND 3
    AND substr(${digits}, 1, 1) <> '0' AND CAST(${digits} AS INTEGER) <= 100
    THEN substr(${bare}, 1, length(${bare}) - 1) || '${openEnd}' END`;
}

/** The same where the files of a job are told apart by a label of two numbers, such as `-9-1` or `-12_3-1`. */
function labelledSql(key: string): string {
  const stem = `substr(${key}, 1, length(${key}) - ${openEnd.length})`;
  const beforeIndex = `rtrim(${stem}, '0123456789')`;
  const withNode = `substr(${beforeIndex}, 1, length(${beforeIndex}) - 1)`;
  const bare = `rtrim(${withNode}, '0123456789_')`;
  return `CASE WHEN length(${stem}) > length(${beforeIndex}) AND substr(${beforeIndex}, -1) = '-'
    AND length(${withNode}) > length(${bare}) AND substr(${bare}, -1) = '-'
    THEN substr(${bare}, 1, length(${bare}) - 1) || '${openEnd}' END`;
}

function barerSql(key: string): string {
  return `${numberedSql(key)}, ${labelledSql(key)}`;
}

/** Jobs whose name is also that of another, or may be that of one of its files. */
const clashes = (standing: Standing, withFolder: boolean): string => {
  const inPlan = [
    `SELECT num FROM named WHERE key IN (SELECT key FROM named GROUP BY key HAVING count(*) > 1)`,
    `SELECT named.num FROM named WHERE EXISTS (
      SELECT 1 FROM staged JOIN whole USING (num) WHERE staged.path_key = named.key)`,
    `SELECT bare.num FROM named AS other CROSS JOIN named AS bare ON bare.key IN (${barerSql('other.key')})`,
  ];
  const inFolder = [
    `SELECT named.num FROM named CROSS JOIN staged USING (num)
      CROSS JOIN ledger.job AS job ON job.path_key IN (named.key, ${barerSql('named.key')})
      WHERE job.id <> staged.id AND ${staysAsIs(standing)}`,
    `SELECT named.num FROM ledger.job AS job CROSS JOIN named ON named.key IN (${barerSql('job.path_key')})
      CROSS JOIN staged ON staged.num = named.num WHERE job.id <> staged.id AND ${staysAsIs(standing)}`,
  ];
  return [...inPlan, ...(withFolder ? inFolder : [])].join('\nUNION ');
};

function withSuffix(text: string, suffix: string): string {
  return `substr(${text}, 1, length(${text}) - ${openEnd.length}) || ${suffix} || '${openEnd}'`;
}

// Eight digits of the id, then all of them, then a number behind it: for names that somebody has made up to be those.
const longerSuffix = `CASE length(named.suffix) WHEN 0 THEN '-' || substr(staged.id, 1, 8) WHEN 9 THEN '-' || staged.id
  WHEN 17 THEN named.suffix || '_2' ELSE substr(named.suffix, 1, 18) || (CAST(substr(named.suffix, 19) AS INTEGER) + 1) END`;

const ownNumber = `(SELECT ${numberSql} FROM whole WHERE whole.num = named.num)`;

const lengthenSuffix = `UPDATE named SET suffix = (SELECT ${longerSuffix} FROM staged WHERE staged.num = named.num)
  WHERE num IN (SELECT num FROM clashing)`;

const applySuffix = `UPDATE named SET key = (
    SELECT ${withSuffix(`replace(staged.name_key, '{n}', ${ownNumber})`, 'named.suffix')}
    FROM staged WHERE staged.num = named.num)
  WHERE num IN (SELECT num FROM clashing)`;

const settleShared = `INSERT INTO settled SELECT named.num,
    ${withSuffix(`replace(staged.path_template, '{n}', ${ownNumber})`, 'named.suffix')}, named.key, 1
  FROM named CROSS JOIN staged USING (num) WHERE suffix <> ''`;

/**
 * Gives each job of the whole plan whose template does not hold its id a path of its own: as the template says where that is
 * unique in the plan and the folder, else with the id added. `whole` has been filled.
 */
export function settleNames(db: DatabaseSync, standing: Standing): void {
  db.exec('DELETE FROM named; DELETE FROM settled; DROP INDEX IF EXISTS named_key; DELETE FROM numbering');
  const before =
    standing === 'extends' ? countOf(db, `SELECT count(*) AS n FROM ledger.job WHERE in_plan = 1`) : 0;
  const jobs = before + countOf(db, 'SELECT count(*) AS n FROM whole');
  db.prepare('INSERT INTO numbering VALUES (?, ?)').run(String(jobs).length, before);
  const withFolder = countOf(db, 'SELECT EXISTS (SELECT 1 FROM ledger.job) AS n') > 0;
  if (withFolder) db.exec(keepHeld);
  db.exec(`${nameRest}; CREATE INDEX named_key ON named (key)`);
  const find = `DELETE FROM clashing; INSERT INTO clashing ${clashes(standing, withFolder)}`;
  // Each round lengthens what clashes, and names of different ids differ in the end.
  for (;;) {
    db.exec(find);
    if (db.prepare(lengthenSuffix).run().changes === 0) break;
    db.exec(applySuffix);
  }
  db.exec(settleShared);
}

/** Names that several jobs would have had, and the first paths that were given in their place. */
export interface SharedNames {
  readonly names: number;
  /** How many jobs they are of. */
  readonly jobs: number;
  readonly paths: readonly string[];
}

export function sharedNamesIn(db: DatabaseSync, most: number): SharedNames {
  const names = countOf(
    db,
    `SELECT count(DISTINCT name_key) AS n FROM settled CROSS JOIN staged USING (num) WHERE is_shared = 1`,
  );
  const jobs = countOf(db, `SELECT count(*) AS n FROM settled WHERE is_shared = 1`);
  const paths = db
    .prepare(
      `SELECT settled.path_template AS path FROM settled CROSS JOIN chosen USING (num) WHERE is_shared = 1
        ORDER BY seq LIMIT ?`,
    )
    .all(most);
  return { names, jobs, paths: paths.map(({ path }) => String(path)) };
}

function countOf(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.n);
}
