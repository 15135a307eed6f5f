import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type * as ajvModule from 'ajv/dist/2020.js';
import type formatsModule from 'ajv-formats';
import type { FormatName } from 'ajv-formats';
import { isJsonObject, type JsonObject, type JsonType, type JsonValue, typeOfJson } from '../../core/json.ts';
import { isMarker, type MediaKind } from '../../core/media.ts';
import type { Model } from '../../core/models.ts';
import { boundedPatterns } from './bounded-pattern.ts';
import { quickCheckOf } from './plain-schema.ts';
import { isWellFormed } from './well-formed.ts';

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
  /** What a link in this input points to; null where it is not a link. */
  readonly media: MediaKind | null;
  /** The catalogue's word for the format of its texts; for a list of media, with an s at its end. */
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
  /** In the order of the schema; null: unknown, so that every name is accepted and nothing is checked. */
  readonly fields: ReadonlyMap<string, InputField> | null;
  /** What is wrong with a body: at most one fault for each input, the most telling one. */
  check(body: JsonObject): readonly SchemaFault[];
  /** Whether a value certainly fits an input, whatever else a body holds. false: `check` tells. */
  fits(name: string, value: JsonValue): boolean;
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
    fits: () => true,
    doubt: `The inputs of ${model.id} ${why}, so every column is sent as text and nothing is checked.`,
  });
  if (model.inputSchema === null) return unknown('are unknown');
  const standard = model.inputSchema;
  const properties = isJsonObject(standard.properties) ? standard.properties : {};
  if (Object.keys(properties).length === 0) return unknown('are not listed by the catalogue');
  const quick = quickCheckOf(standard);
  let validate = quick === null ? compiled(standard) : null;
  if (quick === null && validate === null) return unknown('are described in a way that cannot be read');
  const required = new Set(Array.isArray(standard.required) ? standard.required : []);
  const fields = Object.entries(properties).map(([name, member]) =>
    fieldOf(name, isJsonObject(member) ? member : {}, required.has(name)),
  );
  return {
    model: model.id,
    fields: new Map(fields.map((field) => [field.name, field])),
    check(body) {
      if (quick?.body(body) === true) return [];
      validate ??= compiled(standard);
      return validate === null || validate(body) ? [] : mostTelling((validate.errors ?? []).map(faultOf));
    },
    fits: (name, value) => quick?.input(name, value) === true,
    doubt: null,
  };
}

// Others, such as a hint for a form, check nothing.
const checkedFormats: FormatName[] = [
  ...(['date', 'date-time', 'time', 'email', 'ipv4', 'ipv6', 'uri', 'url', 'uuid'] as const),
];

function compiled(schema: JsonObject): ValidateFunction | null {
  // Loaded only when it is needed: that takes longer than a plan of sound rows.
  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof ajvModule;
  const formats = createRequire(import.meta.url)('ajv-formats') as typeof formatsModule;
  const isDoubtful = !isWellFormed(schema);
  const ajv = new Ajv2020({
    meta: isDoubtful,
    validateSchema: isDoubtful,
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
    code: { optimize: false, regExp: Object.assign(boundedPatterns(), { code: 'boundedPattern' }) },
  });
  formats.default(ajv, checkedFormats);
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

function fieldOf(name: string, standard: JsonObject, required: boolean): InputField {
  const items = isJsonObject(standard.items) ? standard.items : {};
  const media = mediaOf(standard.format) ?? mediaOf(items.format);
  const choices = Array.isArray(standard.enum) ? standard.enum.filter((choice) => choice !== null) : null;
  return {
    name,
    types: typesOf(standard),
    choices,
    minimum: numberOf(standard.minimum ?? standard.exclusiveMinimum),
    maximum: numberOf(standard.maximum ?? standard.exclusiveMaximum),
    required,
    media,
    format:
      textOf(standard.format) ??
      (mediaOf(items.format) === null ? null : `${media}_uris`) ??
      textOf(items.format),
    description: textOf(standard.description),
    byDefault: standard.default ?? null,
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

function mediaOf(format: JsonValue | undefined): MediaKind | null {
  return (/^(image|video|audio)_uri$/.exec(String(format))?.[1] ?? null) as MediaKind | null;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
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
