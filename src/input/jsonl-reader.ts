import type { Place } from '../core/complaints.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Cell, Row } from '../core/row.ts';
import { exactJson } from './json-exact.ts';
import { inspectJson, type JsonFault, syntaxFault } from './json-faults.ts';
import { walkJson } from './json-walk.ts';
import { positionAt } from './positions.ts';
import { emptyInput, fault, type Reader, type Reading, shown, tooLong } from './reading.ts';
import { type TextLine, textLines } from './text-lines.ts';

/** One JSON object per line. Blank lines are left out. */
export const readJsonl: Reader = async function* readJsonl(reading) {
  let blank = true;
  for await (const lines of textLines(reading.texts)) {
    for (const line of lines) {
      if (!line.tooLong && line.text.trim() === '') continue;
      blank = false;
      const row = jsonlRow(reading, line);
      if (row !== null) yield row;
    }
  }
  if (blank) throw emptyInput(reading.file);
};

function jsonlRow({ file, report }: Reading, line: TextLine): Row | null {
  const refuse = ({ at, kind, message }: JsonFault | { at: number; kind: string; message: string }): null => {
    report(fault(file, positionAt(line.text, at, line.number), kind, message));
    return null;
  };
  if (line.tooLong) {
    report(fault(file, line.number, 'too_long', tooLong));
    return null;
  }
  const parsed = parse(line.text);
  if ('fault' in parsed) return refuse(parsed.fault);
  const { value } = parsed;
  const start = line.text.search(/\S/);
  if (!isJsonObject(value)) {
    const list = Array.isArray(value) ? ', not a list; put each of its items on a line of its own' : '';
    return refuse({ at: start, kind: 'json', message: `the line must hold one JSON object${list}.` });
  }
  const { faults, escapedKeys } = inspectJson(line.text);
  if (faults.length > 0) {
    for (const silent of faults) refuse(silent);
    return null;
  }
  const members = rowMembers(escapedKeys ? (exactJson(line.text) as JsonObject) : value);
  if ('wrong' in members) {
    const at = memberOffset(line.text, [members.key]) ?? start;
    return refuse({ at, kind: 'json', message: members.wrong });
  }
  const cells = new Map<string, Cell>();
  for (const [name, { value: given }] of members) {
    if (given !== null) cells.set(name, { kind: 'typed', value: given });
  }
  return {
    file,
    line: line.number,
    cells,
    placeOf: (name): Place => {
      const path = members.get(name)?.path;
      const at = path === undefined ? undefined : memberOffset(line.text, path);
      const column = at === undefined ? null : positionAt(line.text, at, line.number).column;
      return { file, line: line.number, column };
    },
  };
}

function parse(text: string): { readonly value: JsonValue } | { readonly fault: JsonFault } {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { fault: syntaxFault(text, error as SyntaxError) };
  }
}

interface Member {
  readonly value: JsonValue;
  /** The keys that lead to it. */
  readonly path: readonly string[];
}

interface WrongMember {
  readonly key: string;
  readonly wrong: string;
}

/** What an object gives to the row: its members, or those of `body` in a line of OpenAI's batch format. */
function rowMembers(line: JsonObject): ReadonlyMap<string, Member> | WrongMember {
  const own = Object.entries(line);
  if (!Object.hasOwn(line, 'custom_id') || !Object.hasOwn(line, 'body')) {
    return uniqueMembers(own.map(([key, value]) => [key, { value, path: [key] }]));
  }
  const { body } = line;
  if (!isJsonObject(body as JsonValue)) return { key: 'body', wrong: '"body" must be an object.' };
  const outer = own
    .filter(([key]) => key !== 'body' && key !== 'method' && key !== 'url')
    .map(([key, value]): [string, Member] => [key === 'custom_id' ? 'id' : key, { value, path: [key] }]);
  const inner = Object.entries(body as JsonObject).map(([key, value]): [string, Member] => [
    key,
    { value, path: ['body', key] },
  ]);
  return uniqueMembers([...outer, ...inner]);
}

function uniqueMembers(
  members: readonly (readonly [string, Member])[],
): ReadonlyMap<string, Member> | WrongMember {
  const names = new Set<string>();
  for (const [name, { path }] of members) {
    const key = path[0] as string;
    if (name.trim() === '') return { key, wrong: 'a key of the object has no name.' };
    if (names.has(name.toLowerCase()))
      return { key, wrong: `${shown(name)} is given twice, in and beside "body".` };
    names.add(name.toLowerCase());
  }
  return new Map(members);
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
