import { UserError } from '../../core/complaints.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import type { JsonValue } from '../../core/json.ts';
import { suggestion } from '../../core/nearby.ts';

/** The names of the axes, inputs and tags in a run folder. */
export interface FolderKeys {
  readonly axes: readonly string[];
  readonly inputs: readonly string[];
  readonly tags: readonly string[];
}

const ownKeys = ['model', 'state', 'rep', 'id', 'job', 'parent'] as const;
type OwnKey = (typeof ownKeys)[number];

/** Every key by which a sheet can be laid out, without duplicates. */
export function sheetKeys({ axes, inputs, tags }: FolderKeys): readonly string[] {
  return [...new Set([...axes, ...inputs, ...ownKeys, ...tags])];
}

/** The value of a job for a key: one of its own properties, or else its axis, input or tag; null: it has none. */
export function valueFor(line: ManifestLine, key: string): JsonValue {
  if (isOwn(key)) return line[key];
  for (const source of [line.axes, line.input, line.tags]) {
    if (Object.hasOwn(source, key)) return source[key] as JsonValue;
  }
  return null;
}

/** The key that `given` names, in any case. `names`: what people call an input, by its own key. Throws UserError('usage') if no job has it. */
export function matchingKey(
  given: string,
  flag: string,
  keys: readonly string[],
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const own = given.trim();
  const bare = keys.includes(own) ? own : (names.get(own) ?? own);
  const match =
    keys.find((key) => key === bare) ?? keys.find((key) => key.toLowerCase() === bare.toLowerCase());
  if (match !== undefined) return match;
  const near = suggestion(bare, keys);
  throw new UserError(
    'usage',
    `--${flag} "${given}" is not an axis, input or tag of these jobs${near === null ? '.' : `; did you mean "${near}"?`}`,
    near === null ? `Use one of: ${keys.join(', ')}.` : `Use --${flag} ${near}.`,
  );
}

/** The label of a value, on one line. */
export function labelOf(value: JsonValue): string {
  if (value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.trim() === '' ? '(empty)' : text;
}

function isOwn(key: string): key is OwnKey {
  return ownKeys.some((own) => own === key);
}
