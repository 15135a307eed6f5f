import type { RowMark } from '../core/exported-rows.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';

/** The mark that a cell of a table holds; null: none. */
export function markIn(text: string): RowMark | null {
  if (!text.startsWith('{')) return null;
  try {
    return markOf(JSON.parse(text) as JsonValue);
  } catch {
    return null;
  }
}

/** null: it is none, or somebody has changed it. */
export function markOf(value: JsonValue): RowMark | null {
  if (!isJsonObject(value) || value.v !== 1) return null;
  const { job, rep, parent, id, model, text, tag, input, tags, axes, points, fixed, folder } = value;
  const isTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((each) => typeof each === 'string');
  const isMark =
    isJobId(job) &&
    isCount(rep) &&
    isTexts(text) &&
    isTexts(tag) &&
    isTexts(axes) &&
    isJsonObject(input) &&
    isJsonObject(tags) &&
    Object.values(tags).every((each) => typeof each === 'string') &&
    [parent, id, model, folder].every((each) => each === undefined || typeof each === 'string') &&
    (points === undefined || isJsonObject(points)) &&
    (fixed === undefined || isFixed(fixed, isTexts));
  return isMark ? (value as unknown as RowMark) : null;
}

function isFixed(fixed: JsonValue, isTexts: (list: unknown) => boolean): boolean {
  return (
    isJsonObject(fixed) && isTexts(fixed.headers) && isJsonObject(fixed.input) && isJsonObject(fixed.tags)
  );
}

export function textsOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? each : JSON.stringify(each)]),
  );
}

export function isJobId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
