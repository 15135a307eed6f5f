import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type * as ajvModule from 'ajv/dist/2020.js';
import type formatsModule from 'ajv-formats';
import type { FormatName } from 'ajv-formats';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { isMarker } from '../../core/media.ts';
import type { Model } from '../../core/models.ts';
import { boundedPatterns } from './bounded-pattern.ts';
import { type InputAddresses, inputAddresses, isAddress, unlistedAddresses } from './input-addresses.ts';
import { fieldOf, type InputField, namesOf } from './input-field.ts';
import { memberFields } from './member-fields.ts';
import { quickCheckOf } from './plain-schema.ts';
import { isWellFormed } from './well-formed.ts';

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
  /** null: its keys are names of their own, as nearly always. */
  readonly addresses: InputAddresses | null;
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

const noRenames: ReadonlyMap<string, string> = new Map();

/**
 * Compiles a model's input schema. Never throws: what cannot be compiled is not checked, and `doubt` says so. `renames`:
 * the user's names for inputs. `hasMembers`: members of objects, such as `lora.scale`, are inputs too.
 */
export function compileInputs(
  model: Model,
  renames: ReadonlyMap<string, string> = noRenames,
  hasMembers = true,
): ModelInputs {
  const unknown = (why: string): ModelInputs => ({
    model: model.id,
    fields: null,
    addresses: unlistedAddresses(renames),
    check: () => [],
    fits: () => true,
    doubt: `The inputs of ${model.id} ${why}, so every column is sent as text and nothing is checked.`,
  });
  if (model.inputSchema === null) {
    const { doubt, ...rest } = unknown('are unknown');
    const isDeployment = model.kind === 'deployment';
    return {
      ...rest,
      doubt: isDeployment
        ? `${doubt} Give its workflow with --workflow FILE, or its inputs with --schema FILE.`
        : doubt,
    };
  }
  const standard = model.inputSchema;
  const properties = isJsonObject(standard.properties) ? standard.properties : {};
  if (Object.keys(properties).length === 0) return unknown('are not listed by the catalogue');
  const quick = quickCheckOf(standard);
  let validate = quick === null ? compiled(standard) : null;
  if (quick === null && validate === null) return unknown('are described in a way that cannot be read');
  const required = new Set(Array.isArray(standard.required) ? standard.required : []);
  const isAddressed = Object.entries(properties).some(
    ([name, member]) => isAddress(name) || (isJsonObject(member) && namesOf(member).length > 0),
  );
  const fields = new Map([
    ...Object.entries(properties).map(
      ([name, member]) =>
        [
          name,
          fieldOf(name, isJsonObject(member) ? member : {}, { required: required.has(name), isAddressed }),
        ] as const,
    ),
    ...(isAddressed || !hasMembers ? [] : memberFields(properties)),
  ]);
  // A file that the model has already is not a link.
  const isOwnFile = ({ field, keyword, value }: SchemaFault): boolean =>
    isAddressed && keyword === 'format' && value === fields.get(field ?? '')?.byDefault;
  const isOfMember = ({ path }: SchemaFault): boolean => fields.get(path)?.within !== undefined;
  return {
    model: model.id,
    fields,
    addresses: isAddressed ? inputAddresses(fields, renames) : null,
    check(body) {
      if (quick?.body(body) === true) return [];
      validate ??= compiled(standard);
      if (validate === null || validate(body)) return [];
      const faults = (validate.errors ?? []).map(faultOf).filter((fault) => !isOwnFile(fault));
      return mostTelling(
        faults.map((fault) => (isOfMember(fault) ? { ...fault, field: fault.path } : fault)),
      );
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
