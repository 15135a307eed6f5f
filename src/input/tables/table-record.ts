import type { Problem } from '../../core/complaints.ts';
import type { Position } from '../positions.ts';

/** One record of a table, its cells as text without their quotes. */
export interface TableRecord {
  readonly fields: readonly string[];
  /** The line on which it starts. */
  readonly line: number;
  readonly delimiter: string;
  /** A cell holds line breaks. */
  readonly spans: boolean;
  /** Where each cell starts; worked out again at each call, since good rows never need it. */
  starts(): readonly Position[];
  /** As it is written, quotes included. */
  raw(): string;
}

/** A record that cannot be read, and why. */
interface FaultyRecord {
  readonly problem: Problem;
}

export type TableItem = TableRecord | FaultyRecord;

/** The delimiter of a table of one column: the one letter that no text holds. */
export const noDelimiter = '\0';

/** Whether a record has as many cells as a header has columns; empty ones at the end do not count. */
export function fitsHeader(header: readonly string[]): (fields: readonly string[]) => boolean {
  const named = header.findLastIndex((name) => name.trim() !== '') + 1;
  const width = header.length;
  return (fields) =>
    fields.length === width ||
    (fields.length >= named && fields.slice(width).every((field) => field.trim() === ''));
}

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

/** What a message calls a delimiter. */
export function delimiterName(delimiter: string): string {
  return delimiterNames[delimiter] ?? delimiter;
}
