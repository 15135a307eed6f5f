import type { Problem } from '../core/complaints.ts';
import { oneByOne, type RowBatches } from '../core/row-batches.ts';
import type { Sweep } from '../core/sweep.ts';
import { jsonRows } from './json/json-reader.ts';
import { toldOnce } from './json/json-row.ts';
import { jsonShape } from './json/json-shape.ts';
import { withOwnExports } from './manifests/own-exports.ts';
import { readBatches, readingOf, rowsUntilUnreadable, untilUnreadable } from './rows.ts';
import type { InputSource } from './sources/sources.ts';
import { wholeText } from './text/whole-text.ts';

/** What an input holds: rows, or a sweep; a null sweep is one that could not be read. */
type Input =
  | { readonly kind: 'rows'; readonly rows: RowBatches }
  | { readonly kind: 'sweep'; readonly sweep: Sweep | null };

/**
 * Opens an input and tells rows from a sweep: YAML is a sweep, JSON is one if it is an object with a key of a sweep, all else is rows. Rows
 * are read, once, when they are asked for, a sweep at once; problems go to `onProblem` as `readRows` and `readSweep`
 * tell them. Throws `UserError` (`input`) when the system refuses to read on.
 */
export async function readInput(source: InputSource, onProblem: (problem: Problem) => void): Promise<Input> {
  const { name: file, note } = source;
  if (note !== undefined) {
    onProblem({ severity: 'note', place: { file, line: 0, column: null }, kind: 'format', message: note });
  }
  switch (source.format) {
    case 'csv':
    case 'tsv':
    case 'jsonl':
    case 'txt':
    case 'xlsx':
      return { kind: 'rows', rows: readBatches(source, onProblem) };
    case 'yaml':
      return { kind: 'sweep', sweep: await (await sweeps()).readSweep(source, onProblem) };
    case 'json':
      return readJsonInput(source, onProblem);
  }
}

async function readJsonInput(source: InputSource, onProblem: (problem: Problem) => void): Promise<Input> {
  const file = source.name;
  const attempt = <T>(read: () => Promise<T>) => untilUnreadable(file, onProblem, read);
  const text = await attempt(() => wholeText(readingOf(source, onProblem)));
  const shape = text?.trimStart().startsWith('{') ? jsonShape(text) : undefined;
  if (shape?.kind === 'sweep') {
    const { sweepOfText } = await sweeps();
    return { kind: 'sweep', sweep: await attempt(async () => sweepOfText(source, text as string)) };
  }
  const told = toldOnce({ file, report: onProblem });
  const rows = () => (text === null ? [] : jsonRows(told, text, shape));
  const read = withOwnExports(rowsUntilUnreadable(file, onProblem, rows), onProblem);
  return { kind: 'rows', rows: oneByOne(read) };
}

// Loading the reader of YAML takes longer than reading most inputs, and most of these are rows.
const sweeps = () => import('./sweeps/sweep-reader.ts');
