import { maxRowLength } from '../reading.ts';
import type { TextLine } from '../text/text-lines.ts';

interface Spot {
  /** Of the line among the lines. */
  readonly index: number;
  /** Of the character in the line's text. */
  readonly at: number;
  /** How many characters of the record stand before this line. */
  readonly before: number;
}

interface Spanning {
  readonly fields: readonly string[];
  /** Where each cell starts in the text of the lines, their ends included. */
  readonly offsets: readonly number[];
  /** The index of the line after the record. */
  readonly next: number;
  /** A quoted cell holds a tab. */
  readonly overTab: boolean;
}

/**
 * Reads a record whose quoted cells may hold tabs and line breaks. null: none of them does, or the record would be
 * wider than the header. `more`: a cell is still open where the lines end.
 */
export function readSpanning(
  lines: readonly TextLine[],
  from: number,
  width: number | null,
  ended: boolean,
): Spanning | 'more' | null {
  const fields: string[] = [];
  const offsets: number[] = [];
  let overTab = false;
  let spot: Spot = { index: from, at: 0, before: 0 };
  while (width === null || fields.length < width) {
    const { text } = lines[spot.index] as TextLine;
    const cell: SpanningCell | 'more' | null = text[spot.at] === '"' ? readQuoted(lines, spot, ended) : null;
    if (cell === 'more') return 'more';
    const { value, end }: SpanningCell = cell ?? readBare(text, spot);
    fields.push(value);
    offsets.push(spot.before + spot.at);
    overTab ||= cell?.value.includes('\t') ?? false;
    if (end.at === lines[end.index]?.text.length) {
      const next = end.index + 1;
      return overTab || next > from + 1 ? { fields, offsets, next, overTab } : null;
    }
    spot = { ...end, at: end.at + 1 };
  }
  return null;
}

interface SpanningCell {
  readonly value: string;
  /** The tab or the end of line behind the cell. */
  readonly end: Spot;
}

function readBare(text: string, start: Spot): SpanningCell {
  const tab = text.indexOf('\t', start.at);
  const at = tab === -1 ? text.length : tab;
  return { value: text.slice(start.at, at), end: { ...start, at } };
}

/** The cell whose opening quote is at `start`, if it is quoted to its end; null: its quote is a mere letter. */
function readQuoted(lines: readonly TextLine[], start: Spot, ended: boolean): SpanningCell | 'more' | null {
  let { index, before } = start;
  let at = start.at + 1;
  let value = '';
  for (;;) {
    const line = lines[index];
    if (line === undefined) return ended ? null : 'more';
    const { text } = line;
    if (line.tooLong || before + text.length > maxRowLength) return null;
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      value += text.slice(at) + line.end;
      before += text.length + line.end.length;
      index += 1;
      at = 0;
      continue;
    }
    value += text.slice(at, quote);
    const behind = text[quote + 1];
    if (behind === undefined || behind === '\t') return { value, end: { index, at: quote + 1, before } };
    if (behind !== '"') return null;
    value += '"';
    at = quote + 2;
  }
}
