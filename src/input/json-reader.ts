import type { Row } from '../core/row.ts';
import { notJson } from './json-faults.ts';
import { jsonRow, parseJson } from './json-row.ts';
import { skipSpace, stringEnd } from './json-walk.ts';
import { positionFinder } from './positions.ts';
import { fault, longestRow, type Reader, type Reading, shown, tooLong, Unreadable } from './reading.ts';
import { wholeText } from './whole-text.ts';

type Told = Pick<Reading, 'file' | 'report'>;

/** A JSON array of row objects. */
export const readJson: Reader = async function* readJson(reading) {
  yield* jsonRows(reading, await wholeText(reading));
};

/**
 * The rows of a text that should be a JSON array of objects. A row with a problem is left out and reported; throws
 * `Unreadable` at the first place that is not JSON, after the rows before it.
 */
export function* jsonRows(told: Told, text: string): Generator<Row> {
  const { file, report } = told;
  const positionOf = positionFinder(text);
  const broken = (at: number, reason: string): Unreadable => {
    const { kind, message } = notJson('file', at, reason);
    return new Unreadable(fault(file, positionOf(at), kind, message));
  };
  const opening = skipSpace(text, 0);
  if (text[opening] === '{') {
    const message = 'the file holds a sweep, not a list of rows.';
    throw new Unreadable(fault(file, positionOf(opening), 'sweep', message));
  }
  if (text[opening] !== '[') throw broken(opening, 'a list of rows, or a sweep, starts with "[" or "{"');

  let at = skipSpace(text, opening + 1);
  if (text[at] === ']') {
    throw new Unreadable(fault(file, positionOf(at), 'no_rows', 'the list holds no row.'));
  }
  for (;;) {
    const end = itemEnd(text, at);
    const item = text.slice(at, end);
    const start = positionOf(at);
    if (item.trim() === '') throw broken(end, unexpected(text, end));
    if (item.length > longestRow) report(fault(file, start, 'too_long', tooLong));
    else {
      const parsed = parseJson(item, 'item');
      if ('fault' in parsed) {
        const { kind, message } = parsed.fault;
        throw new Unreadable(fault(file, positionOf(at + parsed.fault.at), kind, message));
      }
      const row = jsonRow(told, { text: item, start, piece: 'item' }, parsed.value);
      if (row !== null) yield row;
    }
    if (text[end] === ']') {
      const behind = skipSpace(text, end + 1);
      if (behind < text.length) throw broken(behind, `${unexpected(text, behind)} behind the list`);
      return;
    }
    if (text[end] !== ',') throw broken(end, unexpected(text, end));
    at = skipSpace(text, end + 1);
  }
}

function unexpected(text: string, at: number): string {
  const letter = text.codePointAt(at);
  return letter === undefined ? 'it ends too early' : `unexpected ${shown(String.fromCodePoint(letter))}`;
}

/** Where the item that starts here ends: at a comma or a closing bracket outside of it, or with the text. */
function itemEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at);
        if (end === 0) return text.length;
        at = end - 1;
        break;
      }
      case '{':
      case '[':
        depth += 1;
        break;
      case '}':
      case ']':
        if (depth === 0) return at;
        depth -= 1;
        break;
      case ',':
        if (depth === 0) return at;
        break;
    }
  }
  return text.length;
}
