import { isJsonObject, type JsonValue } from '../../core/json.ts';

type Check = (value: JsonValue) => boolean;

const text: Check = (value) => typeof value === 'string';
const truth: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number';
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const anything: Check = () => true;
const list: Check = (value) => Array.isArray(value);
const names: Check = (value) =>
  Array.isArray(value) && value.every(text) && new Set(value).size === value.length;
const schemas: Check = (value) => Array.isArray(value) && value.length > 0 && value.every(isWellFormed);
const members: Check = (value) => isJsonObject(value) && Object.values(value).every(isWellFormed);

const types: ReadonlySet<JsonValue> = new Set([
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
]);
const type: Check = (value) =>
  types.has(value) ||
  (names(value) && (value as string[]).length > 0 && (value as string[]).every((each) => types.has(each)));

const keywords: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    type,
    title: text,
    description: text,
    format: text,
    default: anything,
    const: anything,
    examples: list,
    enum: list,
    deprecated: truth,
    readOnly: truth,
    // Further names of an input.
    'x-names': list,
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: (value) => typeof value === 'number' && value > 0,
    pattern: text,
    minLength: count,
    maxLength: count,
    minItems: count,
    maxItems: count,
    uniqueItems: truth,
    properties: members,
    required: names,
    additionalProperties: (value) => isWellFormed(value),
    items: (value) => isWellFormed(value),
    prefixItems: schemas,
    anyOf: schemas,
    oneOf: schemas,
    allOf: schemas,
  } satisfies Record<string, Check>),
);

/**
 * Whether a schema is made of the usual keywords alone, each in its standard shape: the meta schema of JSON Schema
 * finds nothing wrong with it, which takes ajv several times as long to say as to compile the schema. false: ask it.
 */
export function isWellFormed(schema: JsonValue): boolean {
  if (typeof schema === 'boolean') return true;
  return (
    isJsonObject(schema) &&
    Object.entries(schema).every(([key, value]) => keywords.get(key)?.(value) === true)
  );
}
