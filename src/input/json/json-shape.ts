import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { suggestion } from '../../core/nearby.ts';
import { maxRowLength, shown, type TextFault } from '../reading.ts';
import { doubledKey } from './json-faults.ts';
import { foreignObject, wayOut } from './json-foreign.ts';
import { looseJson } from './json-loose.ts';
import { hasPrompt, isManifestLine, isPrompt, rowMembers } from './json-members.ts';
import { doubledMember, type OuterMember, outerObject } from './json-outer.ts';
import { skipSpace } from './json-walk.ts';
import { plainValue } from './value-tree.ts';

/** What a text that starts with "{" holds. Offsets are of that text. */
export type JsonShape =
  | { readonly kind: 'sweep' }
  /** One object that is a row, or several, one after another; or what another tool has written. */
  | { readonly kind: 'objects'; readonly many: boolean }
  | ListShape
  /** Rows by name or by number. */
  | { readonly kind: 'index'; readonly rows: readonly OuterMember[] }
  | { readonly kind: 'table'; readonly layout: TableLayout }
  | { readonly kind: 'refused'; readonly fault: TextFault };

/** A list of rows under a key. */
export interface ListShape {
  readonly kind: 'list';
  readonly opening: number;
  readonly under: string;
  /** The keys beside it, which have no part in the rows. */
  readonly unused: readonly string[];
  /** A column that pandas has added, which is not one of the person's own. */
  readonly added: string | null;
}

/** How pandas and its like lay a table out in an object. */
export type TableLayout = 'columns' | 'lists' | 'split';

const sweepKeys = 'name model input rows defaults axes link exclude repeat output limits $schema'.split(' ');
/** Those of them that neither a row nor a service's response has. */
const sweepOnly = new Set(['rows', 'defaults', 'axes', 'link', 'exclude', 'repeat', 'limits', '$schema']);
const listKeys = 'prompts data items examples inputs records results instances rows'.split(' ');

/** Tells a sweep (an object with any known key) from rows in the shapes that people and programs write. */
export function jsonShape(text: string): JsonShape {
  const opening = skipSpace(text, 0);
  const outer = outerObject(text, opening);
  if (outer === null) return { kind: 'sweep' };
  const { members, end } = outer;
  const isSweep = members.some(({ name }) => sweepKeys.includes(name));
  const first =
    end - opening > maxRowLength ? null : looseJson(text.slice(opening, end), { piece: 'file', around: 3 });
  const tree = first !== null && 'tree' in first ? first.tree : null;
  const isRow = tree !== null && isRowObject(plainValue(tree) as JsonObject);
  const behind = skipSpace(text, end);
  const next = text[behind] === ',' ? skipSpace(text, behind + 1) : behind;
  if (next < text.length) {
    const areRows = text[next] === '{' && (isRow || !isSweep);
    return areRows ? { kind: 'objects', many: true } : { kind: 'sweep' };
  }
  if (isRow) return { kind: 'objects', many: false };
  if (isSweep) return { kind: 'sweep' };
  const found = tableShape(text, members) ?? listShape(text, members);
  const doubled = found?.kind === 'table' ? undefined : doubledMember(members);
  if (doubled !== undefined) return { kind: 'refused', fault: doubledKey(doubled.name, doubled.at) };
  if (found !== null) return found;
  if (first !== null && 'broken' in first) {
    return { kind: 'refused', fault: { ...first.broken, at: opening + first.broken.at } };
  }
  if (members.some(({ name }) => suggestion(name, sweepKeys) !== null)) return { kind: 'sweep' };
  return refused(opening, `the file is neither a list of rows nor a sweep. ${wayOut}`);
}

/** Whether one object of a file is a row, or one that only another tool writes. */
function isRowObject(value: JsonObject): boolean {
  if (foreignObject(value) !== null) return true;
  if (Object.keys(value).some((key) => sweepOnly.has(key))) return false;
  if (isManifestLine(value)) return true;
  if (hasPrompt(value)) {
    // A path, or a list of them, under `input` is what only a sweep has.
    const { input } = value;
    const isPath = input !== undefined && !isJsonObject(input);
    return !isPath && Object.entries(value).some(([key, each]) => isPrompt(key) && typeof each === 'string');
  }
  const found = rowMembers(value);
  return 'wrong' in found || found.under !== null;
}

