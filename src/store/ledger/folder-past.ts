import type { DatabaseSync } from 'node:sqlite';
import { isJsonObject } from '../../core/json.ts';
import type { PastFigures } from '../../core/money/past-figures.ts';
import type { PlanRecord } from '../stage/stage.ts';
import { keptAccount } from './folder-account.ts';
import { planRecordIn } from './plan-records.ts';
import { pastJobsIn } from './queries/past-jobs.ts';

/** What the jobs of a folder have cost and taken, and at which API. */
export interface FolderPast {
  readonly provider: string;
  /** null: a simulator of our own. */
  readonly address: string | null;
  readonly figures: readonly PastFigures[];
}

/** Only of jobs that were submitted to the latest API of the folder. `providerIn`: the name that a plan keeps. */
export function pastOf(db: DatabaseSync, providerIn: (record: PlanRecord | null) => string): FolderPast {
  const record = planRecordIn(db);
  const account = keptAccount(db);
  const figures = pastJobsIn(db, account?.since ?? 0);
  return {
    provider: providerIn(record),
    address: account === null ? plannedFor(record) : account.address,
    figures,
  };
}

/** Older programs kept the address with the plan alone. */
function plannedFor(record: PlanRecord | null): string | null {
  const settings = record?.settings;
  if (!isJsonObject(settings) || settings.rehearse === true) return null;
  // No address that there is.
  return typeof settings.base_url === 'string' ? settings.base_url : '';
}
