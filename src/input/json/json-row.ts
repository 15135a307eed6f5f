import type { Place } from '../../core/complaints.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Cell, Row } from '../../core/row.ts';
import { type Position, positionAt } from '../positions.ts';
import { fault, type Reading, type TextFault } from '../reading.ts';
import { inspectJson, type JsonFault, type JsonPiece, syntaxFault } from './json-faults.ts';
import { foreignObject } from './json-foreign.ts';
import { blankWithin, looseJson } from './json-loose.ts';
import { rowMembers } from './json-members.ts';
import { exactJson } from './json-tree.ts';
import { walkJson } from './json-walk.ts';
import { plainValue, type ValueNode } from './value-tree.ts';

/** What the JSON readers report about one input. */
export interface Told extends Pick<Reading, 'file' | 'report'> {
  /** Reports how the input is read, once for each aspect. */
  note(where: () => Position, aspect: Aspect, message: string): void;
}

/** The file as a whole, what one object of it holds, and single values. */
type Aspect = 'list' | 'object' | 'blank';

export function toldOnce({ file, report }: Pick<Reading, 'file' | 'report'>): Told {
  const said = new Set<Aspect>();
  return {
    file,
    report,
    note(where, aspect, message) {
      if (said.has(aspect)) return;
      said.add(aspect);
      report({ ...fault(file, where(), 'shape', message), severity: 'note' });
    },
  };
}

/** A text that should hold one row as a JSON object, and where it starts. */
interface JsonRowText {
  readonly text: string;
  readonly start: Position;
  readonly piece: JsonPiece;
}

export function parseJson(
  text: string,
  piece: JsonPiece,
): { readonly value: JsonValue } | { readonly fault: JsonFault } {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { fault: syntaxFault(text, error as SyntaxError, piece) };
  }
}

/**
 * The row that a text holds: an object, or a text that is the prompt; null after its problems were reported. Gives the
 * fault, not reported, where the text is not JSON.
 */
export function itemRow(
  told: Told,
  source: JsonRowText,
): { readonly row: Row | null } | { readonly fault: JsonFault } {
  let value: JsonValue;
  try {
    value = JSON.parse(source.text) as JsonValue;
  } catch (error) {
    return looseRow(told, source, error as SyntaxError);
  }
  return { row: typeof value === 'string' ? promptRow(told, source, value) : jsonRow(told, source, value) };
}

function looseRow(
  told: Told,
  source: JsonRowText,
  error: SyntaxError,
): { readonly row: Row | null } | { readonly fault: JsonFault } {
  const { text, piece } = source;
  const loose = looseJson(text, { piece });
  if ('broken' in loose) {
    // V8 words it better, unless it fails on what is accepted here.
    const strict = syntaxFault(text, error, piece);
    return { fault: strict.at === loose.broken.at ? strict : loose.broken };
  }
  const tree = loose.tree as ValueNode;
  const at = (offset: number): Position => positionWithin(source, offset);
  if (tree.kind !== 'map') return { row: jsonRow(told, source, plainValue(tree)) };
  for (const blank of loose.blanks) told.note(() => at(blank), 'blank', blanksNote);
  return { row: nodeRow(told, tree, { positionOf: at, piece, ...loose }) };
}

export const blanksNote = 'NaN, Infinity and undefined are read as blank cells.';

interface NodeSource {
  readonly positionOf: (at: number) => Position;
  readonly piece: JsonPiece;
  readonly faults: readonly JsonFault[];
  readonly blanks: ReadonlySet<number>;
}

/** The row that a map of a tree holds; null after its problems were reported. */
function nodeRow(told: Told, tree: ValueNode & { kind: 'map' }, source: NodeSource): Row | null {
  const { positionOf, piece, faults } = source;
  const atPath = (path: readonly string[]): ValueNode | undefined => {
    let node: ValueNode | undefined = tree;
    for (const key of path) {
      node = node?.kind === 'map' ? node.entries.find(({ name }) => name === key)?.value : undefined;
    }
    return node;
  };
  const value = plainValue(tree) as JsonObject;
  return rowOf(told, value, {
    first: tree.at,
    piece,
    faults,
    positionOf,
    offsetOf: (path) => atPath(path)?.at,
    faultAt: (path) => {
      const node = atPath(path);
      return node === undefined ? null : blankWithin(node, source);
    },
  });
}

