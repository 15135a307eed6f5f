import type { DatabaseSync } from 'node:sqlite';
import { schemaSql } from '../ledger/ledger-schema.ts';

/**
 * Those of the tables that a pull fills. Ids come in no order: to fill these indexes row by row takes several times as
 * long as to make them in the end.
 */
const indexes = [
  ...schemaSql('main').matchAll(/CREATE INDEX main\.(\w+) ON (?:job|attempt|output) [^;]+;/g),
].map(([sql, name]) => ({ name, sql: sql.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS') }));

// What cannot be made in the end is the index of ids: that of a million jobs fits in here.
const roomy = 'PRAGMA main.cache_size = -64000; PRAGMA wal_autocheckpoint = 16000;';
const usual = 'PRAGMA main.cache_size = -16000; PRAGMA wal_autocheckpoint = 1000;';

/** A pull into a mirror that has no job yet: it may be of a million. */
interface FirstPull {
  /** For the connection, outside of a transaction. */
  prepare(): void;
  /** Before the first page, in its transaction. */
  begin(): void;
  /** After the last page, in its transaction. */
  end(): void;
}

/** Where an earlier one was cut off, the indexes that it lacked are made. */
export function firstPull(db: DatabaseSync): FirstPull {
  let phase: 'before' | 'going' | 'over' = 'before';
  let isRoomy = false;
  makeIndexes(db);
  return {
    prepare() {
      if ((phase === 'going') === isRoomy) return;
      isRoomy = !isRoomy;
      db.exec(isRoomy ? roomy : usual);
    },
    begin() {
      if (phase !== 'before') return;
      const isNew = db.prepare('SELECT 1 FROM job LIMIT 1').get() === undefined;
      phase = isNew ? 'going' : 'over';
      if (isNew) for (const { name } of indexes) db.exec(`DROP INDEX IF EXISTS main.${name}`);
    },
    end() {
      if (phase === 'going') makeIndexes(db);
      phase = 'over';
    },
  };
}

function makeIndexes(db: DatabaseSync): void {
  for (const { sql } of indexes) db.exec(sql);
}
