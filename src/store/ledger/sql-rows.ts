// The one place where the rows of a query are taken to be what its text selects: SQLite cannot tell TypeScript.
import type { SQLInputValue, StatementSync } from 'node:sqlite';

/** Every row of a query. */
export function rows<Row>(statement: StatementSync, ...values: readonly SQLInputValue[]): Row[] {
  return statement.all(...values) as unknown as Row[];
}

/** Its first row. */
export function firstRow<Row>(
  statement: StatementSync,
  ...values: readonly SQLInputValue[]
): Row | undefined {
  return statement.get(...values) as unknown as Row | undefined;
}

/** Its rows one by one, for results of any size. */
export function eachRow<Row>(statement: StatementSync, ...values: readonly SQLInputValue[]): Iterable<Row> {
  return statement.iterate(...values) as unknown as Iterable<Row>;
}

/** What the columns of an attempt add to those of its job, in a query of `job`. */
export const attemptColumns = ['estimated', 'started_at']
  .map((column) => {
    const attempt = 'FROM attempt WHERE attempt.job = job.num AND attempt.attempt = job.attempt';
    return `(SELECT ${column} ${attempt}) AS ${column}`;
  })
  .join(', ');
