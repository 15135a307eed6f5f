import { UserError } from '../../core/complaints.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import type { JsonValue } from '../../core/json.ts';
import { suggestion } from '../../core/nearby.ts';

/** What the jobs of a folder have names for. */
export interface FolderKeys {
  /** The axes of the plan. */
  readonly axes: readonly string[];
  readonly inputs: readonly string[];
  readonly tags: readonly string[];
}

const ownKeys = ['model', 'state', 'rep', 'id', 'job', 'parent'] as const;
type OwnKey = (typeof ownKeys)[number];

/** Every key that a sheet can be laid out by, without repetition. */
export function sheetKeys({ axes, inputs, tags }: FolderKeys): readonly string[] {
  return [...new Set([...axes, ...inputs, ...ownKeys, ...tags])];
}

/** The value that a job has for a key: its own word, else that of its axis, input or tag; null where it has none. */
export function valueFor(line: ManifestLine, key: string): JsonValue {
  if (isOwn(key)) return line[key];
  for (const source of [line.axes, line.input, line.tags]) {
    if (Object.hasOwn(source, key)) return source[key] as JsonValue;
  }
  return null;
}

/** The key that is meant by `given`, whatever its case. Throws UserError('usage') for one that no job has. */
export function meantKey(given: string, flag: string, keys: readonly string[]): string {
  const bare = given.trim();
  const meant =
    keys.find((key) => key === bare) ?? keys.find((key) => key.toLowerCase() === bare.toLowerCase());
  if (meant !== undefined) return meant;
  const near = suggestion(bare, keys);
  throw new UserError(
    'usage',
    `--${flag} "${given}" is no axis, input or tag of these jobs${near === null ? '.' : `; did you mean "${near}"?`}`,
    near === null ? `Give one of ${keys.join(', ')}.` : `Give --${flag} ${near}.`,
  );
}

/** A value as a label shows it, on one line. */
export function labelOf(value: JsonValue): string {
  if (value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.trim() === '' ? '(empty)' : text;
}

function isOwn(key: string): key is OwnKey {
  return ownKeys.some((own) => own === key);
}
