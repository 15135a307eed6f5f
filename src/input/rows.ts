import type { Problem } from '../core/complaints.ts';
import type { Row } from '../core/row.ts';
import { decodedText } from './decoding.ts';
import { formats } from './readers.ts';
import { Unreadable } from './reading.ts';
import { type InputSource, unreadableInput } from './sources.ts';

/**
 * The rows of one input, in order, in constant memory. A row with a problem is left out and told to `onProblem`;
 * what makes the rest unreadable is told too and ends the rows. Throws `UserError` (`input`) when the system
 * refuses to read on. Leaving the loop early closes the input.
 */
export async function* readRows(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): AsyncGenerator<Row, void, undefined> {
  const file = source.name;
  const texts = decodedText(source.open(), file, source.encoding ?? null);
  try {
    yield* formats[source.format].read({ file, texts, report: onProblem });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw unreadableInput(file, error);
    for (const problem of error.problems) onProblem(problem);
  }
}
