import { type JsonValue, typeOfJson } from '../../core/json.ts';
import { bareName, suggestion } from '../../core/nearby.ts';
import type { InputField } from './input-field.ts';
import type { SchemaFault } from './schema.ts';

const maxShownLength = 60;
const maxListed = 12;
// What could move the cursor, colour the terminal or turn the reading direction.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A value as messages show it: one line, in quotes where it is text, cut where it is long, harmless on a terminal. */
export function showValue(value: JsonValue): string {
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  const cut = whole.length > maxShownLength ? `${whole.slice(0, maxShownLength).toWellFormed()}…` : whole;
  const shown = typeof value === 'string' ? JSON.stringify(cut) : cut;
  return showName(shown);
}

/** A name as messages show it, without quotes: whatever a file holds, it stays harmless on a terminal. */
export function showName(name: string): string {
  return name.replace(unprintable, (character) => {
    return `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`;
  });
}

const typeNames = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'an object',
} as const;

/** The end of the sentence `style "render3D" …`. */
export function faultSentence(fault: SchemaFault, field: InputField | null): string {
  const { params } = fault;
  switch (fault.keyword) {
    case 'type':
      return typeSentence(fault.value, params.type);
    case 'enum':
      return choiceSentence(
        fault.value,
        (params.allowedValues as JsonValue[]).filter((each) => each !== null),
      );
    case 'const':
      return `is not allowed; write ${showValue(params.allowedValue as JsonValue)}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return rangeSentence(fault, field);
    case 'multipleOf':
      return `is not a multiple of ${params.multipleOf}`;
    case 'minLength':
      return `is too short; write at least ${params.limit} characters`;
    case 'maxLength':
      return `is too long: ${[...String(fault.value)].length} characters; write at most ${params.limit}`;
    case 'minItems':
      return `has too few entries; give at least ${params.limit}`;
    case 'maxItems':
      return `has too many entries; give at most ${params.limit}`;
    case 'uniqueItems':
      return 'holds the same entry twice';
    case 'pattern':
      return `does not match the required pattern ${params.pattern}`;
    case 'format':
      return formatSentence(String(params.format));
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return `holds ${showValue(String(params.additionalProperty))}, which is not allowed there`;
    default:
      return fault.remark;
  }
}

function typeSentence(value: JsonValue, wanted: unknown): string {
  const words = (Array.isArray(wanted) ? wanted : [wanted]) as (keyof typeof typeNames)[];
  const named = words.filter((word) => word !== 'null').map((word) => typeNames[word]);
  return `is ${typeNames[typeOfJson(value)]}, not ${named.join(' or ')}${typeHint(value, words)}`;
}

function typeHint(value: JsonValue, wanted: readonly string[]): string {
  if (typeof value === 'string') {
    const bare = value.trim().toLowerCase();
    const numeric =
      wanted.some((word) => word === 'integer' || word === 'number') && /^[+-]?\d+(\.\d+)?$/.test(bare);
    const boolean = wanted.includes('boolean') && (bare === 'true' || bare === 'false');
    return numeric || boolean ? `; write ${bare} without quotes` : '';
  }
  if (wanted.includes('string') && typeof value !== 'object') return `; write "${value}"`;
  return '';
}

function rangeSentence(fault: SchemaFault, field: InputField | null): string {
  const limits = field !== null && field.name === fault.path ? field : null;
  if (limits !== null && limits.minimum !== null && limits.maximum !== null) {
    const random =
      fault.value === -1 && /seed/i.test(limits.name) ? ' (leave it empty to let the model choose)' : '';
    return `is out of range; it must be between ${limits.minimum} and ${limits.maximum}${random}`;
  }
  const words = { '<': 'below', '<=': 'at most', '>': 'above', '>=': 'at least' } as const;
  const comparison = words[fault.params.comparison as keyof typeof words];
  return `is out of range; it must be ${comparison} ${fault.params.limit}`;
}

function formatSentence(format: string): string {
  const media = /^(image|video|audio)_uri$/.exec(format)?.[1];
  return media === undefined
    ? `is not a valid ${format}`
    : `is not a public https link; give the ${media} as https://…, or a file as @path`;
}

/** For a value that is none of those allowed: what was probably meant, and why it came out wrong. */
export function choiceSentence(value: JsonValue, allowed: readonly JsonValue[]): string {
  const texts = allowed.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const ratio = texts.find((text) => asRatio(text) !== null && asRatio(text) === asRatio(written));
  const sameType = texts.indexOf(written);
  if (sameType !== -1)
    return `is ${typeNames[typeOfJson(value)]}; write ${showValue(allowed[sameType] as JsonValue)}`;
  if (ratio !== undefined) {
    const excel = /^\d+:\d\d(:\d\d)?( ?[ap]m)?$/i.test(written.trim()) ? ' (Excel reads it as a time)' : '';
    return `is not allowed; did you mean ${showValue(ratio)}?${excel}`;
  }
  const near = texts.find((text) => bareName(text) === bareName(written)) ?? suggestion(written, texts);
  if (near !== null)
    return `is not allowed; did you mean ${showValue(allowed[texts.indexOf(near)] as JsonValue)}?`;
  const listed = texts.slice(0, maxListed).join(', ');
  return `is not allowed; choose one of ${listed}${texts.length > maxListed ? ', …' : ''}`;
}

/** `16:09`, `16:09:00`, `04:09 PM` and `16x9` are all ways in which 16:9 arrives. */
function asRatio(text: string): string | null {
  const [, width, height, half] = /^(\d{1,4})[:x×/](\d{1,4})(?::00)?(?: ?([ap]m))?$/i.exec(text.trim()) ?? [];
  if (width === undefined || height === undefined) return null;
  const afternoon = half?.toLowerCase() === 'pm' && Number(width) < 12 ? 12 : 0;
  return `${Number(width) + afternoon}:${Number(height)}`;
}
