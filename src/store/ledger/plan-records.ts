import type { DatabaseSync } from 'node:sqlite';
import { planKey } from '../stage/plan-adoption.ts';
import type { PlanRecord } from '../stage/stage.ts';

/** null: no plan was ever adopted. */
export function planRecordIn(db: DatabaseSync): PlanRecord | null {
  const row = db.prepare(`SELECT value FROM meta WHERE key = ?`).get(planKey);
  return row === undefined ? null : (JSON.parse(String(row.value)) as PlanRecord);
}
