import type { Place } from '../core/complaints.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Cell, Row } from '../core/row.ts';
import { exactJson } from './json-exact.ts';
import { inspectJson, type JsonFault, type JsonPiece, syntaxFault } from './json-faults.ts';
import { type JsonMember, rowMembers } from './json-members.ts';
import { walkJson } from './json-walk.ts';
import { type Position, positionAt } from './positions.ts';
import { fault, type Reading, type TextFault } from './reading.ts';

/** A text that should hold one row as a JSON object, and where it starts. */
export interface JsonRowText {
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

/** The row that a parsed text holds; null after its problems were reported. */
export function jsonRow(
  { file, report }: Pick<Reading, 'file' | 'report'>,
  source: JsonRowText,
  value: JsonValue,
): Row | null {
  const { text, start, piece } = source;
  const refuse = ({ at, kind, message }: TextFault): null => {
    report(fault(file, positionWithin(source, at), kind, message));
    return null;
  };
  const first = text.search(/\S/);
  if (!isJsonObject(value)) {
    const list = Array.isArray(value) && piece === 'line' ? listAdvice : '';
    return refuse({ at: first, kind: 'json', message: `the ${piece} must hold one JSON object${list}.` });
  }
  const { faults, escapedKeys } = inspectJson(text);
  if (faults.length > 0) {
    for (const silent of faults) refuse(silent);
    return null;
  }
  const members = rowMembers(escapedKeys ? (exactJson(text) as JsonObject) : value);
  if ('wrong' in members) {
    return refuse({ at: memberOffset(text, [members.key]) ?? first, kind: 'json', message: members.wrong });
  }
  return { file, line: start.line, cells: cellsOf(members), placeOf };

  function placeOf(name: string): Place {
    const path = (members as ReadonlyMap<string, JsonMember>).get(name)?.path;
    const at = path === undefined ? undefined : memberOffset(text, path);
    return at === undefined
      ? { file, line: start.line, column: null }
      : { file, ...positionWithin(source, at) };
  }
}

const listAdvice = ', not a list; put each of its items on a line of its own';

function cellsOf(members: ReadonlyMap<string, JsonMember>): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, { value }] of members) {
    if (value !== null) cells.set(name, { kind: 'typed', value });
  }
  return cells;
}

function positionWithin({ text, start }: JsonRowText, at: number): Position {
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
