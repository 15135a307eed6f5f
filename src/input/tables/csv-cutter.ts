import { type Parser, parse } from 'csv-parse';
import { lineBreaks, positionsOf } from '../positions.ts';
import { fault, maxRowLength, tooLong, Unreadable } from '../reading.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { judgeRecord, lineEndAt } from './csv-recovery.ts';
import { cellStarts } from './csv-walk.ts';
import { quoteProblem } from './quote-faults.ts';
import { fitsHeader, type TableItem, type TableRecord } from './table-record.ts';

/** Each piece of text gives the records that it completes. Both throw `Unreadable` for a header that cannot be read. */
export interface CsvCutter {
  write(text: string): Promise<readonly TableItem[]>;
  end(): Promise<readonly TableItem[]>;
}

/**
 * Feeds csv-parse by hand and takes each record with the bytes that it came from. Where csv-parse fails, which is where
 * quotes break the rules, the rest of the text so far is read record by record, and csv-parse starts again after it.
 *
 * The cutting is our own because messages name the line and column of each cell. The line numbers of csv-parse (7.0.3)
 * are those of the end of a record, and count CRLF inside quotes twice; its option `raw` loses the LF of CRLF and
 * returns half of a blank line, so that no position can be derived from it.
 */
export function csvCutter(file: string, { delimiter, skip }: CsvDialect): CsvCutter {
  let parser: CsvParser | null = null;
  let unread: Buffer = Buffer.alloc(0);
  // The `sep=` line, where there is one, is the first.
  let line = skip === 0 ? 1 : 2;
  let left = skip;
  let fits: ((fields: readonly string[]) => boolean) | null = null;
  let isDropping = false;

  const add = (items: TableItem[], record: TableRecord): void => {
    fits ??= fitsHeader(record.fields);
    items.push(record);
  };

  /** Takes what csv-parse has read. false: what follows must be judged. */
  const take = (items: TableItem[], parsed: readonly ParsedRecord[]): boolean => {
    let from = 0;
    let isGood = true;
    for (const { fields, bytes } of parsed) {
      const { text, blank } = trimmed(unread.toString('utf8', from, from + bytes));
      const breaks = lineBreaks(text);
      const spans = breaks > 1 || (breaks === 1 && !endsLine(text));
      isGood = bytes <= maxRowLength && (!spans || fits === null || fits(fields));
      if (!isGood) break;
      line += blank;
      add(items, csvRecord(fields, { text, line, delimiter, spans }));
      line += breaks;
      from += bytes;
    }
    unread = unread.subarray(from);
    return isGood;
  };

  const judgeRest = (items: TableItem[], ended: boolean): void => {
    parser = null;
    const text = unread.toString('utf8');
    let at = 0;
    for (;;) {
      const start = behindLineEnds(text, at);
      line += lineBreaks(text.slice(at, start));
      at = start;
      if (at === text.length) break;
      const judged = judgeRecord(text, at, { delimiter, fits, ended });
      if (judged.kind === 'more') break;
      switch (judged.kind) {
        case 'record':
          add(items, recoveredRecord(judged, text.slice(at, judged.next), { at, line, delimiter }));
          break;
        case 'fault': {
          const problem = quoteProblem(text, at, judged.fault, { file, line, delimiter });
          if (fits === null) throw new Unreadable(problem);
          items.push({ problem });
          break;
        }
        case 'too_long': {
          const problem = fault(file, line, 'too_long', tooLong);
          if (fits === null) throw new Unreadable(problem);
          items.push({ problem });
          isDropping = judged.next === null;
        }
      }
      const next = judged.next ?? text.length;
      line += lineBreaks(text.slice(at, next));
      at = next;
    }
    unread = Buffer.from(text.slice(at));
  };

  return {
    async write(given) {
      let text = given.slice(left);
      left = 0;
      if (isDropping) {
        const end = lineEndAt(text, 0);
        isDropping = end === text.length;
        text = text.slice(end);
      }
      if (text === '') return [];
      const bytes = Buffer.from(text);
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      const fresh: Buffer = parser === null ? unread : bytes;
      parser ??= csvParser(delimiter);
      const items: TableItem[] = [];
      const { records, failed } = await parser.write(fresh);
      if (!take(items, records) || failed || unread.length > maxRowLength) judgeRest(items, false);
      return items;
    },
    async end() {
      const items: TableItem[] = [];
      const last = await parser?.end();
      if (last === undefined || !take(items, last.records) || last.failed) judgeRest(items, true);
      return items;
    },
  };
}

/** A record that was read without csv-parse, from where it begins in the text. */
function recoveredRecord(
  { fields, starts }: { readonly fields: readonly string[]; readonly starts: readonly number[] },
  record: string,
  { at, line, delimiter }: { readonly at: number; readonly line: number; readonly delimiter: string },
): TableRecord {
  const offsets = starts.map((start) => start - at);
  const spans = lineBreaks(record.trimEnd()) > 0;
  const positions = (): ReturnType<typeof positionsOf> => positionsOf(record, offsets, line);
  return { fields, line, delimiter, spans, starts: positions, raw: () => record };
}

interface ParsedRecord {
  readonly fields: readonly string[];
  /** How long it is, with the blank lines before it. */
  readonly bytes: number;
}

interface Parsed {
  readonly records: readonly ParsedRecord[];
  /** csv-parse can read no further. */
  readonly failed: boolean;
}

interface CsvParser {
  write(bytes: Buffer): Promise<Parsed>;
  end(): Promise<Parsed>;
}

function csvParser(delimiter: string): CsvParser {
  let records: ParsedRecord[] = [];
  let reached = 0;
  const parser: Parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: maxRowLength,
    // Counted against the header by `tableRows`, which continues with the next row; csv-parse would stop.
    relax_column_count: true,
    on_record: (fields: readonly string[], { bytes }) => {
      records.push({ fields, bytes: bytes - reached });
      reached = bytes;
      return null;
    },
  });
  // Failures come through the callbacks of `write` and `end`.
  parser.on('error', () => {});

  const parsed = (failed: boolean): Parsed => {
    const given = records;
    records = [];
    return { records: given, failed };
  };
  return {
    async write(bytes) {
      return parsed(await new Promise((settle) => parser.write(bytes, (error) => settle(Boolean(error)))));
    },
    async end() {
      const failed = new Promise<boolean>((settle) => {
        parser.once('error', () => settle(true));
        parser.once('finish', () => settle(false));
        parser.end();
      });
      return parsed(await failed);
    },
  };
}

function behindLineEnds(text: string, from: number): number {
  let at = from;
  while (text[at] === '\n' || text[at] === '\r') at += 1;
  return at;
}

/** The text of a record without the blank lines before it, and how many these are. */
function trimmed(text: string): { readonly text: string; readonly blank: number } {
  const start = behindLineEnds(text, 0);
  return start === 0
    ? { text, blank: 0 }
    : { text: text.slice(start), blank: lineBreaks(text.slice(0, start)) };
}

function endsLine(text: string): boolean {
  return text.endsWith('\n') || text.endsWith('\r');
}

function csvRecord(
  fields: readonly string[],
  {
    text,
    line,
    delimiter,
    spans,
  }: Pick<TableRecord, 'line' | 'delimiter' | 'spans'> & { readonly text: string },
): TableRecord {
  const starts = () => positionsOf(text, cellStarts(text, delimiter), line);
  return { fields, line, delimiter, spans, starts, raw: () => text };
}
