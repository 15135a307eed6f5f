import type { Problem } from '../core/complaints.ts';
import type { Row } from '../core/row.ts';
import { oneByOne, type RowBatches, rowsIn } from '../core/row-batches.ts';
import { decodedText } from './encodings/decoding.ts';
import { ungzipped } from './encodings/gunzip.ts';
import { withOwnExports } from './manifests/own-exports.ts';
import { isForeign } from './manifests/own-tables.ts';
import { formats } from './readers.ts';
import { type Reading, Unreadable } from './reading.ts';
import { type InputSource, unreadableInput } from './sources/sources.ts';

/**
 * The rows of one input, in order, in constant memory where the format allows it. A row with a problem is left out
 * and reported to `onProblem`; what makes the rest unreadable is reported too and ends the rows. Throws `UserError` (`input`)
 * when the system refuses to read on. Leaving the loop early closes the input.
 */
export async function* readBatches(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  const batches = formatRows(source, onProblem)[Symbol.asyncIterator]();
  const others = { [Symbol.asyncIterator]: () => batches };
  try {
    const opening = await firstRow(batches);
    if (opening === null) return;
    const { first, rest } = opening;
    const { columns } = first;
    if (columns !== undefined && isForeign(columns)) {
      yield [first];
      yield rest;
      // To look at each row would take a third of the time that it takes to read it.
      yield* others;
    } else yield* oneByOne(withOwnExports(preceded(first, rest, others), onProblem));
  } catch (error) {
    tell(source.name, onProblem, error);
  } finally {
    await batches.return?.();
  }
}

/** The same, one by one. */
export function readRows(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<Row, void, undefined> {
  return rowsIn(readBatches(source, onProblem));
}

/** The first row, and the others of its group; null: there is none. */
async function firstRow(
  batches: AsyncIterator<Iterable<Row>>,
): Promise<{ readonly first: Row; readonly rest: Iterable<Row> } | null> {
  for (let batch = await batches.next(); batch.done !== true; batch = await batches.next()) {
    const rows = batch.value[Symbol.iterator]();
    const first = rows.next();
    if (first.done !== true) return { first: first.value, rest: { [Symbol.iterator]: () => rows } };
  }
  return null;
}

async function* preceded(first: Row, rest: Iterable<Row>, others: RowBatches): AsyncGenerator<Row> {
  yield first;
  yield* rest;
  yield* rowsIn(others);
}

function formatRows(source: InputSource, report: (problem: Problem) => void): RowBatches {
  return source.format === 'xlsx'
    ? bookRows(source, report)
    : formats[source.format].read(readingOf(source, report));
}

async function* bookRows(
  source: InputSource,
  report: (problem: Problem) => void,
): AsyncGenerator<Iterable<Row>> {
  // Its libraries are large, and most inputs are texts.
  const { readBook } = await import('./books/book-reader.ts');
  yield* readBook(source, report);
}

/** What a reader works on; the input is opened once its text is asked for. */
export function readingOf(source: InputSource, onProblem: (problem: Problem) => void): Reading {
  const { name: file, literal = false } = source;
  return { file, texts: textOf(source), report: onProblem, literal };
}

async function* textOf(source: InputSource): AsyncGenerator<string> {
  yield* decodedText(ungzipped(source.open(), source.name), source.name, source.encoding ?? null);
}

export async function* rowsUntilUnreadable(
  file: string,
  onProblem: (problem: Problem) => void,
  rows: () => AsyncIterable<Row> | Iterable<Row>,
): AsyncGenerator<Row, void, undefined> {
  try {
    yield* rows();
  } catch (error) {
    tell(file, onProblem, error);
  }
}

/** What `read` gives, or null after the reason was reported. */
export async function untilUnreadable<T>(
  file: string,
  onProblem: (problem: Problem) => void,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    tell(file, onProblem, error);
    return null;
  }
}

function tell(file: string, onProblem: (problem: Problem) => void, error: unknown): void {
  if (!(error instanceof Unreadable)) throw unreadableInput(file, error);
  for (const problem of error.problems) onProblem(problem);
}