function tableShape(text: string, members: readonly OuterMember[]): JsonShape | null {
  const startsOf = (name: string): string | undefined =>
    text[members.find((member) => member.name === name)?.value ?? text.length];
  if (startsOf('columns') === '[' && startsOf('data') === '[') return { kind: 'table', layout: 'split' };
  if (startsOf('schema') === '{' && startsOf('data') === '[') {
    const { value } = members.find(({ name }) => name === 'data') as OuterMember;
    return { kind: 'list', opening: value, under: 'data', unused: [], added: 'index' };
  }
  const lists = members.filter(({ value }) => text[value] === '[');
  const prompts = lists.find(({ name }) => isPrompt(name));
  if (prompts !== undefined) {
    return text[firstIn(text, prompts)] === '{' ? null : { kind: 'table', layout: 'lists' };
  }
  const isKnown = members.some(({ name, value }) => text[value] === '[' && listKeys.includes(name));
  const areScalars = lists.every((list) => !/[[{]/.test(text[firstIn(text, list)] ?? ''));
  if (lists.length > 1 && lists.length === members.length && !isKnown && areScalars) {
    return { kind: 'table', layout: 'lists' };
  }
  const maps = members.filter(({ value }) => text[value] === '{');
  if (maps.length === 0 || maps.length < members.length) return null;
  return mapsShape(text, maps);
}

/** An object of objects: by columns, or by rows. */
function mapsShape(text: string, maps: readonly OuterMember[]): JsonShape | null {
  const columns: JsonShape = { kind: 'table', layout: 'columns' };
  const index: JsonShape = { kind: 'index', rows: maps };
  if (maps.some(({ name }) => isPrompt(name))) return columns;
  const inner = maps.map(({ value }) => outerObject(text, value)?.members ?? []);
  if (inner.every((row) => row.some(({ name }) => isPrompt(name)))) return index;
  if (maps.every(({ name }) => isNumber(name))) return index;
  return inner.every((row) => row.length > 0 && row.every(({ name }) => isNumber(name))) ? columns : null;
}

function listShape(text: string, members: readonly OuterMember[]): JsonShape | null {
  const lists = members.filter(({ value }) => text[value] === '[');
  const known = lists.filter(({ name }) => listKeys.includes(name.toLowerCase()));
  const possible = known.length > 0 ? known : lists.filter((list) => mayHoldRows(text, list, members));
  const [list, second] = possible;
  if (list === undefined) return null;
  if (second !== undefined) return refused(second.at, severalLists(list, second));
  if (text[firstIn(text, list)] === '"') {
    const other = lists.find((each) => each !== list && isScalarStart(text, firstIn(text, each)));
    if (other !== undefined) return refused(other.at, severalLists(list, other));
  }
  const others = members.filter((member) => member !== list);
  for (const { value, end } of others) {
    const loose = looseJson(text.slice(value, end), { piece: 'file' });
    if ('broken' in loose)
      return { kind: 'refused', fault: { ...loose.broken, at: value + loose.broken.at } };
  }
  const unused = others.map(({ name }) => name);
  return { kind: 'list', opening: list.value, under: list.name, unused, added: null };
}

function severalLists(list: OuterMember, other: OuterMember): string {
  const names = `${shown(list.name)} and ${shown(other.name)}`;
  return `${names} are both lists, and it is not clear which of them contains the prompts. ${wayOut}`;
}

function firstIn(text: string, list: OuterMember): number {
  return skipSpace(text, list.value + 1);
}

/** Objects may be rows under any name, texts only where there is nothing else: beside other keys they may be tags. */
function mayHoldRows(text: string, list: OuterMember, members: readonly OuterMember[]): boolean {
  const first = text[firstIn(text, list)];
  return first === '{' || (first === '"' && members.length === 1);
}

function isScalarStart(text: string, at: number): boolean {
  return at < text.length && !']{['.includes(text[at] as string);
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function refused(at: number, message: string): JsonShape {
  return { kind: 'refused', fault: { at, kind: 'json', message } };
}
