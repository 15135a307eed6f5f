import type { DatabaseSync } from 'node:sqlite';

/** Under this key `meta` keeps where the files of the folder are put as well. */
const filesKey = 'files';

/** null: they are put nowhere else from now on. */
export function keepFilesPlace(db: DatabaseSync, address: string | null): void {
  if (address === null) db.prepare(`DELETE FROM meta WHERE key = '${filesKey}'`).run();
  else {
    db.prepare(
      `INSERT INTO meta (key, value) VALUES ('${filesKey}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ).run(address);
  }
}

export function keptFilesPlace(db: DatabaseSync): string | null {
  const row = db.prepare(`SELECT value FROM meta WHERE key = '${filesKey}'`).get();
  return row === undefined ? null : String(row.value);
}
