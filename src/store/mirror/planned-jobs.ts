import { join } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import type { PlannedColumns } from '../../core/sharing/shared-rows.ts';
import { openForReading } from '../ledger/ledger-access.ts';
import { eachRow } from '../ledger/sql-rows.ts';

const sql = `SELECT id, in_plan, seq, model, input, rep, name, rows, tags, axes, parent, path_template, path_key,
    planned_at, also, names
  FROM job WHERE in_plan = 1 ORDER BY seq, num`;

/** The jobs of a folder's plan as columns, in its order; streamed. */
export function* plannedJobs(dir: string): Generator<PlannedColumns> {
  const db = openForReading(join(dir, ledgerFile));
  if (db === null) return;
  try {
    yield* eachRow<PlannedColumns>(db.prepare(sql));
  } finally {
    db.close();
  }
}
