import { type Place, type Problem, problemValue } from '../../core/complaints.ts';
import { type JsonObject, type JsonValue, setMember } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { Cell } from '../../core/row.ts';
import { asksForDraw, drawOf } from '../axes/drawn-seeds.ts';
import type { CellRules } from '../conventions.ts';
import { baseOf, type FileFinder, mediaValue, takesFiles } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs, SchemaFault } from '../models/schema.ts';
import { choiceSentence, faultSentence, showName, showValue } from '../models/sentences.ts';
import { blankWord } from './blank-words.ts';
import { type Coerced, coerceText, fitRead, fitToSend } from './coercer.ts';
import { type MemberValue, withMembers } from './member-values.ts';

/** One value given for an input. */
export interface Given {
  readonly cell: Cell;
  /** Where; null: not in a file. To find out takes longer than to read the value. */
  readonly placeOf: () => Place | null;
}

/**
 * What one source (a row, an axis, the defaults) says about the inputs of a model. `broken` are inputs it says
 * something wrong about, which is in `problems`. `files` are those behind the markers in `values`.
 */
export interface Layer {
  readonly values: ReadonlyMap<string, JsonValue>;
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly files: readonly MediaFile[];
  /** Cells that count as empty, since they only say that there is nothing. */
  readonly blanks?: readonly Blank[];
}

/** A cell that counts as empty, with the word that it holds. */
export interface Blank {
  readonly name: string;
  readonly word: string;
  readonly place: Place | null;
}

/** Reads what is given by the types of the inputs. Limits are left to `checkBody`. */
export function layerOf(
  inputs: ModelInputs,
  given: ReadonlyMap<string, Given>,
  finder: FileFinder,
  rules: CellRules,
): Layer {
  const values = new Map<string, JsonValue>();
  // Hardly any row needs what most of these are for.
  let broken: Set<string> | null = null;
  let problems: Problem[] | null = null;
  let files: MediaFile[] | null = null;
  let blanks: Blank[] | null = null;
  const refuse = (name: string, { kind, reason }: Fault, given: Given): void => {
    broken ??= new Set();
    broken.add(name);
    problems ??= [];
    const message = `${showName(name)} ${reason}`;
    const value = problemValue(rawValue(given.cell));
    problems.push({ severity: 'error', place: given.placeOf(), kind, message, key: name, value });
  };
  for (const [name, each] of given) {
    const { cell, placeOf } = each;
    const field = inputs.fields?.get(name) ?? null;
    const written = rawValue(cell);
    const empty = typeof written === 'string' ? blankWord(field, written, rules) : null;
    if (empty !== null) {
      const reason = onlyBlank(field, written, empty);
      if (reason !== null) refuse(name, { kind: 'required', reason }, each);
      else {
        blanks ??= [];
        blanks.push({ name, word: written as string, place: placeOf() });
      }
      continue;
    }
    if (asksForDraw(field, written, rules)) {
      values.set(name, drawOf(0));
      continue;
    }
    const isMedia = field !== null && takesFiles(field);
    const media = isMedia ? mediaValue(written, field, baseOf(placeOf()), finder) : null;
    const read = media ?? readCell(field, cell);
    if (read === null) continue;
    if (media?.ok && media.files.length > 0) {
      files ??= [];
      files.push(...media.files);
    }
    const fault = read.ok ? blankness(field, read.value) : failing(field, cell, read);
    if (read.ok && fault === null) values.set(name, read.value);
    else if (fault !== null) refuse(name, fault, each);
  }
  return {
    values,
    broken: broken ?? unbroken,
    problems: problems ?? none,
    files: files ?? none,
    blanks: blanks ?? none,
  };
}

const none: readonly never[] = [];
const unbroken: ReadonlySet<string> = new Set();

/** What is wrong with a cell of such a word; null: it counts as empty. */
function onlyBlank(field: InputField | null, written: JsonValue, empty: 'nothing' | 'failed'): string | null {
  if (empty === 'failed') return `${showValue(written)} is a spreadsheet error; correct the cell there`;
  if (field?.required !== true) return null;
  return `${showValue(written)} is what programs write for an empty cell; leave the row out, or add --literal`;
}

/** null: not given. A null in JSON means that, wherever the input does not take it. */
function readCell(field: InputField | null, cell: Cell): Coerced | null {
  if (cell.kind === 'typed') {
    const needless = field !== null && field.types.length > 0 && !field.types.includes('null');
    if (cell.value === null && needless) return null;
    return fitToSend(field === null ? cell.value : typedFor(field, cell.value), false);
  }
  const read = coerceText(field ?? anything, cell.text);
  return read.ok ? fitRead(read) : read;
}

const anything: Pick<InputField, 'types' | 'choices'> = { types: [], choices: null };

