import type { Row } from '../../core/row.ts';
import type { RowBatches } from '../../core/row-batches.ts';

/** Rows whose first one has been read ahead; the others are read as they are asked for. */
interface RowsAhead {
  /** null: there is no row. */
  readonly first: Row | null;
  /** All of them, the first one included. */
  readonly rows: readonly RowBatches[];
  /** Ends the reading of an input that nobody has asked for further. */
  close(): Promise<void>;
}

/** Reads the first row of these inputs, whose rows are to be iterated over once, as given back. */
export async function readAhead(inputs: readonly RowBatches[]): Promise<RowsAhead> {
  for (const [index, input] of inputs.entries()) {
    const groups = input[Symbol.asyncIterator]();
    const close = async (): Promise<void> => void (await groups.return?.());
    for (let next = await groups.next(); next.done !== true; next = await groups.next()) {
      const group = next.value[Symbol.iterator]();
      const { done, value: first } = group.next();
      if (done === true) continue;
      return { first, rows: [continued(first, group, groups), ...inputs.slice(index + 1)], close };
    }
  }
  // Inputs without a row are still inputs: it is not words alone that are asked for.
  return { first: null, rows: inputs.map(withoutRows), close: async () => {} };
}

async function* withoutRows(): AsyncGenerator<Iterable<Row>, void, undefined> {}

async function* continued(
  first: Row,
  group: Iterator<Row>,
  groups: AsyncIterator<Iterable<Row>>,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  try {
    yield rowsFrom(first, group);
    for (let next = await groups.next(); next.done !== true; next = await groups.next()) yield next.value;
  } finally {
    await groups.return?.();
  }
}

function* rowsFrom(first: Row, group: Iterator<Row>): Generator<Row, void, undefined> {
  yield first;
  for (let next = group.next(); next.done !== true; next = group.next()) yield next.value;
}
