import type { Problem } from '../../core/complaints.ts';
import type { Row } from '../../core/row.ts';
import type { ModelInputs } from '../models/schema.ts';
import { inputNamed, maxColumns, type Renaming } from '../rows/columns.ts';
import type { RowGrid } from '../rows/row-grid.ts';
import { type ContentCounts, contentCounts } from './column-contents.ts';
import { headerProblem } from './header-problem.ts';

/** What a row lacks, as its check says. */
type Fault = Problem & { readonly input: string | null };

/**
 * Tells a file that has no column for a needed input from rows that leave it out: the former is one error and not one
 * for each row. The files of a plan come one after the other.
 */
export interface MissingColumns {
  /** Ends the file before, if this is another one. */
  turnTo(file: string): readonly Problem[];
  /** Learns from a row what its file has; what was held back until then. */
  see(inputs: ModelInputs, given: ReadonlyMap<string, unknown>): readonly Problem[];
  /** Whether the fault is held back until the end of the file; and what no longer is. */
  weigh(
    grid: RowGrid,
    inputs: ModelInputs,
    fault: Fault,
  ): { readonly isHeld: boolean; readonly released: readonly Problem[] };
  end(): readonly Problem[];
  /** A file without a needed column was reported. */
  hasTold(): boolean;
}

/** One needed input of a model in one file. */
interface Lack {
  /** Some row has the column. */
  isThere: boolean;
  /** Faults of single rows, as long as nobody knows. */
  readonly held: Problem[];
  readonly rows: { first: Row | null; last: Row | null; count: number };
  readonly contents: ContentCounts;
}

const maxHeld = 1_000;
const none: readonly Problem[] = [];

export function missingColumns(renaming: Renaming): MissingColumns {
  let file: string | null = null;
  let lacks = new Map<ModelInputs, Map<string, Lack>>();
  const required = new Map<ModelInputs, readonly string[]>();
  let hasTold = false;

  function lackOf(inputs: ModelInputs, input: string): Lack {
    let ofModel = lacks.get(inputs);
    if (ofModel === undefined) {
      ofModel = new Map();
      lacks.set(inputs, ofModel);
    }
    const known = ofModel.get(input);
    if (known !== undefined) return known;
    const rows = { first: null, last: null, count: 0 };
    const fresh: Lack = { isThere: false, held: [], rows, contents: contentCounts(maxColumns) };
    ofModel.set(input, fresh);
    return fresh;
  }

  function requiredOf(inputs: ModelInputs): readonly string[] {
    const known = required.get(inputs);
    if (known !== undefined) return known;
    const names = [...(inputs.fields?.values() ?? [])]
      .filter((field) => field.required)
      .map(({ name }) => name);
    required.set(inputs, names);
    return names;
  }

  function hasColumn({ reading }: RowGrid, inputs: ModelInputs, input: string): boolean {
    const { row, texts } = reading;
    const means = (column: string): boolean => inputNamed(inputs, renaming.peek(column)) === input;
    if (row?.columns !== undefined) return row.columns.some(means);
    if (texts.isEmpty(input) || [...(row?.cells.keys() ?? [])].some(means)) return true;
    return renaming.sources().some((column) => means(column) && row?.placeOf(column).column !== null);
  }

  function* ended(): Iterable<Problem> {
    for (const [inputs, ofModel] of lacks) {
      for (const [input, { isThere, rows, contents }] of ofModel) {
        if (isThere || rows.first === null) continue;
        hasTold = true;
        yield headerProblem(rows.first, { inputs, input, contents, renaming });
      }
    }
    lacks = new Map();
  }

  return {
    turnTo(next) {
      if (next === file) return none;
      const before = [...ended()];
      file = next;
      return before;
    },
    see(inputs, given) {
      let found: readonly Problem[] = none;
      for (const input of requiredOf(inputs)) {
        if (!given.has(input)) continue;
        const lack = lackOf(inputs, input);
        if (!lack.isThere) found = [...found, ...release(lack)];
        lack.isThere = true;
      }
      return found;
    },
    weigh(grid, inputs, { input, ...fault }) {
      const { row } = grid.reading;
      const isWhole = fault.kind === 'required' && input !== null;
      if (!isWhole || row === null || row.sent !== undefined) return { isHeld: false, released: [] };
      const lack = lackOf(inputs, input);
      if (lack.rows.last === row) return { isHeld: !lack.isThere, released: [] };
      if (!lack.isThere && hasColumn(grid, inputs, input)) {
        const released = release(lack);
        lack.isThere = true;
        return { isHeld: false, released };
      }
      if (lack.isThere) return { isHeld: false, released: [] };
      lack.rows.first ??= row;
      lack.rows.last = row;
      lack.rows.count += 1;
      if (lack.held.length < maxHeld) lack.held.push(fault);
      lack.contents.see(row);
      return { isHeld: true, released: [] };
    },
    end: () => [...ended()],
    hasTold: () => hasTold,
  };
}

/** The faults of single rows, which are held back no longer. */
function release({ held, rows }: Lack): readonly Problem[] {
  const more = rows.count - held.length;
  const last = held.at(-1);
  const released = held.splice(0);
  if (more <= 0 || last === undefined) return released;
  const message = `${last.message}; ${more} more rows up to here lack it too`;
  return [...released, { ...last, place: rows.last?.placeOf('') ?? null, message }];
}