/** A text of JSON as the type that its input has, where it has one reading so; everything else as it is. */
function typedFor(field: InputField, value: JsonValue): JsonValue {
  if (typeof value === 'string' && (field.choices !== null || !takesTexts(field))) {
    const read = coerceText(field, value);
    return read.ok ? read.value : value;
  }
  const isFlag = field.types.includes('boolean') && !field.types.some((type) => /number|integer/.test(type));
  return isFlag && (value === 0 || value === 1) ? value === 1 : value;
}

function takesTexts({ types }: InputField): boolean {
  return types.length === 0 || types.includes('string');
}

/** What was written, whatever it is to mean. */
export function rawValue(cell: Cell): JsonValue {
  return cell.kind === 'text' ? cell.text : cell.value;
}

interface Fault {
  readonly kind: string;
  readonly reason: string;
}

/** An input that is needed is not given by white space. */
export function blankness(field: InputField | null, value: JsonValue): Fault | null {
  const blank = field?.required === true && typeof value === 'string' && value.trim() === '';
  return blank && field?.choices === null ? { kind: 'required', reason: 'is blank' } : null;
}

function failing(field: InputField | null, cell: Cell, read: Extract<Coerced, { ok: false }>): Fault {
  const value = rawValue(cell);
  const whole = (reason: string): string => `${showValue(value)} ${reason}`;
  const { minimum = null, maximum = null, choices = null } = field ?? {};
  if (read.kind === 'digits' && minimum !== null && maximum !== null) {
    return { kind: 'range', reason: whole(`is out of range; it must be between ${minimum} and ${maximum}`) };
  }
  if (read.kind === 'type' && choices !== null) {
    return { kind: 'enum', reason: whole(choiceSentence(value, choices)) };
  }
  return { kind: read.kind, reason: whole(read.reason) };
}

/** The body of a job: each input from the first layer that gives it, in the order of the schema. */
export function mergeLayers(
  inputs: ModelInputs,
  layers: readonly Pick<Layer, 'values' | 'broken'>[],
): JsonObject {
  const names = inputs.fields?.keys() ?? new Set(layers.flatMap((layer) => [...layer.values.keys()]));
  const body: Record<string, JsonValue> = {};
  const members: MemberValue[] = [];
  for (const name of names) {
    const layer = layers.findIndex(({ values, broken }) => values.has(name) || broken.has(name));
    const value = layers[layer]?.values.get(name);
    if (value === undefined) continue;
    const within = inputs.fields?.get(name)?.within;
    if (within === undefined) setMember(body, name, value);
    else members.push({ within, value, layer });
  }
  return withMembers(body, members, (root) => {
    const layer = layers.findIndex(({ values }) => values.has(root));
    return layer === -1 ? null : layer;
  });
}

const kindOfKeyword: Readonly<Record<string, string>> = {
  minimum: 'range',
  maximum: 'range',
  exclusiveMinimum: 'range',
  exclusiveMaximum: 'range',
  minLength: 'length',
  maxLength: 'length',
  minItems: 'length',
  maxItems: 'length',
};

/**
 * What the schema finds in a body. `excused` are inputs that already have a problem: that they are
 * missing then, or that the body as a whole does not fit, is not reported again. What the body gives is checked
 * anyway.
 */
export function checkBody(
  inputs: ModelInputs,
  body: JsonObject,
  excused: ReadonlySet<string>,
  placeOf: (input: string | null) => Place | null,
): readonly (Problem & { readonly input: string | null })[] {
  const found = inputs.check(body);
  if (found.length === 0) return none;
  const faults = found.filter((fault) => {
    if (fault.field !== null) return Object.hasOwn(body, fault.field) || !excused.has(fault.field);
    return excused.size === 0;
  });
  return faults.map((fault) => ({
    severity: 'error',
    place: placeOf(fault.field),
    kind: kindOfKeyword[fault.keyword] ?? fault.keyword,
    message: messageOf(fault, inputs),
    input: fault.field,
    ...(fault.field === null ? {} : { key: fault.field }),
    ...(fault.field === null || fault.keyword === 'required' ? {} : { value: problemValue(fault.value) }),
  }));
}

function messageOf(fault: SchemaFault, inputs: ModelInputs): string {
  if (fault.field === null) {
    return `${inputs.model} does not accept these inputs together: they ${fault.remark}`;
  }
  const path = showName(fault.path);
  if (fault.keyword === 'required' && fault.path === fault.field) {
    return `${path} is missing; ${inputs.model} needs it`;
  }
  const sentence = faultSentence(fault, inputs.fields?.get(fault.field) ?? null);
  return fault.keyword === 'required'
    ? `${path} ${sentence}`
    : `${path} ${showValue(fault.value)} ${sentence}`;
}
