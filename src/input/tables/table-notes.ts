import type { Problem } from '../../core/complaints.ts';
import { fault, type Reading, shown } from '../reading.ts';
import type { TableHeader } from './table-header.ts';
import type { OpeningComments } from './table-opening.ts';

/** Lines of one kind: how many, and the first one. */
interface Tally {
  count: number;
  line: number;
}

/** How a table was read where that is not obvious. Each kind is reported once, at the end, whatever the number of rows. */
export interface TableNotes {
  comment(line: number): void;
  /** A row that begins like a comment. */
  numberSign(line: number): void;
  headerAgain(line: number): void;
  short(line: number, cells: number): void;
  /** A column without a name holds something; `name` is the tag. */
  nameless(index: number, name: string): void;
  report(header: TableHeader | null, opening: OpeningComments | null): void;
}

export function tableNotes({ file, report }: Pick<Reading, 'file' | 'report'>): TableNotes {
  const comments: Tally = { count: 0, line: 0 };
  const signs: Tally = { count: 0, line: 0 };
  const headers: Tally = { count: 0, line: 0 };
  const shorts: Tally = { count: 0, line: 0 };
  let shortCells = 0;
  const nameless = new Map<number, string>();

  const say = (severity: Problem['severity'], line: number, kind: string, message: string): void =>
    report({ ...fault(file, line, kind, message), severity });

  return {
    comment: (line) => tally(comments, line),
    numberSign: (line) => tally(signs, line),
    headerAgain: (line) => tally(headers, line),
    short(line, cells) {
      if (shorts.count === 0) shortCells = cells;
      tally(shorts, line);
    },
    nameless: (index, name) => nameless.set(index, name),
    report(header, opening) {
      const left = (opening?.count ?? 0) + comments.count;
      if (left > 0) {
        const lines = left === 1 ? 'this line begins with # and was' : `${left} lines that begin with # were`;
        say(
          'note',
          opening?.line ?? comments.line,
          'comment',
          `${lines} left out as ${left === 1 ? 'a comment' : 'comments'}.`,
        );
      }
      if (header === null) return;
      if (headers.count > 0) {
        const others = headers.count === 1 ? '' : `, and ${counted(headers.count - 1, 'more time')} below,`;
        say(
          'note',
          headers.line,
          'repeated_header',
          `the header appears here again${others} and was left out.`,
        );
      }
      if (nameless.size > 0) report(namelessNote(file, header, nameless));
      if (signs.count > 0) {
        const others = signs.count === 1 ? '' : `, as do ${signs.count - 1} below`;
        const message = `this row begins with #${others}, and was read like any other; delete it if it is a comment.`;
        say('warning', signs.line, 'comment', message);
      }
      if (shorts.count > 0) {
        const counts = cellCounts(shortCells, header.needed);
        const others =
          shorts.count === 1
            ? ''
            : `, and ${counted(shorts.count - 1, 'row')} below ${shorts.count === 2 ? 'is' : 'are'} short too`;
        const message = `${counts}${others}; missing cells count as not given. Is there a line break in a text that is not in quotes?`;
        say('warning', shorts.line, 'short_row', message);
      }
    },
  };
}

function tally(kind: Tally, line: number): void {
  if (kind.count === 0) kind.line = line;
  kind.count += 1;
}

function namelessNote(file: string, header: TableHeader, found: ReadonlyMap<number, string>): Problem {
  const places = [...found].toSorted(([a], [b]) => a - b);
  const tags = places.slice(0, 5).map(([, name]) => shown(name));
  const more = places.length > tags.length ? ` and ${places.length - tags.length} more` : '';
  const message =
    places.length === 1
      ? `this column has no name: its cells are kept as the tag ${tags[0]} and not sent; write a name into the header to use it.`
      : `${places.length} columns have no name: their cells are kept as the tags ${tags.join(', ')}${more} and not sent; write names into the header to use them.`;
  const [first] = places[0] as [number, string];
  // The numbers that R writes in front of the rows have no cell in the header.
  const place = header.nameless.has(first) ? header.placeOf(first) : header.line;
  return { ...fault(file, place, 'nameless_column', message), severity: 'note' };
}

export function cellCounts(cells: number, columns: number): string {
  return `the row has ${counted(cells, 'cell')}, but the header has ${counted(columns, 'column')}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
