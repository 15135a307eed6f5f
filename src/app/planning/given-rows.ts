import type { Place } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Cell, Row } from '../../core/row.ts';

/** What messages call rows that are in no file; their line is their number, from 1. */
const source = 'rows';

/** Rows that a program hands over, each an object of inputs. */
export async function* givenRows(
  rows: AsyncIterable<JsonObject> | Iterable<JsonObject>,
): AsyncGenerator<Row> {
  let line = 0;
  for await (const row of rows) {
    line += 1;
    const place: Place = { file: source, line, column: null };
    const cells = Object.entries(row).flatMap(([name, value]): [string, Cell][] =>
      value === null ? [] : [[name, { kind: 'typed', value }]],
    );
    yield { file: source, line, cells: new Map(cells), placeOf: () => place };
  }
}
