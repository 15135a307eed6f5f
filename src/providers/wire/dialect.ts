import { isJsonObject, type JsonObject, type JsonType, type JsonValue, typeOfJson } from '../../core/json.ts';
import { unfolded } from './unfold.ts';

/** The words that catalogues use for types, standard or not. An unknown word says nothing and is dropped. */
const typeWords = {
  null: 'null',
  boolean: 'boolean',
  bool: 'boolean',
  integer: 'integer',
  int: 'integer',
  number: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
  str: 'string',
  text: 'string',
  array: 'array',
  list: 'array',
  object: 'object',
  dict: 'object',
} as const satisfies Record<string, JsonType>;

const mediaFormat = /^(image|video|audio)_uris?$/;
const maxSchemaDepth = 40;
// References are put in place; beyond this many nodes in all, anything is accepted.
const maxNodes = 5_000;

type Reader = (value: JsonValue, read: (schema: JsonValue) => JsonValue) => JsonValue | undefined;

const finite: Reader = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const positive: Reader = (value) => (typeof value === 'number' && value > 0 ? value : undefined);
const count: Reader = (value) => (Number.isSafeInteger(value) && (value as number) >= 0 ? value : undefined);
const flag: Reader = (value) => (typeof value === 'boolean' ? value : undefined);
const schema: Reader = (value, read) =>
  isJsonObject(value) || typeof value === 'boolean' ? read(value) : undefined;
const schemas: Reader = (value, read) =>
  Array.isArray(value) && value.length > 0 ? value.map((each) => read(each)) : undefined;
const members: Reader = (value, read) => (isJsonObject(value) ? mapMembers(value, read) : undefined);
const names: Reader = (value) => (Array.isArray(value) ? uniqueNames(value) : undefined);
const nameLists: Reader = (value) =>
  isJsonObject(value)
    ? mapMembers(value, (list) => (Array.isArray(list) ? uniqueNames(list) : []))
    : undefined;
const text: Reader = (value) => (typeof value === 'string' ? value : undefined);
const values: Reader = (value) => (Array.isArray(value) ? value : undefined);
const pattern: Reader = (value) => (typeof value === 'string' && isPattern(value) ? value : undefined);

/** The keywords that are carried over, each only in its standard shape. All others, private ones too, are dropped. */
const carried = {
  title: text,
  description: text,
  default: (value) => value,
  examples: values,
  deprecated: flag,
  const: (value) => value,
  minimum: finite,
  maximum: finite,
  exclusiveMinimum: finite,
  exclusiveMaximum: finite,
  multipleOf: positive,
  minLength: count,
  maxLength: count,
  pattern,
  items: schema,
  prefixItems: schemas,
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  properties: members,
  required: names,
  additionalProperties: schema,
  minProperties: count,
  maxProperties: count,
  dependentRequired: nameLists,
  anyOf: schemas,
  oneOf: schemas,
  allOf: schemas,
  not: schema,
  if: schema,
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: schema,
  else: schema,
} as const satisfies Record<string, Reader>;

/**
 * A catalogue's dialect as standard JSON Schema (2020-12): type words made standard, references put in place, nulls
 * folded into the type, media formats moved to where the links are, private and malformed keywords left out. What is
 * standard already comes back as it is.
 */
export function standardise(dialect: JsonObject): JsonObject {
  const standard = readNode(dialect, { root: dialect, nodesLeft: maxNodes }, 0, []);
  return isJsonObject(standard) ? standard : {};
}

interface Reading {
  readonly root: JsonObject;
  nodesLeft: number;
}

function readNode(node: JsonValue, reading: Reading, depth: number, trail: readonly string[]): JsonValue {
  if (typeof node === 'boolean') return node;
  reading.nodesLeft -= 1;
  if (!isJsonObject(node) || depth > maxSchemaDepth || reading.nodesLeft < 0) return {};
  const { whole, trail: within } = unfolded(node, reading.root, trail);
  const read = (inner: JsonValue): JsonValue => readNode(inner, reading, depth + 1, within);
  const out: Record<string, JsonValue> = {};
  for (const [keyword, reader] of Object.entries(carried)) {
    const given = Object.hasOwn(whole, keyword) ? whole[keyword] : undefined;
    const kept = given === undefined ? undefined : (reader as Reader)(given, read);
    if (kept !== undefined) out[keyword] = kept;
  }
  addRequiredMembers(out, whole);
  addTypeAndEnum(out, whole);
  addFormat(out, whole.format);
  return out;
}

/** `required: true` on a member is how some catalogues write it. */
function addRequiredMembers(out: Record<string, JsonValue>, node: JsonObject): void {
  if (!isJsonObject(node.properties)) return;
  const marked = Object.entries(node.properties).filter(
    ([, member]) => isJsonObject(member) && member.required === true,
  );
  if (marked.length === 0) return;
  const listed = Array.isArray(out.required) ? out.required : [];
  out.required = uniqueNames([...listed, ...marked.map(([name]) => name)]);
}

function addTypeAndEnum(out: Record<string, JsonValue>, node: JsonObject): void {
  const words = (Array.isArray(node.type) ? node.type : [node.type]).filter(
    (word) => typeof word === 'string',
  );
  const types = words.map(standardType).filter((type) => type !== null);
  if (types.length > 0 && node.nullable === true) types.push('null');
  const choices = Array.isArray(node.enum) ? [...node.enum] : [];
  const solid = choices.filter((choice) => choice !== null);
  // Where no choice is of the type (a list of integers called a string), the choices are what the model means.
  const typed = solid.length === 0 || solid.some((choice) => types.some((type) => isOfType(choice, type)));
  if (solid.length > 0) {
    const mayBeNull = types.includes('null') || (types.length === 0 && solid.length < choices.length);
    out.enum = mayBeNull ? [...solid, null] : solid;
  }
  if (types.length > 0 && typed) out.type = types.length === 1 ? (types[0] as JsonType) : [...new Set(types)];
}

function addFormat(out: Record<string, JsonValue>, format: JsonValue | undefined): void {
  if (typeof format !== 'string') return;
  if (mediaFormat.test(format)) {
    const one = format.replace(/s$/, '');
    if (out.type === 'array')
      out.items = { ...(isJsonObject(out.items) ? out.items : { type: 'string' }), format: one };
    else out.format = one;
  } else out.format = format;
}

function standardType(word: string): JsonType | null {
  const lower = word.toLowerCase();
  return Object.hasOwn(typeWords, lower) ? typeWords[lower as keyof typeof typeWords] : null;
}

function isOfType(value: JsonValue, type: JsonType): boolean {
  const own = typeOfJson(value);
  return own === type || (own === 'integer' && type === 'number');
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function mapMembers(object: JsonObject, map: (value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function uniqueNames(list: readonly JsonValue[]): string[] {
  return [...new Set(list.filter((name) => typeof name === 'string'))];
}
