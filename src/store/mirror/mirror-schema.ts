/** Under this key `meta` has a `MirrorMark`, as JSON. */
export const markKey = 'shared';

/**
 * What a mirror keeps, null in every other folder: of a job what `Standing` has, and who holds it; of an attempt in whose
 * folder its files lie. Of a file, in every folder: where it was put as well.
 */
export const columnsOfVersion10 = `ALTER TABLE main.job ADD COLUMN epoch INTEGER;
ALTER TABLE main.job ADD COLUMN announced INTEGER; ALTER TABLE main.job ADD COLUMN holder TEXT;
ALTER TABLE main.attempt ADD COLUMN runner TEXT; ALTER TABLE main.output ADD COLUMN object TEXT;`;

/** Of an attempt whose files another runner has: null in the folder of a run that is not shared. */
export const elsewhereSql = (attempt: string): string =>
  `iif(${attempt}.runner <> (SELECT value ->> '$.runner' FROM meta WHERE key = 'shared'), ${attempt}.runner, NULL)`;

/** `outbox` has what the shared ledger has not confirmed yet, in the order in which it came about; states as JSON. */
export function sinceVersion10(at: 'main' | 'ledger'): string {
  return `
CREATE TABLE ${at}.outbox (
  num INTEGER PRIMARY KEY,
  job TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
`;
}
