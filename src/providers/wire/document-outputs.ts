import type { Output } from '../../core/job/outputs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { isBesideOutputs, isFileKey, isMetadataKey, isTextKey } from './output-keys.ts';
import type { SentBody } from './sent-body.ts';

interface Reading {
  /** The result names files: then a text is only taken where its key says that it is one. */
  readonly hasFiles: boolean;
  readonly sent: SentBody;
}

const deepest = 32;
const maxKeptDepth = 500;

/**
 * The texts of a result that are outputs themselves. Beside files that is what stands under a key such as `caption`;
 * where there are none, the one text that the result comes to, or its object, unless the place of a file in it was left
 * empty: then something is missing, and what stands beside it describes what is not there.
 */
export function readDocuments(roots: JsonObject, { hasFiles, sent }: Reading): readonly Output[] {
  const texts = [...new Set(namedTexts(roots, 0))];
  if (hasFiles) return texts.map(txt);
  const empty = emptyPlaces(roots, 0);
  if (empty.length > 0) {
    const sentence = `The result has a place for a file, ${empty[0]}, and nothing in it.`;
    return texts.length === 0 ? [] : [...texts.map(txt), { type: 'note', sentence }];
  }
  const said = essence(roots, sent, 0);
  if (said === null || isDeeper(said, maxKeptDepth)) return [];
  return [typeof said === 'string' ? txt(said) : json(said)];
}

function txt(text: string): Output {
  const value = asJson(text);
  return value === null ? { type: 'document', extension: 'txt', text } : json(value);
}

function json(value: JsonValue): Output {
  return { type: 'document', extension: 'json', text: `${JSON.stringify(value, null, 2)}\n` };
}

/** The object or list that a text spells; null: it is a text. */
function asJson(text: string): JsonValue {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    const value = JSON.parse(text) as JsonValue;
    return isDeeper(value, maxKeptDepth) ? null : value;
  } catch {
    return null;
  }
}

/** Texts whose key says so, in objects of objects: those in lists of objects are parts of something larger. */
function* namedTexts(value: JsonObject, depth: number): Iterable<string> {
  for (const [key, member] of Object.entries(value)) {
    if (isBesideOutputs(key)) continue;
    const items: readonly JsonValue[] = Array.isArray(member) ? member : [member];
    if (isTextKey(key)) {
      yield* items.filter((item) => typeof item === 'string' && item.trim() !== '') as string[];
    }
    if (isJsonObject(member) && depth < deepest) yield* namedTexts(member, depth + 1);
  }
}

/** The names of places for files that hold nothing. */
function emptyPlaces(value: JsonValue, depth: number): readonly string[] {
  if (typeof value !== 'object' || value === null || depth === deepest) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (isBesideOutputs(key)) return [];
    if (isFileKey(key) && !isMetadataKey(key) && (isEmpty(member) || isNoFile(member))) return [key];
    return emptyPlaces(member, depth + 1);
  });
}

/** What stands in the place of a file and is none: a number, or a name of it that leads nowhere. */
function isNoFile(value: JsonValue): boolean {
  return typeof value === 'string' ? isName(value) || isAddress(value) : typeof value !== 'object';
}

const maxNameLength = 200;

function isName(text: string): boolean {
  return text.length <= maxNameLength && !text.trim().includes('\n');
}

/** A link that was no output, of whatever scheme. */
function isAddress(text: string): boolean {
  return /^\s*(?:[a-z][a-z0-9+.-]*:\/\/|(?:data|javascript|blob|file|mailto):)\S*\s*$/i.test(text);
}

function isEmpty(value: JsonValue, depth: number = 0): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (typeof value !== 'object' || depth === deepest) return false;
  return Object.values(value).every((member: JsonValue) => isEmpty(member, depth + 1));
}

/** Whether a value is nested deeper than that: such a one cannot be written by the usual means. */
function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member: JsonValue) => isDeeper(member, levels - 1));
}

/** What a value comes to once all that only describes it is left out: a text, a structure, or null. */
function essence(value: JsonValue, sent: SentBody, depth: number): JsonValue {
  if (isEmpty(value)) return null;
  if (typeof value === 'string') return sent.hasText(value) || isAddress(value) ? null : value;
  if (typeof value !== 'object' || value === null) return value;
  if (!isJsonObject(value)) {
    const items = value as readonly JsonValue[];
    if (items.every((item) => isEmpty(item) || (typeof item === 'string' && isAddress(item)))) return null;
    return items.length === 1 && depth < deepest ? essence(items[0] as JsonValue, sent, depth + 1) : value;
  }
  const parts = Object.entries(value).filter(
    ([key, member]) => !isMetadataKey(key) && !isBesideOutputs(key) && !isEcho(member, key, sent),
  );
  const [only] = parts;
  if (only === undefined) return null;
  if (parts.length === 1 && depth < deepest) return essenceOf(only, value, sent, depth);
  const named = parts.filter(([key, member]) => isTextKey(key) && typeof member === 'string');
  const isPlain = parts.every(([, member]) => typeof member !== 'object');
  return named.length === 1 && isPlain ? (named[0]?.[1] ?? null) : value;
}

/** A lone number or truth needs its name, so its object is kept. */
function essenceOf(
  [key, member]: readonly [string, JsonValue],
  whole: JsonObject,
  sent: SentBody,
  depth: number,
): JsonValue {
  if (typeof member === 'string') return isTextKey(key) ? member : essence(member, sent, depth + 1);
  return typeof member === 'object' ? essence(member, sent, depth + 1) : whole;
}

function isEcho(member: JsonValue, key: string, sent: SentBody): boolean {
  return isEmpty(member) || (typeof member === 'string' && !isTextKey(key) && sent.hasText(member));
}
