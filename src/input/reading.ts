import type { Place, Problem } from '../core/complaints.ts';
import { showCount } from '../core/counts.ts';
import type { RowBatches } from '../core/row-batches.ts';
import type { Position } from './positions.ts';

/** A row, a cell or a line may be this long, in characters: what bounds the memory of every reader. */
export const maxRowLength = 1024 * 1024;

/** What a reader of one format works on. */
export interface Reading {
  /** As the user wrote the path; `-` for standard input. */
  readonly file: string;
  /** The decoded content in pieces, free of NUL; no piece but the last ends in CR. */
  readonly texts: AsyncIterable<string>;
  /** Takes a problem that concerns one row alone. */
  readonly report: (problem: Problem) => void;
  /** `--literal`: every text is meant as it is. */
  readonly literal?: boolean;
}

/** Turns the text of one format into rows. Throws `Unreadable` for what makes the rest of the input unreadable. */
export type Reader = (reading: Reading) => RowBatches;

/** What ends the reading of one input: its problems are reported, marked as such, and nothing further is read. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly problems: readonly Problem[];

  constructor(...problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join(' '));
    this.problems = problems.map((problem) => ({ ...problem, ends: true }));
  }
}

/** Something wrong in a text; `at` is an offset, in UTF-16 units. */
export interface TextFault {
  readonly at: number;
  readonly kind: string;
  readonly message: string;
}

/** An error in the input, as `Problem`; a bare number is a line whose column does not matter. */
export function fault(file: string, where: Position | number, kind: string, message: string): Problem {
  const place: Place =
    typeof where === 'number'
      ? { file, line: where, column: null }
      : { file, line: where.line, column: where.column };
  return { severity: 'error', place, kind, message };
}

/** The input has no content at all. */
export function emptyInput(file: string): Unreadable {
  return new Unreadable(fault(file, 1, 'empty', `${file === '-' ? 'standard input' : 'the file'} is empty.`));
}

/** A piece of the input as messages show it: in quotes, cut, and free of control characters. */
export function shown(text: string): string {
  const quoted = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return quoted.replace(unseen, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// What JSON leaves as it is and a terminal obeys: C1 controls, line separators, and what turns the writing round.
const unseen = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export const tooLong = `the row is longer than ${showCount(maxRowLength)} characters.`;
