const batchSize = 2_000;
const batchBytes = 8 * 1024 * 1024;

/** As many at once as go well into one statement. */
export function* batches<Item>(items: Iterable<Item>): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    batch.push(item);
    bytes += sizeOf(item);
    if (batch.length < batchSize && bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Roughly: inputs may be megabytes, everything else is small. */
function sizeOf(item: unknown): number {
  const job = (item as { job?: { input?: string } }).job ?? (item as { input?: string });
  return 500 + (job.input?.length ?? 0);
}

/** PostgreSQL holds no NUL and no half of a character. JSON has neither, for it writes both as escapes. */
export function storable<Row extends object>(row: Row): Row {
  const values = Object.entries(row).map(([column, value]) => [
    column,
    typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value,
  ]);
  return Object.fromEntries(values) as Row;
}
