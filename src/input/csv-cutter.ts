import { parse } from 'csv-parse';
import type { CsvDialect } from './csv-dialect.ts';
import { walkRecord } from './csv-walk.ts';
import { lineBreaks, positionAt, positionsOf } from './positions.ts';
import { fault, longestRow, tooLong, Unreadable } from './reading.ts';
import type { TableRecord } from './table-record.ts';

/** What a piece of text completed: its records, then what ends the reading, if anything does. */
export interface CsvCut {
  readonly records: readonly TableRecord[];
  readonly end: Unreadable | null;
}

export interface CsvCutter {
  write(text: string): Promise<CsvCut>;
  end(): Promise<CsvCut>;
}

/**
 * Feeds csv-parse by hand and takes each record with the bytes it came from: its own line numbers count the end of a
 * record, and CRLF inside quotes twice.
 */
export function csvCutter(file: string, { delimiter, skip }: CsvDialect): CsvCutter {
  let parsed: { readonly fields: readonly string[]; readonly end: number }[] = [];
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: longestRow,
    // Counted against the header by `tableRows`, which goes on with the next row; csv-parse would stop.
    relax_column_count: true,
    on_record: (fields: readonly string[], { bytes }) => {
      parsed.push({ fields, end: bytes });
      return null;
    },
  });
  // Failures come through the callbacks of `write` and `end`.
  parser.on('error', () => {});

  let unread: Buffer = Buffer.alloc(0);
  let consumed = 0;
  // The `sep=` line, where there is one, is the first.
  let line = skip === 0 ? 1 : 2;
  let left = skip;

  const cut = (failed: boolean): CsvCut => {
    const records: TableRecord[] = [];
    let from = 0;
    for (const { fields, end } of parsed) {
      const to = end - consumed;
      const { text, blank } = trimmed(unread.toString('utf8', from, to));
      line += blank;
      if (to - from > longestRow) return { records, end: unreadable(text, false) };
      records.push(csvRecord(fields, text, line, delimiter));
      line += lineBreaks(text);
      from = to;
    }
    parsed = [];
    const blanks = blankBytes(unread, from);
    line += lineBreaks(unread.toString('latin1', from, from + blanks));
    consumed += from + blanks;
    unread = unread.subarray(from + blanks);
    if (!failed && unread.length <= longestRow) return { records, end: null };
    return { records, end: unreadable(unread.toString('utf8'), true) };
  };

  const unreadable = (text: string, open: boolean): Unreadable => {
    const problem = open ? walkRecord(text, delimiter).fault : null;
    if (problem === null) return new Unreadable(fault(file, line, 'too_long', tooLong));
    const cell = positionAt(text, problem.cell, line);
    const quote = positionAt(text, problem.at, line);
    switch (problem.kind) {
      case 'unclosed': {
        const message = 'the quote that opens here is never closed; end the cell with a quote.';
        return new Unreadable(fault(file, cell, 'quote', message));
      }
      case 'inside': {
        const message = 'a quote stands inside a cell that is not quoted; write the cell as "… ""word"" …".';
        return new Unreadable(fault(file, quote, 'quote', message));
      }
      case 'after': {
        if (quote.line === cell.line) {
          const message = 'text follows the quote that closes the cell; write a quote inside it twice: "".';
          return new Unreadable(fault(file, quote, 'quote', message));
        }
        const message = `the quote that opens here is not closed before the one in line ${quote.line}; close it, or write a quote inside the cell twice: "".`;
        return new Unreadable(fault(file, cell, 'quote', message));
      }
    }
  };

  return {
    async write(text) {
      const bytes = Buffer.from(text.slice(left));
      left = 0;
      if (bytes.length === 0) return { records: [], end: null };
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      return cut(await new Promise((settle) => parser.write(bytes, (error) => settle(Boolean(error)))));
    },
    async end() {
      const failed = new Promise<boolean>((settle) => {
        parser.once('error', () => settle(true));
        parser.once('finish', () => settle(false));
        parser.end();
      });
      return cut(await failed);
    },
  };
}

function blankBytes(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return at - from;
}

/** The text of a record without the blank lines before it, and how many these are. */
function trimmed(text: string): { readonly text: string; readonly blank: number } {
  const blanks = /^[\r\n]*/.exec(text)?.[0] ?? '';
  return { text: text.slice(blanks.length), blank: lineBreaks(blanks) };
}

function csvRecord(fields: readonly string[], text: string, line: number, delimiter: string): TableRecord {
  return {
    fields,
    line,
    delimiter,
    starts: () => positionsOf(text, walkRecord(text, delimiter).starts, line),
  };
}
