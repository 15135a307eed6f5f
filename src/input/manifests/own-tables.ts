import { saysTheSame, unguarded } from '../../core/job/exported-cells.ts';
import {
  estimatedColumn,
  markColumn,
  oldOutcomeColumns,
  outcomeColumns,
  type Source,
  sizeColumns,
} from '../../core/job/exported-rows.ts';
import type { Cell, Row } from '../../core/row.ts';
import { addFixed, axesOf, commonOf, sentAgain } from './job-again.ts';
import { markIn } from './row-mark.ts';

/** Reads a row of a table that may be an export; `left`: its job was no longer planned. */
export type TableReader = (row: Row, columns: readonly string[]) => readonly Row[] | 'left';

/** Remembers what the columns of a table are, since all of its rows have the same. */
export function tableReader(): TableReader {
  let known: readonly string[] | null = null;
  let layout: Layout = { type: 'foreign' };
  return (row, columns) => {
    if (columns !== known) layout = layoutOf(columns);
    known = columns;
    switch (layout.type) {
      case 'foreign':
        return [row];
      case 'old':
        return fromOldTable(row, layout);
      case 'marked':
        return fromTable(row, layout);
    }
  };
}

/** Whether a table with these columns is not one of our exports. */
export function isForeign(columns: readonly string[]): boolean {
  return layoutOf(columns).type === 'foreign';
}

interface Target {
  readonly header: string;
  /** null: the mark of the row says which. */
  readonly source: Source | null;
  readonly key: string;
}

type Layout =
  | { readonly type: 'foreign' }
  | {
      readonly type: 'old' | 'marked';
      readonly targets: readonly Target[];
      /** Columns that say what became of a job. */
      readonly outcomes: ReadonlySet<string>;
    };

const sizes: ReadonlySet<string> = new Set(sizeColumns);
const unsizedOutcomes = [...outcomeColumns, estimatedColumn, 'also'].filter((name) => !sizes.has(name));

function layoutOf(columns: readonly string[]): Layout {
  const names = new Set(columns);
  const isMarked = names.has(markColumn);
  const isOld = columns[0]?.toLowerCase() === 'id' && oldOutcomeColumns.every((name) => names.has(name));
  if (!isMarked && !isOld) return { type: 'foreign' };
  const none = isOld && !isMarked ? [...oldOutcomeColumns, 'notes'] : [];
  const others = new Set(['id', 'model', markColumn, ...none]);
  const targets = columns.filter((name) => !others.has(name)).map((header) => targetOf(header, names));
  const isSized = sizeColumns.every((name) => names.has(name));
  const outcomes = new Set([...unsizedOutcomes, ...(isSized ? sizeColumns : [])]);
  return { type: isMarked ? 'marked' : 'old', targets, outcomes };
}

function targetOf(header: string, names: ReadonlySet<string>): Target {
  const [, source, key] = /^(input|tags)\.(.*)$/s.exec(header) ?? [];
  if (source !== undefined && key !== undefined) return { header, source: source as Source, key };
  const isInput = names.has(`tags.${header}`);
  const isTag = names.has(`input.${header}`);
  return { header, source: isInput ? 'input' : isTag ? 'tags' : null, key: header };
}

function fromTable(row: Row, layout: Extract<Layout, { targets: unknown }>): readonly Row[] | 'left' {
  const textIn = (header: string): string => {
    const cell = row.cells.get(header);
    return cell === undefined ? '' : cell.kind === 'text' ? cell.text : JSON.stringify(cell.value);
  };
  const mark = markIn(textIn(markColumn));
  if (mark === null) return [withoutOutcomes(row, layout.outcomes)];
  if (mark.left === true) return 'left';
  const { fixed } = mark;
  const hidden = new Set(fixed?.headers ?? []);
  const steady = { input: new Set(mark.text), tags: new Set(mark.tag) };
  const isOutcome = (header: string, only: Source | null): boolean => {
    if (!layout.outcomes.has(header)) return false;
    // An older table may have all three as columns of its user, whom the mark knows then.
    const isTold = (source: Source): boolean =>
      steady[source].has(header) || Object.hasOwn(mark[source], header);
    return !(sizes.has(header) && only === null && (isTold('input') || isTold('tags')));
  };
  const cells = new Map<string, Cell>();
  const headers = new Map<string, string>();
  const tags: [string, string][] = [];
  for (const { header, source: only, key } of layout.targets) {
    if (hidden.has(header) || (mark.as !== 'input' && isOutcome(header, only))) continue;
    const text = textIn(header);
    const sources: readonly Source[] = only === null ? ['input', 'tags'] : [only];
    const source = sources.find((each) => steady[each].has(key) || Object.hasOwn(mark[each], key));
    const exact = source === undefined || steady[source].has(key) ? undefined : mark[source][key];
    const isKept = exact !== undefined && saysTheSame(text, exact);
    if (!isKept && text === '') continue;
    if (source === 'tags' || (source === undefined && only === 'tags')) {
      tags.push([key, isKept ? String(exact) : unguarded(text)]);
      continue;
    }
    headers.set(key, header);
    if (isKept) cells.set(key, { kind: 'typed', value: exact });
    else if (source === 'input' && steady.input.has(key)) cells.set(key, { kind: 'typed', value: text });
    else cells.set(key, { kind: 'text', text: unguarded(text) });
  }
  addFixed(cells, tags, fixed);
  const model = textIn('model') || (mark.model ?? null);
  const written = textIn('id');
  const id = mark.id !== undefined && saysTheSame(written, mark.id) ? mark.id : unguarded(written) || null;
  const made = { ...commonOf(mark), id, model, cells, axes: axesOf(mark, cells, model) };
  const placeOf: Row['placeOf'] = (name) => row.placeOf(headers.get(name) ?? name);
  return sentAgain(row, { ...made, tags: Object.fromEntries(tags) }, placeOf);
}

/** A row that was added to an export by hand. */
function withoutOutcomes(row: Row, outcomes: ReadonlySet<string>): Row {
  const { cells, ...rest } = row;
  return {
    ...rest,
    cells: new Map([...cells].filter(([name]) => !outcomes.has(name) && name !== markColumn)),
  };
}

/** Written by an older version, which did not say what a text is: it is read by its input's type. */
function fromOldTable(row: Row, { targets }: Extract<Layout, { targets: unknown }>): readonly Row[] {
  const textIn = (header: string): string | null => {
    const cell = row.cells.get(header);
    return cell?.kind === 'text' ? unguarded(cell.text) : null;
  };
  const cells = new Map<string, Cell>();
  const tags: [string, string][] = [];
  for (const { header, source, key } of targets) {
    const text = textIn(header);
    if (text === null) continue;
    if (source === 'tags') tags.push([key, text]);
    else cells.set(key, { kind: 'text', text });
  }
  return sentAgain(row, {
    ...{ id: textIn('id'), model: textIn('model'), cells, tags: Object.fromEntries(tags), axes: {} },
    ...{ names: undefined, job: null, rep: 1, parent: null, folder: null, also: [] },
  });
}
