import type { Row } from '../../core/row.ts';
import { type Position, positionFinder } from '../positions.ts';
import { fault, maxRowLength, type Reading, shown, tooLong, Unreadable } from '../reading.ts';
import { wholeText } from '../text/whole-text.ts';
import { type JsonFault, notJson, unexpected } from './json-faults.ts';
import { wayOut } from './json-foreign.ts';
import { itemEnd, type OuterMember } from './json-outer.ts';
import { itemRow, parseJson, type Told, toldOnce } from './json-row.ts';
import { type JsonShape, jsonShape, type ListShape } from './json-shape.ts';
import { tableRows } from './json-table.ts';
import { skipSpace } from './json-walk.ts';
import { objectRows } from './jsonl-objects.ts';

/** The rows of a JSON file that is not a sweep, in whatever shape. */
export async function* readJson(reading: Reading): AsyncGenerator<Row> {
  yield* jsonRows(toldOnce(reading), await wholeText(reading));
}

/** One text of JSON that is read as rows. */
interface Page {
  readonly told: Told;
  readonly text: string;
  readonly positionOf: (at: number) => Position;
}

/**
 * The rows of a text that should be a JSON array of objects, or another of the shapes that `jsonShape` recognizes. A row
 * with a problem is left out and reported; throws `Unreadable` at the first place that is not JSON, after the rows
 * before it.
 */
export function jsonRows(told: Told, text: string, shape?: JsonShape): Iterable<Row> | AsyncIterable<Row> {
  const page = { told, text, positionOf: positionFinder(text) };
  const opening = skipSpace(text, 0);
  switch (text[opening]) {
    case '{':
      return shapedRows(page, shape ?? jsonShape(text));
    case '[': {
      const first = skipSpace(text, opening + 1);
      if (text[first] === '[') return tableRows(told, text, 'values', page.positionOf);
      return listRows(page, opening, null);
    }
  }
  if ('value' in parseJson(text, 'file')) {
    throw brokenBy(page, {
      at: opening,
      kind: 'json',
      message: `the file contains no list of rows. ${wayOut}`,
    });
  }
  throw broken(page, opening, `${unexpected(text, opening)}. ${withoutStop}`);
}

async function* shapedRows(page: Page, shape: JsonShape): AsyncGenerator<Row> {
  const { told, text, positionOf } = page;
  const end = (at: number, kind: string, message: string): Unreadable =>
    new Unreadable(fault(told.file, positionOf(at), kind, message));
  switch (shape.kind) {
    case 'sweep':
      throw end(skipSpace(text, 0), 'sweep', 'the file contains a sweep, not a list of rows.');
    case 'refused':
      throw end(shape.fault.at, shape.fault.kind, shape.fault.message);
    case 'objects':
      for await (const row of objectRows(told, [text])) {
        told.note(
          () => ({ line: row.line, column: 1 }),
          'object',
          shape.many ? manyNote : 'read as one row.',
        );
        yield row;
      }
      return;
    case 'table':
      yield* tableRows(told, text, shape.layout, positionOf);
      return;
    case 'index':
      told.note(() => positionOf(shape.rows[0]?.value ?? 0), 'list', 'read as rows by name or number.');
      for (const member of shape.rows) yield* indexedRow(page, member);
      return;
    case 'list': {
      told.note(() => positionOf(shape.opening), 'list', underNote(shape));
      yield* listRows(page, shape.opening, shape.added);
      return;
    }
  }
}

const manyNote = 'read as rows, one object after another.';

// A sentence has one full stop.
const withoutStop = wayOut.slice(0, -1);

function underNote({ under, unused, added }: ListShape): string {
  const dropped = added === null ? '' : `, without the column ${shown(added)} of pandas`;
  const beside = unused.length === 0 ? '' : `; not used: ${unused.slice(0, 5).map(shown).join(', ')}`;
  return `read as a list under ${shown(under)}${dropped}${beside}.`;
}

function* indexedRow(page: Page, { name, at, value, end }: OuterMember): Generator<Row> {
  const row = rowAt(page, value, end);
  if (row === null) return;
  const hasId = [...row.cells.keys()].some((key) => key.toLowerCase() === 'id');
  if (hasId || /^\d+$/.test(name) || name.trim() === '') yield row;
  else {
    const place = { file: row.file, ...page.positionOf(at) };
    yield {
      ...row,
      line: place.line,
      cells: new Map([['id', { kind: 'typed', value: name }], ...row.cells]),
      placeOf: (column) => (column === 'id' ? place : row.placeOf(column)),
    };
  }
}

/** The rows of a list, without a column that is not the person's own. What stands after the list must be no value. */
function* listRows(page: Page, opening: number, without: string | null): Generator<Row> {
  const { told, text, positionOf } = page;
  let at = skipSpace(text, opening + 1);
  if (text[at] === ']') {
    throw new Unreadable(fault(told.file, positionOf(at), 'no_rows', 'the list has no rows.'));
  }
  for (;;) {
    const end = itemEnd(text, at);
    if (skipSpace(text, at) === end) throw broken(page, end, unexpected(text, end));
    const row = rowAt(page, at, end);
    if (row !== null) yield without === null ? row : rowWithout(row, without);
    if (text[end] !== ',' && text[end] !== ']') throw broken(page, end, unexpected(text, end));
    const next = text[end] === ',' ? skipSpace(text, end + 1) : end;
    if (text[next] !== ']') {
      at = next;
      continue;
    }
    // What follows a list within an object was checked with the object.
    const behind = opening === skipSpace(text, 0) ? skipSpace(text, next + 1) : text.length;
    if (behind === text.length) return;
    const advice = '[{"'.includes(text[behind] as string) ? `. ${withoutStop}` : '';
    throw broken(page, behind, `${unexpected(text, behind)} after the list${advice}`);
  }
}

function rowWithout(row: Row, column: string): Row {
  return { ...row, cells: new Map([...row.cells].filter(([name]) => name !== column)) };
}

/** The row between two offsets; null after its problems were reported. */
function rowAt(page: Page, at: number, end: number): Row | null {
  const { told, text, positionOf } = page;
  const start = positionOf(at);
  if (end - at > maxRowLength) {
    told.report(fault(told.file, start, 'too_long', tooLong));
    return null;
  }
  const item = itemRow(told, { text: text.slice(at, end), start, piece: 'item' });
  if ('row' in item) return item.row;
  throw brokenBy(page, { ...item.fault, at: at + item.fault.at });
}

function broken(page: Page, at: number, reason: string): Unreadable {
  return brokenBy(page, notJson('file', at, reason));
}

function brokenBy({ told, positionOf }: Page, { at, kind, message }: JsonFault): Unreadable {
  return new Unreadable(fault(told.file, positionOf(at), kind, message));
}
