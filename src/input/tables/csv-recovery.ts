import { maxRowLength } from '../reading.ts';
import { behindBlanks, isDigit, type LooseRecord, type QuoteStyle, readLoosely } from './csv-loose.ts';
import { endsCell, type QuoteFault } from './csv-walk.ts';

/** How one record came out; `next` is the offset at which reading continues. */
type Judgement =
  | {
      readonly kind: 'record';
      readonly fields: readonly string[];
      readonly starts: readonly number[];
      readonly next: number;
    }
  | { readonly kind: 'fault'; readonly fault: QuoteFault; readonly next: number }
  /** `next` is the end of its line; null: the line continues behind the text. */
  | { readonly kind: 'too_long'; readonly next: number | null }
  /** The record continues behind the text. */
  | { readonly kind: 'more' };

interface Judge {
  readonly delimiter: string;
  /** Whether these are as many cells as the header has columns; null: this is the header. */
  readonly fits: ((fields: readonly string[]) => boolean) | null;
  /** Nothing follows the text. */
  readonly ended: boolean;
}

/**
 * Reads the record at `from`, whose quotes may break the rules. Where exactly one reading fits the header, it is that.
 * Otherwise the record is wrong and ends with the line of its bad quote: what stands below is read for itself.
 */
export function judgeRecord(text: string, from: number, judge: Judge): Judgement {
  const { delimiter, fits } = judge;
  // What is longer than any row may be is judged as it stands.
  const isFinal = judge.ended || text.length - from > maxRowLength;
  const isWhole = ({ end, fault }: LooseRecord): boolean =>
    isFinal || (fault?.kind !== 'unclosed' && lineEndAt(text, fault?.at ?? end) < text.length);

  const strict = readLoosely(text, from, delimiter, 'doubled');
  if (!isWhole(strict)) return { kind: 'more' };
  const lineEnd = lineEndAt(text, from);
  if (lineEnd - from > maxRowLength)
    return { kind: 'too_long', next: lineEnd < text.length ? lineEnd : null };

  const { spanning } = strict;
  const isOver = strict.end - from > maxRowLength;
  if (strict.fault === null && !isOver) {
    if (fits === null || fits(strict.fields)) return record(text, strict);
    if (raggedFault(strict) === null && !isEscaped(text, from, strict)) return record(text, strict);
  }
  if (fits !== null && strict.fault?.kind !== 'between' && !isOver) {
    const styles: QuoteStyle[] = isEscaped(text, from, strict) ? ['backslash'] : [];
    if (strict.fault !== null || spanning !== null) styles.push('bare', 'bare_to_end');
    const others = styles.map((style) => readLoosely(text, from, delimiter, style));
    if (!others.every(isWhole)) return { kind: 'more' };
    const found = onlyOne(others.filter(({ fields, fault }) => fault === null && fits(fields)));
    if (found !== null) return record(text, found);
  }
  const fault = strict.fault ?? raggedFault(strict);
  if (fault === null) return record(text, strict);
  const tail = tailBehind(text, fault, { ...judge, ended: isFinal });
  if (tail === 'more') return { kind: 'more' };
  // A text of several lines that is closed correctly: the row is wrong for another reason.
  if (strict.fault === null && tail !== null && !isOver) return record(text, strict);
  return { kind: 'fault', fault, next: behindLineEnd(text, tail ?? lineEndAt(text, fault.cell)) };
}

/** The quote by which a record that is read to its end may have come to more or fewer cells than the header. */
function raggedFault({ spanning, stray }: LooseRecord): QuoteFault | null {
  if (spanning !== null) return { kind: 'after', at: spanning.closing, cell: spanning.opening };
  return stray === null ? null : { kind: 'stray', at: stray, cell: stray };
}

function record(text: string, { fields, starts, end }: LooseRecord): Judgement {
  return { kind: 'record', fields, starts, next: behindLineEnd(text, end) };
}

function isEscaped(text: string, from: number, { end, fault }: LooseRecord): boolean {
  return text.slice(from, fault?.kind === 'unclosed' ? from + maxRowLength : end + 1).includes('\\"');
}

function onlyOne(readings: readonly LooseRecord[]): LooseRecord | null {
  const [first, ...others] = readings;
  if (first === undefined) return null;
  const cells = JSON.stringify(first.fields);
  return others.every(({ fields }) => JSON.stringify(fields) === cells) ? first : null;
}

/**
 * The end of the line with which a text ends whose quote was still open at the end of the bad line: the next quote
 * below closes a cell as its line has it, and no line in between is a row. null: the lines below stand for themselves.
 */
function tailBehind(
  text: string,
  fault: QuoteFault,
  { delimiter, fits, ended }: Judge,
): number | null | 'more' {
  const lineEnd = lineEndAt(text, fault.cell);
  if (fits === null || fault.kind !== 'after' || !isOpen(text.slice(fault.cell, lineEnd))) return null;
  let quote = text.indexOf('"', lineEnd);
  let line = lineEnd;
  for (;;) {
    if (quote === -1 || quote - fault.cell > maxRowLength) return ended || quote !== -1 ? null : 'more';
    line = lineStartAt(text, quote);
    const before = text.slice(line, quote);
    if (before.slice(before.lastIndexOf(delimiter) + 1).trim() === '') return null;
    if (text[quote + 1] !== '"') break;
    quote = text.indexOf('"', quote + 2);
  }
  const end = lineEndAt(text, quote);
  if (end === text.length && !ended) return 'more';
  const closes = endsCell(text, behindBlanks(text, quote + 1, delimiter), delimiter);
  if (!closes || isDigit(text[quote - 1])) return null;
  // A single column is fitted by every line of a text.
  const between = fits(['']) ? [] : text.slice(behindLineEnd(text, lineEnd), line).split(/\r\n|\n|\r/);
  return between.some((each) => fits(each.split(delimiter))) ? null : end;
}

function isOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

/** Where the line ends that holds an offset: its line end, or the end of the text. */
export function lineEndAt(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isLineEnd(text, at)) at += 1;
  return at;
}

function lineStartAt(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isLineEnd(text, at - 1)) at -= 1;
  return at;
}

function isLineEnd(text: string, at: number): boolean {
  const letter = text[at];
  return letter === '\n' || letter === '\r';
}

function behindLineEnd(text: string, end: number): number {
  return text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
}
