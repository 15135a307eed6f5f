import { foldedLine } from '../../core/folded-text.ts';
import { amountIn, type Condition } from '../../core/job/conditions.ts';
import { isIdStart } from './manifest-filter.ts';

/** A condition of SQLite's with its values. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/**
 * What SQLite can say at once of the jobs that may meet a condition, so that only these are read as a whole: the reader
 * still has to look at each. null: nothing.
 */
export function conditionSql({ key, source, comparison, value }: Condition): SqlCondition | null {
  if (source === 'field') return fieldSql(key, comparison, value);
  if (comparison === '~') return allOf(likeAll(value, inputColumns));
  const amount = amountIn(value);
  if (amount !== null) return amount.unit === 'number' ? numberSql(key, comparison, value) : null;
  if (comparison !== '=' || value === '') return null;
  const spellings = [...new Set([value, JSON.stringify(value).slice(1, -1)])];
  const columns = [...inputColumns, 'job.model', 'job.id'];
  const found = columns.flatMap((column) => spellings.map(() => `instr(${column}, ?) > 0`));
  return { sql: `(${found.join(' OR ')})`, values: columns.flatMap(() => spellings) };
}

/** The same for the words of a search, which are folded. */
export function wordSql(word: string): SqlCondition | null {
  const { sql, values } = allOf(likeAll(word, inputColumns)) ?? { sql: '', values: [] };
  const inPath = likeAll(word, ['path']);
  if (sql === '' || inPath.length === 0) return null;
  const path = allOf(inPath) as SqlCondition;
  const files = `EXISTS (SELECT 1 FROM output WHERE output.job = job.num AND ${path.sql})`;
  const byId = isIdStart(word)
    ? { sql: ' OR (job.id >= ? AND job.id < ?)', values: [word, `${word}g`] }
    : null;
  return {
    sql: `(${sql} OR ${files}${byId?.sql ?? ''})`,
    values: [...values, ...path.values, ...(byId?.values ?? [])],
  };
}

/** A number is the same in many spellings, and a cell may hold it as text. */
function numberSql(key: string, comparison: Condition['comparison'], value: string): SqlCondition | null {
  const test = /^[<>]=?$/.test(comparison)
    ? { sql: `CAST(each.atom AS REAL) ${comparison} ?`, values: [Number(value)] }
    : { sql: 'each.atom IN (?, ?)', values: [value, Number(value)] };
  // SQLite knows the case of no other letters.
  const isPlain = /^[\u0001-\u007f]*$/.test(key) && !['id', 'job', 'model', 'rep'].includes(key);
  if (!isPlain || comparison.startsWith('!')) return null;
  const columns = ['job.input', 'job.tags', 'job.axes'];
  const found = columns.map(
    (column) =>
      `EXISTS (SELECT 1 FROM json_each(${column}) AS each WHERE lower(each.key) = ? AND ${test.sql})`,
  );
  return {
    sql: `(${found.join(' OR ')} OR job.also IS NOT NULL OR job.names IS NOT NULL)`,
    values: columns.flatMap(() => [key, ...test.values]),
  };
}

/** The columns with what users have written, as JSON or as it is. */
const inputColumns = ['job.input', 'job.tags', 'job.axes', 'job.name', 'job.also'];

// Letters beyond ASCII fold into others in ways that SQLite does not know.
const beyondAscii = '*[^\u0001-\u007f]*';

// SQLite refuses longer patterns.
const maxPattern = 10_000;

/** For each piece of a text between blanks, that it stands in one of these columns. */
function likeAll(text: string, columns: readonly string[]): readonly SqlCondition[] {
  const pieces = foldedLine(text)
    .split(' ')
    .filter((piece) => piece !== '' && piece.length < maxPattern);
  return pieces.map((piece) => {
    if (!/^[\u0001-\u007f]*$/.test(piece)) {
      const sql = columns.map((column) => `${column} GLOB ?`).join(' OR ');
      return { sql: `(${sql})`, values: columns.map(() => beyondAscii) };
    }
    const spellings = [...new Set([piece, JSON.stringify(piece).slice(1, -1)])];
    const patterns = spellings.map((each) => `%${each.replace(/[\\%_]/g, '\\$&')}%`);
    const each = columns.flatMap((column) => [
      ...patterns.map((pattern) => ({ sql: `${column} LIKE ? ESCAPE '\\'`, value: pattern })),
    ]);
    const foreign = columns.map((column) => ({ sql: `${column} GLOB ?`, value: beyondAscii }));
    const all = [...each, ...foreign];
    return { sql: `(${all.map(({ sql }) => sql).join(' OR ')})`, values: all.map(({ value }) => value) };
  });
}

function allOf(conditions: readonly SqlCondition[]): SqlCondition | null {
  if (conditions.length === 0) return null;
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

const numberColumns: Readonly<Record<string, string>> = {
  cost: 'coalesce(job.cost, now.cost)',
  rep: 'job.rep',
  attempts: '(SELECT count(*) FROM attempt WHERE attempt.job = job.num)',
  planned_at: 'job.planned_at',
  submitted_at: 'now.submitted_at',
  started_at: 'now.started_at',
  finished_at: 'now.finished_at',
  done_at: 'now.done_at',
};

const textColumns: Readonly<Record<string, string>> = {
  state: 'job.state',
  model: 'job.model',
  request_id: 'job.request_id',
  parent: 'job.parent',
};

function fieldSql(key: string, comparison: Condition['comparison'], value: string): SqlCondition | null {
  const text = textColumns[key];
  if (text !== undefined && comparison === '=' && value !== '')
    return { sql: `${text} = ?`, values: [value] };
  const number = numberColumns[key];
  const wanted = amountIn(value);
  if (number === undefined || wanted === null || !/^[<>]=?$/.test(comparison)) return null;
  return { sql: `${number} ${comparison} ?`, values: [wanted.amount] };
}
