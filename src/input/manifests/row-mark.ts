import type { NamedTags, RowMark } from '../../core/job/exported-rows.ts';
import type { InputNames } from '../../core/job/named-inputs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/** The mark that a cell of a table holds; null: none. */
export function markIn(text: string): WholeMark | null {
  if (!text.startsWith('{')) return null;
  try {
    return markOf(JSON.parse(text) as JsonValue);
  } catch {
    return null;
  }
}

type Optional = 'rep' | 'text' | 'tag' | 'input' | 'tags' | 'axes';

/** A mark with what it leaves out. */
export type WholeMark = RowMark & Required<Pick<RowMark, Optional>>;

/** null: it is not a mark, or somebody has changed it. */
export function markOf(value: JsonValue): WholeMark | null {
  if (!isJsonObject(value) || value.v !== 1) return null;
  const whole = { ...{ rep: 1, text: [], tag: [], input: {}, tags: {}, axes: [] }, ...value };
  const { job, rep, parent, id, model, text, tag, input, tags, axes, points, fixed, folder, names } =
    whole as JsonObject;
  const isMark =
    isJobId(job) &&
    isCount(rep) &&
    [text, tag, axes].every(isTexts) &&
    isJsonObject(input) &&
    isJsonObject(tags) &&
    Object.values(tags).every((each) => typeof each === 'string') &&
    [parent, id, model, folder].every((each) => each === undefined || typeof each === 'string') &&
    (points === undefined || isJsonObject(points)) &&
    (fixed === undefined || isFixed(fixed)) &&
    (names === undefined || namesOf(names) !== undefined);
  return isMark ? (whole as unknown as WholeMark) : null;
}

/** Other rows of the same job, as a mark and a line of the manifest name them; anything else is left out. */
export function alsoIn(value: JsonValue | undefined): readonly NamedTags[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).filter(isJsonObject).map(({ id, tags }) => ({
    id: typeof id === 'string' ? id : null,
    tags: textsOf(tags),
  }));
}

function isTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((each) => typeof each === 'string');
}

function isFixed(fixed: JsonValue): boolean {
  return (
    isJsonObject(fixed) && isTexts(fixed.headers) && isJsonObject(fixed.input) && isJsonObject(fixed.tags)
  );
}

/** From what people called an input to its key; undefined: it is nothing of the kind. */
export function namesOf(value: JsonValue | undefined): InputNames | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.values(value).every((each) => typeof each === 'string') ? (value as InputNames) : undefined;
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
