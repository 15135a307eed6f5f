import { createHash } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import type { Transaction } from './server/database.ts';

export interface RunRow {
  readonly num: number;
  readonly name: string;
  readonly key: string;
  readonly plan: string;
  readonly plan_version: number;
  readonly account: string | null;
  /** The account of its gate. */
  readonly gate: string;
  readonly limits: string;
  readonly files: string | null;
  readonly queue: string;
  readonly detached_at: number | null;
  /** The runner whose folder is the run since. */
  readonly detached_by: string | null;
}

export function sharedRunOf(row: RunRow): SharedRun {
  const { name, key, plan, plan_version, account, limits, files, detached_at } = row;
  return {
    ...{ name, key, plan, planVersion: plan_version, account, files },
    limits: JSON.parse(limits) as Record<string, JsonValue>,
    isDetached: detached_at !== null,
  };
}

/** `lock`: nobody else changes it until the transaction ends. */
export async function findRun(
  tx: Transaction,
  name: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<RunRow | null> {
  const [row] = await tx.query<RunRow>(`SELECT * FROM rcb.run WHERE name = $1 ${lock}`, [name]);
  return row ?? null;
}

/** The same. Throws UserError where there is no run of this name. */
export async function runNamed(
  tx: Transaction,
  name: string,
  shown: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<RunRow> {
  const row = await findRun(tx, name, lock);
  if (row !== null) return row;
  throw new UserError(
    'usage',
    `There is no run ${JSON.stringify(name)} in the ledger at ${shown}.`,
    'List its runs with: rcb status --ledger URL',
  );
}

export function notShared(name: string): UserError {
  return new UserError(
    'usage',
    `The run ${JSON.stringify(name)} is not shared any more: it is a folder again.`,
    'Share it again with rcb share-run, or work in that folder.',
  );
}

/**
 * Under which name the gate keeps an account, from the JSON of a `FolderAccount`: what else a folder remembers of its
 * accounts is left out. A run that has submitted nothing yet has an account of its own.
 */
export function gateOf(account: string | null, key: string): string {
  if (account === null) return `run ${key}`;
  let kept: JsonObject = {};
  try {
    const parsed = JSON.parse(account) as JsonValue;
    if (isJsonObject(parsed)) kept = parsed;
  } catch {
    // Written by another version: it is at least equal to itself.
    return `account ${hashOf(account)}`;
  }
  return `account ${hashOf(JSON.stringify([kept.address ?? null, kept.token ?? null]))}`;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
