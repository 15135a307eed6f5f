import type { DatabaseSync } from 'node:sqlite';
import type { JobId, SavedFile } from '../../../core/job/job.ts';
import { markKey } from '../../mirror/mirror-schema.ts';
import { rows } from '../sql-rows.ts';

/** A file of a done job that is not on record as being where files are put as well. */
export interface UnputOutput {
  readonly num: number;
  readonly attempt: number;
  readonly idx: number;
  readonly job: JobId;
  readonly file: SavedFile;
}

type OutputRow = Omit<SavedFile, 'object'> & Omit<UnputOutput, 'file'>;

// Each runner of a shared run puts its own.
const unput = (
  elsewhere: string,
) => `SELECT job.num, job.id AS job, output.attempt, idx, path, bytes, sha256, mime, width, height,
  nullif(original_sha256, sha256) AS original_sha256
FROM output JOIN job ON job.num = output.job AND job.attempt = output.attempt
WHERE job.state = 'done' AND job.in_plan = 1 AND ${elsewhere} AND (job.num, idx) > (?, ?)
  AND NOT EXISTS (SELECT 1 FROM meta WHERE key = '${markKey}')
ORDER BY job.num, idx LIMIT ?`;

/** The next of them after one. `address`: where they should be, without a slash at its end. */
export function unputOutputs(
  db: DatabaseSync,
  address: string,
  after: UnputOutput | null,
  limit: number,
): readonly UnputOutput[] {
  const { num, idx } = after ?? { num: 0, idx: 0 };
  const [elsewhere, ...at] = elsewhereThan(address);
  return rows<OutputRow>(db.prepare(unput(elsewhere)), ...at, num, idx, limit).map(
    ({ num: nth, job, attempt, idx: index, ...file }) => ({ num: nth, job, attempt, idx: index, file }),
  );
}

/** The paths of URLs are encoded, so their beginning is compared. */
function elsewhereThan(address: string): readonly [string, ...string[]] {
  if (!address.startsWith('file:')) return ["object IS NOT ? || '/' || path", address];
  const folder = `${address}/`;
  return ["substr(coalesce(object, ''), 1, length(?)) <> ?", folder, folder];
}

/** Keeps where they are. The caller has begun the transaction. */
export function keepObjects(db: DatabaseSync, put: readonly UnputOutput[]): void {
  const keep = db.prepare(
    'UPDATE output SET object = ? WHERE job = ? AND attempt = ? AND idx = ? AND sha256 = ?',
  );
  for (const { num, attempt, idx, file } of put)
    keep.run(file.object ?? null, num, attempt, idx, file.sha256);
}
