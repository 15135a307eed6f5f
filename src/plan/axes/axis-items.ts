import { canonicalJson, type JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import { isTemplate } from '../cells/templates.ts';
import type { CellRules } from '../conventions.ts';
import {
  type FileFinder,
  findMedia,
  isMediaList,
  literalText,
  mediaValue,
  takesFiles,
  unforged,
} from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import { choiceSentence, showValue } from '../models/sentences.ts';
import { type Coerced, coerceText, fitToSend } from '../rows/coercer.ts';
import { everyText, type WildcardLines } from '../wildcards/wildcards.ts';
import { type AxisElement, choicesOf, isFreeText, writtenAs } from './axis-elements.ts';
import { type AxisRange, rangeTexts } from './axis-range.ts';
import { asksForDraw, drawOf } from './drawn-seeds.ts';

/** What an axis is for, and where its files lie. */
interface AxisTarget {
  readonly field: InputField | null;
  readonly base: string | null;
  readonly finder: FileFinder;
  readonly rules: CellRules;
}

/** What is wrong with an element: `reason` is the end of a sentence, after the name and `shown`. */
export interface ItemFault {
  readonly ok: false;
  readonly shown: JsonValue;
  readonly kind: string;
  readonly reason: string;
}
type ItemRead =
  | {
      readonly ok: true;
      readonly values: readonly JsonValue[];
      readonly files: readonly MediaFile[];
      /** Options of wildcards have weights, which are ignored. */
      readonly isWeighted?: boolean;
    }
  | ItemFault;

/** The values that one element stands for; for `!anime` the one that it removes. */
export function itemValues(element: AxisElement, target: AxisTarget): ItemRead {
  const { field } = target;
  switch (element.kind) {
    case 'typed':
      return typedValue(element.value, target);
    case 'value':
      return textValues(element.text, element.quoted, target);
    case 'range':
    case 'until':
      return rangeValues(element, field);
    case 'all':
    case 'without': {
      const shown = writtenAs(element);
      const choices = choicesOf(field);
      if (choices === null) return wrong(shown, 'axis', withoutChoices(field, shown));
      if (element.kind === 'all') return { ok: true, values: choices, files: [] };
      const read = checked(field, element.text);
      const known = read.ok && read.values.some((value) => isAmong(value, choices));
      return known ? read : wrong(shown, 'enum', choiceSentence(element.text, choices));
    }
  }
}

function withoutChoices(field: InputField | null, shown: string): string {
  const use = shown === '*' ? 'stands for all choices' : 'removes one choice';
  const lack =
    field === null ? 'and this is not an input of the model' : 'and this input has no list of choices';
  const textual = field === null || field.types.length === 0 || field.types.includes('string');
  return `${use}, ${lack}${textual ? `; for the text itself write ${showValue(shown)} with its quotes` : ''}`;
}

function typedValue(value: JsonValue, { field, base, finder, rules }: AxisTarget): ItemRead {
  if (asksForDraw(field, value, rules)) return { ok: true, values: [drawOf(0)], files: [] };
  const media = mediaValue(value, field, base, finder);
  const read = media ?? fitToSend(value, false);
  if (!read.ok) return wrong(value, read.kind, read.reason);
  const choices = field?.choices ?? null;
  if (
    choices !== null &&
    value !== null &&
    (rules.literal || !isTemplate(value)) &&
    !isAmong(value, choices)
  ) {
    return wrong(value, 'enum', choiceSentence(value, choices));
  }
  return { ok: true, values: [read.value], files: media?.ok === true ? media.files : [] };
}

function textValues(text: string, quoted: boolean, { field, base, finder, rules }: AxisTarget): ItemRead {
  if (asksForDraw(field, text, rules)) return { ok: true, values: [drawOf(0)], files: [] };
  const chosen =
    rules.wildcards !== null && isFreeText(field) ? wildTexts(text, rules.wildcards(base)) : null;
  if (chosen !== null) return chosen;
  const listed = field?.types.includes('array') === true && /^\s*\[/.test(text);
  if (!rules.literal && isTemplate(text) && !(listed && coerceText(field, text).ok)) {
    const fit = fitToSend(text, true);
    return fit.ok ? { ok: true, values: [fit.value], files: [] } : wrong(text, fit.kind, fit.reason);
  }
  if (field === null || !takesFiles(field)) return checked(field, text);
  if (!quoted && text.startsWith('@') && literalText(text) === null) {
    const found = findMedia(text, field, base, finder);
    if (!found.ok) return wrong(text, found.kind, found.reason);
    const markers = found.files.map(({ marker }) => marker);
    const values = isMediaList(field) ? markers.map((marker) => [marker]) : markers;
    return { ok: true, values, files: found.files };
  }
  const media = !quoted || listed ? mediaValue(text, field, base, finder) : null;
  if (media === null) {
    const read = checked(field, text);
    const real = read.ok ? unforged({ ok: true, value: read.values, files: [] }) : null;
    return real?.ok === false ? wrong(text, real.kind, real.reason) : read;
  }
  return media.ok
    ? { ok: true, values: [media.value], files: media.files }
    : wrong(text, media.kind, media.reason);
}

/** Each text that the wildcards of one can make; null: it holds none. */
function wildTexts(text: string, linesOf: WildcardLines): ItemRead | null {
  const found = everyText(text, linesOf);
  if ('fault' in found) return wrong(found.written, 'wildcard', found.fault);
  const { texts, isWeighted } = found;
  if (texts.length === 1 && texts[0] === text) return null;
  for (const each of texts) {
    const fit = fitToSend(each, true);
    if (!fit.ok) return wrong(each, fit.kind, fit.reason);
  }
  return { ok: true, values: texts, files: [], isWeighted };
}

function rangeValues(range: AxisRange, field: InputField | null): ItemRead {
  const read = rangeTexts(range, field === null || !field.types.includes('number'));
  if (!read.ok) return wrong(range.text, 'axis', read.reason);
  const values: JsonValue[] = [];
  for (const text of read.texts) {
    const one = checked(field, text);
    if (!one.ok) return { ...one, shown: range.text, reason: `holds ${text}, which ${one.reason}` };
    values.push(...one.values);
  }
  return { ok: true, values, files: [] };
}

/** A text as a value of the field's type that is one of its choices. */
function checked(field: InputField | null, text: string): ItemRead {
  const coerced = coerceText(field ?? { types: [], choices: null }, text);
  const read = coerced.ok ? fitToSend(coerced.value, true) : coerced;
  if (!read.ok) return failing(field, text, read);
  const choices = field?.choices ?? null;
  if (choices !== null && read.value !== null && !isAmong(read.value, choices)) {
    return wrong(text, 'enum', choiceSentence(text, choices));
  }
  return { ok: true, values: [read.value], files: [] };
}

function failing(field: InputField | null, text: string, read: Extract<Coerced, { ok: false }>): ItemFault {
  const { minimum = null, maximum = null, choices = null, types = [] } = field ?? {};
  if (read.kind === 'digits' && minimum !== null && maximum !== null) {
    return wrong(text, 'range', `is out of range; it must be between ${minimum} and ${maximum}`);
  }
  if (read.kind === 'type' && choices !== null) return wrong(text, 'enum', choiceSentence(text, choices));
  const numeric = types.includes('integer') || types.includes('number');
  const slice = /^[+-]?[\d.]+\s*(?::|\.\.\.?|–|—|to)\s*[+-]?\d/i.test(text);
  const hint = numeric && slice ? '; a range is written as 1-10 or 1-10 (+3)' : '';
  return wrong(text, read.kind, `${read.reason}${hint}`);
}

function isAmong(value: JsonValue, choices: readonly JsonValue[]): boolean {
  return choices.some(
    (each) => each === value || (typeof value === 'object' && canonicalJson(each) === canonicalJson(value)),
  );
}

function wrong(shown: JsonValue, kind: string, reason: string): ItemFault {
  return { ok: false, shown, kind, reason };
}
