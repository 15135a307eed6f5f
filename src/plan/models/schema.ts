import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { isMarker } from '../../core/media.ts';
import type { Model } from '../../core/models.ts';
import { boundedPatterns } from './bounded-pattern.ts';
import { type JsonType, standardise, typeOfJson } from './dialect.ts';

/** One input of a model, as far as its schema tells. */
export interface InputField {
  readonly name: string;
  /** Empty: anything. */
  readonly types: readonly JsonType[];
  /** The values allowed, without null; null where they are not listed. */
  readonly choices: readonly JsonValue[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly required: boolean;
  /** What a link in this input points to; null where it is no link. */
  readonly media: 'image' | 'video' | 'audio' | null;
  /** The word of the catalogue for the form of its texts, as it came. */
  readonly format: string | null;
  readonly description: string | null;
  /** What the model takes where nothing is given. It is shown and never sent. */
  readonly byDefault: JsonValue;
}

/** One thing that a schema finds wrong in a body. */
export interface SchemaFault {
  /** The input it lies in; null where it concerns the body as a whole. */
  readonly field: string | null;
  /** Where exactly, for messages: `loras[0].weight`. */
  readonly path: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly value: JsonValue;
  /** What the validator says, in its own words. */
  readonly remark: string;
}

/** A model's inputs, compiled. */
export interface ModelInputs {
  readonly model: string;
  /** In the order of the schema; null: not known, so that every name is accepted and nothing is checked. */
  readonly fields: ReadonlyMap<string, InputField> | null;
  /** What is wrong with a body: at most one fault for each input, the most telling one. */
  check(body: JsonObject): readonly SchemaFault[];
  /** One sentence about what could not be understood, or null. */
  readonly doubt: string | null;
}

// What says most comes first; what follows from it is left out.
const tellingOrder = [
  'type',
  'enum',
  'const',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
];

/** Compiles a model's input schema. Never throws: what cannot be compiled is not checked, and `doubt` says so. */
export function compileInputs(model: Model): ModelInputs {
  const unknown = (why: string): ModelInputs => ({
    model: model.id,
    fields: null,
    check: () => [],
    doubt: `The inputs of ${model.id} ${why}, so every column is sent as text and nothing is checked.`,
  });
  if (model.inputSchema === null) return unknown('are not known');
  const standard = standardise(model.inputSchema);
  const properties = isJsonObject(standard.properties) ? standard.properties : {};
  if (Object.keys(properties).length === 0) return unknown('are not listed by the catalogue');
  const validate = compiled(standard);
  if (validate === null) return unknown('are described in a way that cannot be read');
  const required = new Set(Array.isArray(standard.required) ? standard.required : []);
  const asCame = isJsonObject(model.inputSchema.properties) ? model.inputSchema.properties : {};
  const fields = Object.entries(properties).map(([name, member]) => {
    const described = Object.hasOwn(asCame, name) ? asCame[name] : undefined;
    return fieldOf(
      name,
      isJsonObject(member) ? member : {},
      isJsonObject(described) ? described : {},
      required.has(name),
    );
  });
  return {
    model: model.id,
    fields: new Map(fields.map((field) => [field.name, field])),
    check: (body) => (validate(body) ? [] : mostTelling((validate.errors ?? []).map(faultOf))),
    doubt: null,
  };
}

function compiled(schema: JsonObject): ReturnType<Ajv2020['compile']> | null {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    useDefaults: false,
    coerceTypes: false,
    validateFormats: true,
    multipleOfPrecision: 9,
    logger: false,
    // An input may be called `constructor` or `toString`, which every object inherits.
    ownProperties: true,
    code: { regExp: Object.assign(boundedPatterns(), { code: 'boundedPattern' }) },
  });
  formats.default(ajv);
  for (const kind of ['image', 'video', 'audio']) ajv.addFormat(`${kind}_uri`, isPublicLink);
  try {
    return ajv.compile(schema);
  } catch {
    return null;
  }
}

/** Media are handed over as public https links, or inside the body as data links, for which markers stand here. */
function isPublicLink(text: string): boolean {
  if (isMarker(text) || /^data:[a-z]+\/[a-z0-9.+-]+[;,]/i.test(text)) return true;
  return /^https:\/\/[^/\s\\]/i.test(text) && !/[\s\\]/.test(text) && URL.canParse(text);
}

function fieldOf(name: string, standard: JsonObject, asCame: JsonObject, required: boolean): InputField {
  const items = isJsonObject(standard.items) ? standard.items : {};
  const format = [standard.format, items.format].find(
    (word) => typeof word === 'string' && word.endsWith('_uri'),
  );
  const asWritten = [asCame.format, isJsonObject(asCame.items) ? asCame.items.format : null, format].find(
    (word) => typeof word === 'string',
  );
  const choices = Array.isArray(standard.enum) ? standard.enum.filter((choice) => choice !== null) : null;
  return {
    name,
    types: typesOf(standard),
    choices,
    minimum: numberOf(standard.minimum ?? standard.exclusiveMinimum),
    maximum: numberOf(standard.maximum ?? standard.exclusiveMaximum),
    required,
    media:
      typeof format === 'string' ? (format.slice(0, -'_uri'.length) as 'image' | 'video' | 'audio') : null,
    format: typeof asWritten === 'string' ? asWritten : null,
    description: typeof asCame.description === 'string' ? asCame.description : null,
    byDefault: asCame.default ?? null,
  };
}

function typesOf(schema: JsonValue): readonly JsonType[] {
  if (!isJsonObject(schema)) return [];
  if (typeof schema.type === 'string') return [schema.type as JsonType];
  if (Array.isArray(schema.type)) return schema.type as JsonType[];
  if (Array.isArray(schema.enum)) return [...new Set(schema.enum.map(typeOfJson))];
  const branches = schema.anyOf ?? schema.oneOf;
  return Array.isArray(branches) ? [...new Set(branches.flatMap(typesOf))] : [];
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function faultOf(error: ErrorObject): SchemaFault {
  const steps = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { missingProperty } = error.params as { missingProperty?: string };
  const missing = error.keyword === 'required' && missingProperty !== undefined ? [missingProperty] : [];
  const path = [...steps, ...missing];
  return {
    field: path[0] ?? null,
    path: path
      .map((step, depth) => (depth === 0 ? step : /^\d+$/.test(step) ? `[${step}]` : `.${step}`))
      .join(''),
    keyword: error.keyword,
    params: error.params,
    value: (error.data ?? null) as JsonValue,
    remark: error.message ?? `breaks the rule "${error.keyword}"`,
  };
}

function mostTelling(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const rank = (fault: SchemaFault): number => {
    const place = tellingOrder.indexOf(fault.keyword);
    return place === -1 ? tellingOrder.length : place;
  };
  const best = new Map<string | null, SchemaFault>();
  for (const fault of faults) {
    const known = best.get(fault.field);
    if (known === undefined || rank(fault) < rank(known)) best.set(fault.field, fault);
  }
  return [...best.values()];
}