/** The row that a parsed text holds; null after its problems were reported. */
export function jsonRow(told: Told, source: JsonRowText, value: JsonValue): Row | null {
  const { text, piece } = source;
  const first = text.search(/\S/);
  const positionOf = (at: number): Position => positionWithin(source, at);
  if (!isJsonObject(value)) {
    const list = Array.isArray(value) && piece === 'line' ? listAdvice : '';
    told.report(
      fault(told.file, positionOf(first), 'json', `the ${piece} must hold one JSON object${list}.`),
    );
    return null;
  }
  const { faults, escapedKeys } = inspectJson(text);
  const exact = escapedKeys && faults.length === 0 ? (exactJson(text) as JsonObject) : value;
  const offsetOf = (path: readonly string[]): number | undefined => memberOffset(text, path);
  return rowOf(told, exact, { first, piece, faults, positionOf, offsetOf });
}

const listAdvice = ', not a list; put each of its items on a line of its own';

interface ObjectSource {
  /** Where the object starts. */
  readonly first: number;
  readonly piece: JsonPiece;
  readonly faults: readonly TextFault[];
  readonly positionOf: (at: number) => Position;
  /** Where the value at a path of one or two keys starts. */
  readonly offsetOf: (path: readonly string[]) => number | undefined;
  readonly faultAt?: (path: readonly string[]) => TextFault | null;
}

function rowOf(told: Told, value: JsonObject, source: ObjectSource): Row | null {
  const { file, report } = told;
  const { first, faults, positionOf, offsetOf, faultAt } = source;
  const refuse = ({ at, kind, message }: TextFault): null => {
    report(fault(file, positionOf(at), kind, message));
    return null;
  };
  if (faults.length > 0) {
    for (const silent of faults) refuse(silent);
    return null;
  }
  const foreign = foreignObject(value);
  if (foreign !== null) return refuse({ at: first, kind: 'foreign', message: foreign });
  const found = rowMembers(value);
  if ('wrong' in found) {
    return refuse({ at: offsetOf([found.key]) ?? first, kind: 'json', message: found.wrong });
  }
  const { members, under } = found;
  if (under !== null) {
    const inner = foreignObject(value[under] as JsonObject);
    if (inner !== null) return refuse({ at: offsetOf([under]) ?? first, kind: 'foreign', message: inner });
    const where = () => positionOf(offsetOf([under]) ?? first);
    if (under !== 'body') told.note(where, 'object', `the inputs are read from "${under}" of each object.`);
  }
  const cells = new Map<string, Cell>();
  for (const [name, member] of members) {
    const wrong = faultAt?.(member.path) ?? null;
    if (wrong !== null) return refuse(wrong);
    if (member.value !== null) cells.set(name, { kind: 'typed', value: member.value });
  }
  const { line } = positionOf(first);
  return { file, line, cells, placeOf };

  function placeOf(name: string): Place {
    const path = members.get(name)?.path;
    const at = path === undefined ? undefined : offsetOf(path);
    return at === undefined ? { file, line, column: null } : { file, ...positionOf(at) };
  }
}

function promptRow(told: Told, source: JsonRowText, value: string): Row {
  const { file } = told;
  const start = positionWithin(source, source.text.indexOf('"'));
  told.note(() => start, 'list', 'texts without a key are read as prompts.');
  const { line } = start;
  const placeOf = (name: string): Place =>
    name === 'prompt' ? { file, ...start } : { file, line, column: null };
  return { file, line, cells: new Map([['prompt', { kind: 'typed', value }]]), placeOf };
}

function positionWithin({ text, start }: JsonRowText, at: number): Position {
  if (at === 0) return start;
  const { line, column } = positionAt(text, at, start.line);
  return { line, column: line === start.line ? start.column + column - 1 : column };
}

/** Where the value at a path of one or two keys starts. */
function memberOffset(text: string, path: readonly string[]): number | undefined {
  let outer: string | null = null;
  let found: number | undefined;
  walkJson(text, {
    key(name, depth, _at, value) {
      if (depth === 1) outer = name;
      const here = path.length === 1 ? depth === 1 : depth === 2 && outer === path[0];
      if (here && name === path[path.length - 1]) found = value;
    },
  });
  return found;
}
