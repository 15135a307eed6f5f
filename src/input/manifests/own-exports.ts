import type { Problem } from '../../core/complaints.ts';
import { markColumn } from '../../core/job/exported-rows.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Cell, Row } from '../../core/row.ts';
import { addFixed, axesOf, commonOf, type Made, sentAgain } from './job-again.ts';
import { type TableReader, tableReader } from './own-tables.ts';
import { alsoIn, isCount, isJobId, markOf, namesOf, textsOf, type WholeMark } from './row-mark.ts';

/**
 * The same rows, except that those of our own exports become the jobs that they were written from, to the letter. A
 * cell that was changed since counts, and is a text as it stands. Jobs that were no longer planned are left out, and reported at the
 * end.
 */
export async function* withOwnExports(
  rows: AsyncIterable<Row>,
  report: (problem: Problem) => void,
): AsyncGenerator<Row, void, undefined> {
  const tables = tableReader();
  let left = 0;
  let file = '';
  for await (const row of rows) {
    const read = ownRow(row, tables);
    if (read !== 'left') yield* read;
    else {
      left += 1;
      ({ file } = row);
    }
  }
  if (left === 0) return;
  const jobs =
    left === 1 ? '1 job that was no longer planned is' : `${left} jobs that were no longer planned are`;
  const place = { file, line: 0, column: null };
  report({ severity: 'note', place, kind: 'left_plan', message: `${jobs} not taken from this manifest` });
}

type Read = readonly Row[] | 'left';

function ownRow(row: Row, tables: TableReader): Read {
  const { cells, columns } = row;
  if (columns !== undefined) return tables(row, columns);
  const mark = cells.get(markColumn);
  if (mark?.kind === 'typed') {
    const read = markOf(mark.value);
    return read === null ? [row] : fromObject(row, read);
  }
  return cells.has('job') && cells.has('attempts') ? fromManifestLine(row) : [row];
}

function fromManifestLine(row: Row): Read {
  const typed = (name: string): JsonValue | undefined => {
    const cell = row.cells.get(name);
    return cell?.kind === 'typed' ? cell.value : undefined;
  };
  const [job, model, input, rep] = ['job', 'model', 'input', 'rep'].map(typed);
  const [tags, axes, id, parent] = ['tags', 'axes', 'id', 'parent'].map(typed);
  const isOurs =
    isJobId(job) && typeof model === 'string' && isJsonObject(input) && isCount(rep) && isJsonObject(axes);
  if (!isOurs) return [row];
  if (typed('planned') === false) return 'left';
  const made: Made = {
    ...{
      id: typeof id === 'string' ? id : null,
      model,
      job,
      rep,
      axes,
      folder: null,
      names: namesOf(typed('names')),
      also: alsoIn(typed('also')),
    },
    parent: isJobId(parent) ? parent : null,
    cells: new Map(Object.entries(input).map(([key, value]) => [key, { kind: 'typed', value }])),
    tags: textsOf(tags),
  };
  const columns = new Set(['id', 'model']);
  return sentAgain(row, made, (name) => row.placeOf(columns.has(name) ? name : 'input'));
}

function fromObject(row: Row, mark: WholeMark): Read {
  if (mark.left === true) return 'left';
  const { fixed } = mark;
  const known = new Set(mark.text);
  const isTag = new Set(mark.tag);
  const cells = new Map<string, Cell>();
  const tags: [string, string][] = [];
  let [id, model]: [string | null, string | null] = [null, mark.model ?? null];
  for (const [name, cell] of row.cells) {
    const value = cell.kind === 'typed' ? cell.value : cell.text;
    if (name === markColumn) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (name === 'id') id = text;
    else if (name === 'model') model = text;
    else if (isTag.has(name)) tags.push([name, text]);
    else if (known.has(name)) cells.set(name, cell);
    else cells.set(name, typeof value === 'string' ? { kind: 'text', text: value } : cell);
  }
  addFixed(cells, tags, fixed);
  const axes = axesOf(mark, cells, model);
  return sentAgain(row, { ...commonOf(mark), id, model, cells, axes, tags: Object.fromEntries(tags) });
}
