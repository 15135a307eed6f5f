import { join } from 'node:path';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { PastFigures } from '../../core/money/past-figures.ts';
import { jsonIn } from './json-files.ts';
import { userFolder } from './user-folders.ts';

/** What is known of a run folder, as it was when its ledger had this stamp. */
export interface FolderHistory {
  readonly stamp: string;
  readonly provider: string;
  /** Of its API; null: a simulator of our own. */
  readonly address: string | null;
  readonly figures: readonly PastFigures[];
}

/** Raised whenever the form changes: a file of another version is as if absent. */
export const historyVersion = 1;
const maxBytes = 4 * 1_024 ** 2;

/** Where figures are kept between commands; null: there is no place for them. */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const data = userFolder('data', env);
  return data === null ? null : join(data, 'history.json');
}

/** By the absolute path of the folder. What is damaged or not ours is left out. */
export function readHistory(file: string | null): ReadonlyMap<string, FolderHistory> {
  const kept = file === null ? null : jsonIn(file, maxBytes);
  if (!isJsonObject(kept) || kept.version !== historyVersion || !isJsonObject(kept.folders)) return new Map();
  return new Map(
    Object.entries(kept.folders).flatMap(([dir, each]) => (isFolder(each) ? [[dir, each]] : [])),
  );
}

function isFolder(value: JsonValue | undefined): value is JsonValue & FolderHistory {
  if (!isJsonObject(value)) return false;
  const { stamp, provider, address, figures } = value;
  return (
    typeof stamp === 'string' &&
    typeof provider === 'string' &&
    (address === null || typeof address === 'string') &&
    Array.isArray(figures) &&
    figures.every(areFigures)
  );
}

function areFigures(value: JsonValue): boolean {
  if (!isJsonObject(value) || !isJsonObject(value.input)) return false;
  const { model, latest, usd, tookMs, bytes } = value;
  return typeof model === 'string' && isAmount(latest) && [usd, tookMs, bytes].every(isCounted);
}

function isCounted(value: JsonValue | undefined): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isAmount))
  );
}

function isAmount(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
