import type { Place } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Cell } from '../../core/row.ts';
import type { AxisGroup, ModelAxis } from '../axes/model-axis.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { ModelDefaults } from '../models/model-defaults.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { type RowWildcards, rowWildcards } from '../wildcards/row-wildcards.ts';
import { type Given, type Layer, layerOf, rawValue } from './body.ts';
import type { ColumnReading } from './column-reading.ts';
import { drawnColumns } from './drawn-columns.ts';
import { type RowColumns, rowColumns } from './row-columns.ts';
import type { RowReading } from './row-reading.ts';
import { sentLayer, withNewSeeds } from './sent-layer.ts';
import { isTemplate, templateNames } from './templates.ts';

/** A row as one model has it, before any axis has chosen a value. */
export interface RowParts {
  readonly reading: RowReading;
  readonly columns: ColumnReading;
  readonly texts: RowColumns;
  /** What the row says that is the same in every cell of its grid. */
  readonly own: Layer;
  /** What it says by templates. */
  readonly late: ReadonlyMap<string, Given>;
  /** The wildcards of its texts, as axes. */
  readonly wild: RowWildcards;
  /** Defaults with wildcards that it leaves open. */
  readonly wildDefaults: ReadonlyMap<string, Given>;
  /** The columns that its templates draw on, those of axes and defaults too: in lower case. */
  readonly draws: ReadonlySet<string>;
  /** What stands in the place of those among them that hold wildcards. */
  readonly columnTexts: ReadonlyMap<string, string>;
  /** The axes that multiply it, but for seeds and repetitions. */
  readonly groups: readonly AxisGroup[];
  /** The group with the seeds, where they multiply it. */
  readonly seeds: AxisGroup | null;
  /** How often each cell is repeated in place of seeds, which the model does not have. */
  readonly seedReps: number;
  /** Axes that do not hold since the row has a value of its own. */
  readonly overridden: readonly ModelAxis[];
  /** Axes that are no input, and that its templates draw on. */
  readonly drawn: ReadonlySet<ModelAxis>;
  /** Defaults that are no input, and that its templates draw on: by name, as tags. */
  readonly drawnDefaults: Readonly<Record<string, string>>;
}

export function rowParts(reading: RowReading, model: PreparedModel, finder: FileFinder): RowParts {
  const { inputs, defaults, rules } = model;
  const { axes, groups } = model.axes;
  const sent = reading.row?.sent ?? null;
  const columns = model.read(reading);
  const gives = (name: string): boolean => sent !== null && axes.some((axis) => axis.name === name);
  const given = sent === null ? [...columns.given] : [...columns.given].filter(([name]) => !gives(name));
  const isLate = ({ cell }: { readonly cell: Cell }): boolean =>
    sent === null && !rules.literal && isTemplate(rawValue(cell));
  const wild = rowWildcards(reading, given, model);
  const chosen = wild.given;
  const late = new Map(chosen.filter(([, each]) => isLate(each)));
  const isWhole = late.size === 0 && chosen === given && given.length === columns.given.size;
  const fixed = isWhole ? columns.given : new Map(chosen.filter(([, each]) => !isLate(each)));
  const own = sent === null ? layerOf(inputs, fixed, finder, rules) : sentLayer(inputs, fixed, sent, finder);
  const texts = rowColumns(reading);
  const isOwn = (name: string): boolean => own.values.has(name) || own.broken.has(name) || late.has(name);

  const overridden = new Set(axes.filter(({ role, name }) => role === 'input' && isOwn(name)));
  const isOpen = (name: string): boolean =>
    !isOwn(name) && !axes.some((axis) => axis.role === 'input' && axis.name === name);
  const wildDefaults = wild.ofDefaults(isOpen);
  const first: string[] = [];
  for (const each of [late, wildDefaults, defaults.late]) {
    for (const [name, { cell }] of each) {
      if (each !== defaults.late || isOpen(name)) first.push(...templateNames(rawValue(cell)));
    }
  }
  for (const axis of axes) if (axis.role === 'input' && !overridden.has(axis)) first.push(...axis.draws);
  const draws =
    first.length === 0
      ? undrawn
      : drawnColumns(first, sent === null ? textSource(texts, [...axes, ...wild.axes], defaults) : null);
  for (const name of draws) model.unsent.use(name);
  const columnTexts = wild.ofColumns(draws, texts);
  const drawn = new Set<ModelAxis>(
    axes.filter(({ role, name }) => role === 'column' && draws.has(name.toLowerCase())),
  );
  let seedReps = 1;
  for (const axis of axes) {
    const counts = drawn.has(axis) || (axis.role === 'column' && axis.isSeed);
    if (counts && sent === null && texts.textOf(axis.name) !== null) overridden.add(axis);
    else if (counts && !drawn.has(axis)) seedReps = Math.max(1, axis.values.length);
  }
  const isActive = (axis: ModelAxis): boolean =>
    !overridden.has(axis) && (axis.role === 'input' || drawn.has(axis));
  const holding = groups
    .map((group) => ({ ...group, axes: group.axes.filter(isActive) }))
    .filter((group) => group.axes.length > 0);
  const seedOf = (name: string): JsonValue | undefined => {
    const cell = columns.given.get(name)?.cell;
    return cell && rawValue(cell);
  };
  const active = sent === null ? holding : withNewSeeds(holding, sent, seedOf);
  const seeds = active.find((group) => group.axes.some(({ isSeed }) => isSeed)) ?? null;
  const inStep = groups.some((group) => group.axes.some(({ isSeed }) => isSeed) && group.axes.some(isActive));
  return {
    reading,
    columns,
    texts,
    own,
    late,
    wildDefaults,
    draws,
    columnTexts,
    groups: [
      ...active.filter((group) => group !== seeds),
      ...wild.axes.map((axis) => ({ axes: [axis], steps: axis.values.map((_, index) => index) })),
    ],
    wild,
    seeds,
    seedReps: inStep ? 1 : seedReps,
    overridden: [...overridden],
    drawn: wild.axes.length === 0 ? drawn : new Set([...drawn, ...wild.axes]),
    drawnDefaults: Object.fromEntries(
      defaults.columns.flatMap(({ name }) => {
        const text = defaults.texts.get(name.toLowerCase());
        const isDrawn = draws.has(name.toLowerCase()) && texts.textOf(name) === null;
        return isDrawn && text !== undefined ? [[name, text]] : [];
      }),
    ),
  };
}

/** What a column may hold, as a template finds it: in the row, on an axis, or among the defaults. */
function textSource(texts: RowColumns, axes: readonly ModelAxis[], defaults: ModelDefaults) {
  return (name: string): readonly JsonValue[] => {
    const text = texts.textOf(name);
    if (text !== null) return [text];
    const ofAxes = axes.filter((axis) => axis.name.toLowerCase() === name).flatMap(({ values }) => values);
    return [...ofAxes, defaults.texts.get(name) ?? null];
  };
}

const undrawn: ReadonlySet<string> = new Set();

/** Where a row stands as a whole, or the cell of one of its columns. */
export function placeInRow({ reading }: Pick<RowParts, 'reading'>, name: string | null): Place | null {
  return reading.row?.placeOf(name ?? '') ?? null;
}
