import { isJsonObject, type JsonObject, type JsonType, type JsonValue } from '../../core/json.ts';
import { isWellFormed } from './well-formed.ts';

/** Says what certainly fits. false: it has to be looked into. */
interface QuickCheck {
  body(body: JsonObject): boolean;
  /** One input, whatever else a body holds. */
  input(name: string, value: JsonValue): boolean;
}

type Fits = (value: JsonValue) => boolean;

/** Keywords that check nothing. */
const remarks: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'x-names',
]);

/**
 * A check for a flat schema of texts, numbers, choices and flags, as most models have it; null: the schema has more to
 * it. Own code beside ajv, whose loading and compiling takes longer than planning a hundred sound rows; what does not
 * fit is still for ajv to say.
 */
export function quickCheckOf(schema: JsonObject): QuickCheck | null {
  const { type, properties, required = [], additionalProperties = true, ...rest } = schema;
  const isFlat = type === 'object' && isJsonObject(properties) && typeof additionalProperties === 'boolean';
  if (!isFlat || !Object.keys(rest).every((key) => remarks.has(key)) || !isWellFormed(schema)) return null;
  const members = new Map<string, Fits>();
  for (const [name, member] of Object.entries(properties)) {
    const fits = isJsonObject(member) ? fitsOf(member) : null;
    if (fits === null) return null;
    members.set(name, fits);
  }
  const names = required as readonly string[];
  const fits = (name: string, value: JsonValue): boolean =>
    members.get(name)?.(value) ?? additionalProperties;
  return {
    body: (body) =>
      names.every((name) => Object.hasOwn(body, name)) &&
      Object.entries(body).every(([name, value]) => fits(name, value)),
    input: fits,
  };
}

/** null: there is a keyword that only ajv knows. */
function fitsOf(schema: JsonObject): Fits | null {
  const checks: Fits[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (remarks.has(keyword)) continue;
    const check = checkOf(keyword, value);
    if (check === null) return null;
    checks.push(check);
  }
  return (value) => checks.every((check) => check(value));
}

function checkOf(keyword: string, limit: JsonValue): Fits | null {
  switch (keyword) {
    case 'type':
      return ofType(limit);
    case 'enum':
      return Array.isArray(limit) && limit.length > 0 && limit.every(isPlain)
        ? (value) => limit.includes(value)
        : null;
    case 'minimum':
      return (value) => typeof value !== 'number' || value >= (limit as number);
    case 'maximum':
      return (value) => typeof value !== 'number' || value <= (limit as number);
    case 'maxLength':
      // In units of UTF-16, of which there are never fewer than characters.
      return (value) => typeof value !== 'string' || value.length <= (limit as number);
    default:
      return null;
  }
}

function ofType(words: JsonValue): Fits {
  const fits = (Array.isArray(words) ? words : [words]).map((word) => typeChecks[word as JsonType]);
  return (value) => fits.some((check) => check(value));
}

const typeChecks = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => Number.isFinite(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isJsonObject,
} as const satisfies Record<JsonType, Fits>;

function isPlain(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null;
}
