import type { Problem } from '../../core/complaints.ts';
import { fault, shown } from '../reading.ts';
import type { TableHeader } from './table-header.ts';
import { cellCounts, counted } from './table-notes.ts';
import { delimiterName, noDelimiter, type TableRecord } from './table-record.ts';

/**
 * Why a record has more cells than its header has columns; null: it has not. `isShort`: it has fewer, and may not.
 */
export function raggedProblem(
  file: string,
  header: TableHeader,
  record: TableRecord,
  isShort: boolean,
): Problem | null {
  const { fields, line, delimiter } = record;
  if (delimiter === noDelimiter) return unseparated(file, header, record);
  if (isShort) {
    const cause = `is a ${delimiterName(delimiter)} missing, or is there a line break in a text that is not in quotes?`;
    return fault(file, line, 'ragged', `${cellCounts(fields.length, header.needed)}; ${cause}`);
  }
  if (fields.length <= header.width) return null;
  const surplus = fields.findIndex((field, index) => index >= header.width && field.trim() !== '');
  if (surplus === -1) return null;
  // A comma of prose has a space behind it.
  const prose = fields.findIndex((field, index) => index > 0 && field.startsWith(' '));
  const start = record.starts()[prose === -1 ? header.needed : prose];
  const message = `${cellCounts(fields.length, header.needed)}; ${advice(header, fields, delimiterName(delimiter))}`;
  return fault(file, start ?? line, 'ragged', message);
}

function advice(header: TableHeader, fields: readonly string[], mark: string): string {
  if (fields.some((field) => joins(field, header))) return `${joined}.`;
  const opening = fields.findIndex((field) => /^\s*['\u2018]/.test(field));
  if (opening !== -1 && fields.slice(opening + 1).some((field) => /['\u2019]\s*$/.test(field))) {
    return `single quotes do not quote a cell; put a text that contains a ${mark} in double quotes: "…".`;
  }
  const curly = fields.findIndex((field) => /^\s*[\u201c\u201e\u00ab]/.test(field));
  if (curly !== -1 && fields.slice(curly + 1).some((field) => /[\u201c\u201d\u00bb]\s*$/.test(field))) {
    return `curly quotes do not quote a cell; put a text that contains a ${mark} in straight quotes: "…".`;
  }
  return `put a text that contains a ${mark} in quotes.`;
}

// Texts hold commas, but end in one and a number where somebody has left a column out of the header.
const numberAtEnd = /[^\s,](,-?\d+(\.\d+)?)$/;

const joined = 'a second file begins in the middle of this line; put a line break before it';

/** Whether a byte order mark and a header stand in the middle of a cell, where the second of two files begins. */
function joins(field: string, { names }: TableHeader): boolean {
  return field.indexOf(`\ufeff${names[0]}`, 1) !== -1;
}

function unseparated(file: string, header: TableHeader, record: TableRecord): Problem | null {
  if (joins(record.fields[0] ?? '', header)) return fault(file, record.line, 'ragged', `${joined}.`);
  const end = numberAtEnd.exec(record.fields[0] ?? '')?.[1];
  if (end === undefined || record.raw().trimStart().startsWith('"')) return null;
  const message = `the header has 1 column, but the row ends in ${shown(end)}; name a second column in the header, or put the text in quotes.`;
  return fault(file, record.line, 'ragged', message);
}

/** Two short records which together have as many cells as the header has columns. */
export function brokenProblem(
  file: string,
  header: TableHeader,
  half: TableRecord,
  other: TableRecord,
): Problem {
  const message = `the row has ${counted(half.fields.length, 'cell')}, and line ${other.line} has the other ${other.fields.length} of ${header.needed}: a line break stands in the row; join the lines, or put a text that contains a line break in quotes.`;
  return fault(file, half.line, 'ragged', message);
}

/** A text of several lines, each of which could be a row: a quote may have been lost. null: they are not rows. */
export function swallowedWarning(file: string, header: TableHeader, record: TableRecord): Problem | null {
  if (!record.spans || header.needed < 2) return null;
  const lines = record
    .raw()
    .trimEnd()
    .split(/\r\n|\n|\r/);
  const isRow = (line: string): boolean => {
    const cells = line.split(record.delimiter);
    return header.fits(cells) && cells.every((cell) => /^\S/.test(cell));
  };
  if (!lines.every(isRow)) return null;
  const cell = record.starts().find((_, index) => /[\r\n]/.test(record.fields[index] ?? ''));
  const message = `the quoted text that begins here continues for ${lines.length} lines, each of which looks like a row; close the quote if they are rows.`;
  return { ...fault(file, cell ?? record.line, 'quote', message), severity: 'warning' };
}
