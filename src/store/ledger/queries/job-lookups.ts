import type { DatabaseSync } from 'node:sqlite';
import type { SavedFile } from '../../../core/job/job.ts';
import type { ManifestLine } from '../../../core/job/manifest.ts';
import {
  type ManifestRow,
  manifestLine,
  manifestOrder,
  manifestSelect,
} from '../../exports/manifest-rows.ts';
import { rows } from '../sql-rows.ts';

const maxFound = 10;

const byId = `${manifestSelect} WHERE job.id >= ? AND job.id < ? ORDER BY job.id LIMIT ${maxFound}`;

const byRow = `${manifestSelect} WHERE job.name = ? OR (job.also IS NOT NULL
  AND EXISTS (SELECT 1 FROM json_each(job.also) AS other WHERE other.value ->> 'id' = ?))
${manifestOrder} LIMIT ${maxFound}`;

const byFile = `${manifestSelect} WHERE job.num = (SELECT output.job FROM output WHERE output.path = ? LIMIT 1)`;

function linesOf(db: DatabaseSync, sql: string, ...values: string[]): ManifestLine[] {
  return rows<ManifestRow>(db.prepare(sql), ...values).map(manifestLine);
}

/** The jobs whose id starts with `prefix`, 10 at most. */
export function jobsByPrefix(db: DatabaseSync, prefix: string): ManifestLine[] {
  const start = prefix.toLowerCase();
  return /^[0-9a-f]+$/.test(start) ? linesOf(db, byId, start, `${start}g`) : [];
}

/** The jobs of a row with this id, 10 at most. */
export function jobsOfRow(db: DatabaseSync, id: string): ManifestLine[] {
  return linesOf(db, byRow, id, id);
}

/** The job that an output belongs to, by the output's path relative to the run folder. */
export function jobOfFile(db: DatabaseSync, file: string): ManifestLine | null {
  const path = file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  return linesOf(db, byFile, path)[0] ?? null;
}

export type SavedBytes = Pick<SavedFile, 'path' | 'sha256' | 'original_sha256'>;

export const savedFiles = `SELECT path, sha256, nullif(original_sha256, sha256) AS original_sha256 FROM output`;
