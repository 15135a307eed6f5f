import { endsCell, type QuoteFault } from './csv-walk.ts';

/**
 * How a quote inside a quoted cell is written. `doubled`: as RFC 4180 has it. `backslash`: as `\"`. `bare`: as it is,
 * where it does not end the cell. `bare_to_end`: the same, also directly before the one that ends the cell.
 */
export type QuoteStyle = 'doubled' | 'backslash' | 'bare' | 'bare_to_end';

export interface LooseRecord {
  readonly fields: readonly string[];
  /** The offset at which each cell starts, its quote included. */
  readonly starts: readonly number[];
  /** The offset of the line end behind the record, or of the end of the text. */
  readonly end: number;
  /** The first cell that spans lines. */
  readonly spanning: Quoted | null;
  /** Where a quote closes what nothing has opened, in a cell that is not quoted. */
  readonly stray: number | null;
  /** Where reading had to stop; what stands before it is in `fields`. */
  readonly fault: QuoteFault | null;
}

interface Quoted {
  readonly opening: number;
  readonly closing: number;
}

interface Cell {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: Quoted | null;
}

/**
 * Reads the one record at `from` more loosely than RFC 4180: white space around a quoted cell belongs to the quoting,
 * and quotes in a cell that is not quoted are letters.
 */
export function readLoosely(text: string, from: number, delimiter: string, style: QuoteStyle): LooseRecord {
  const fields: string[] = [];
  const starts: number[] = [];
  let spanning: Quoted | null = null;
  let stray: number | null = null;
  let open: Cell | null = null;
  for (let at = from; ; ) {
    const cell = readCell(text, at, delimiter, style);
    if ('kind' in cell) return { fields, starts, end: cell.at, spanning, stray, fault: cell };
    fields.push(cell.value);
    starts.push(cell.start);
    if (cell.quoted !== null) {
      if (spanning === null && holdsBreak(cell.value)) spanning = cell.quoted;
    } else if (cell.value.includes('"')) {
      const pairs = quotePairs(cell.value);
      if (pairs === 'closes' && open !== null) {
        const quote = open.start + open.value.lastIndexOf('"');
        const fault = { kind: 'between', at: quote, cell: open.start } as const;
        return { fields, starts, end: cell.end, spanning, stray, fault };
      }
      if (pairs === 'closes') stray ??= cell.start + cell.value.lastIndexOf('"');
      open = pairs === 'opens' ? cell : null;
    }
    if (text[cell.end] !== delimiter) return { fields, starts, end: cell.end, spanning, stray, fault: null };
    at = cell.end + 1;
  }
}

function readCell(text: string, from: number, delimiter: string, style: QuoteStyle): Cell | QuoteFault {
  const start = behindBlanks(text, from, delimiter);
  if (text[start] !== '"') return bareCell(text, from, delimiter);
  const quoted = readQuoted(text, start, delimiter, style);
  if (!('kind' in quoted)) return quoted;
  if (quoted.kind === 'after' && style === 'doubled') {
    const bare = bareCell(text, from, delimiter);
    // A word in quotes at the start of a text: `"OPEN" in brass`.
    const isProse = start > from || /\s/.test(text[quoted.at + 1] as string);
    const isPaired = quotePairs(bare.value) === 'paired' && !bare.value.includes('\\"');
    if (isProse && quoted.at < bare.end && isPaired) return bare;
  }
  return quoted;
}

function bareCell(text: string, from: number, delimiter: string): Cell {
  let end = from;
  while (!endsCell(text, end, delimiter)) end += 1;
  return { value: text.slice(from, end), start: from, end, quoted: null };
}

function readQuoted(text: string, opening: number, delimiter: string, style: QuoteStyle): Cell | QuoteFault {
  const fault = (kind: 'unclosed' | 'after', at: number): QuoteFault => ({ kind, at, cell: opening });
  let value = '';
  let hasLetters = false;
  let spans = false;
  let from = opening + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return fault('unclosed', opening);
    const slashes = style === 'backslash' ? backslashes(text, from, quote) : 0;
    const piece = text.slice(from, quote - slashes);
    value += piece + '\\'.repeat(slashes >> 1);
    spans ||= holdsBreak(piece);
    from = quote + 1;
    if (slashes % 2 === 1) {
      value += '"';
      continue;
    }
    const isDoubled = text[from] === '"';
    const closing = isDoubled ? from : quote;
    const end = behindBlanks(text, closing + 1, delimiter);
    const closes = endsCell(text, end, delimiter) && (!isDoubled || style === 'bare_to_end');
    if (isDoubled) {
      value += '"';
      from += 1;
      hasLetters ||= closes;
    }
    if (closes) {
      if (hasLetters && quotePairs(value) !== 'paired') return fault('after', quote);
      return { value, start: opening, end, quoted: { opening, closing } };
    }
    if (isDoubled) continue;
    if (!style.startsWith('bare') || looksOpening(text, quote, delimiter, spans))
      return fault('after', quote);
    value += '"';
    hasLetters = true;
  }
}

function backslashes(text: string, from: number, quote: number): number {
  let first = quote;
  while (first > from && text[first - 1] === '\\') first -= 1;
  return quote - first;
}

/**
 * Whether a quote stands where a cell begins: the one before it was then not closed. White space in between makes it
 * look so in a later line alone: `a sign, "OPEN" in brass` is prose.
 */
function looksOpening(text: string, quote: number, delimiter: string, isLater: boolean): boolean {
  let at = quote - 1;
  while (isLater && isBlank(text[at]) && text[at] !== delimiter) at -= 1;
  return endsCell(text, at, delimiter);
}

/** Where white space ends that may stand around the quotes of a cell; a byte order mark counts as such. */
export function behindBlanks(text: string, from: number, delimiter: string): number {
  let at = from;
  while (isBlank(text[at]) && text[at] !== delimiter) at += 1;
  return at;
}

function isBlank(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t' || letter === '\u00a0' || letter === '\ufeff';
}

function holdsBreak(text: string): boolean {
  return text.includes('\n') || text.includes('\r');
}

/**
 * How the quotes of a text that stand in it as letters pair off. Inch marks, which follow a digit, need no partner.
 * `opens`: one is still open at the end. `closes`: one closes what nothing has opened.
 */
function quotePairs(text: string): 'paired' | 'opens' | 'closes' {
  let open = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    if (open) open = false;
    else if (opensWord(text, at)) open = true;
    else if (!isDigit(text[at - 1])) return 'closes';
  }
  return open ? 'opens' : 'paired';
}

function opensWord(text: string, at: number): boolean {
  const before = text[at - 1];
  const behind = text[at + 1];
  return (before === undefined || /[\s([{,;:|/\u2014\u2013-]/.test(before)) && /\S/.test(behind ?? '');
}

export function isDigit(letter: string | undefined): boolean {
  return letter !== undefined && letter >= '0' && letter <= '9';
}
