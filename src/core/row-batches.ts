import type { Row } from './row.ts';

/**
 * Rows in groups of any size. Iterating over a group reads it, so that problems arrive in the order of the rows. To
 * await each row would take longer than to read it.
 */
export type RowBatches = AsyncIterable<Iterable<Row>>;

/** Each row as a group of its own. */
export async function* oneByOne(
  rows: AsyncIterable<Row> | Iterable<Row>,
): AsyncGenerator<readonly [Row], void, undefined> {
  for await (const row of rows) yield [row];
}

/** The rows of all groups, one by one. */
export async function* rowsIn(batches: RowBatches): AsyncGenerator<Row, void, undefined> {
  for await (const batch of batches) yield* batch;
}
