import { isDraw } from '../axes/drawn-seeds.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import type { ModelInputs } from '../models/schema.ts';
import type { Layer } from '../rows/body.ts';
import { keyOf } from '../rows/columns.ts';
import type { RowGrid } from '../rows/row-grid.ts';
import { tagText } from '../rows/row-reading.ts';
import type { ChosenValues } from './chosen-values.ts';
import { isTemplate } from './templates.ts';

/** What templates and exclusions find in one cell of a grid, by the name of a column, an axis or a default. */
export interface CellTexts {
  textOf(name: string): string | null;
  /** A seed of this name is drawn for the whole body, so no text can hold it. */
  isRandom(name: string): boolean;
  names(): readonly string[];
}

/** `isGiven` says whether the row or an axis says anything about an input. */
export function cellTexts(
  grid: RowGrid,
  { inputs, defaults }: PreparedModel,
  axes: ChosenValues,
  isGiven: (name: string) => boolean,
): CellTexts {
  const { row, texts } = grid.reading;
  function isRandom(name: string): boolean {
    const lower = keyOf(name, inputs).toLowerCase();
    const ofDefaults = drawnIn(defaults.fixed).filter((each) => !isGiven(each));
    return [...axes.drawn, ...drawnIn(grid.own), ...ofDefaults].some((each) => each.toLowerCase() === lower);
  }
  function textOf(name: string): string | null {
    if (isRandom(name)) return null;
    const lower = name.toLowerCase();
    const key = keyOf(name, inputs).toLowerCase();
    const axisText = axes.texts.get(lower) ?? axes.texts.get(key) ?? null;
    // An axis that varies an earlier job replaces what the job sent, unless the axis is to draw on that itself.
    const isReplaced = row?.sent !== undefined && axisText !== null && !isTemplate(axisText);
    const own = isReplaced
      ? null
      : (grid.columnTexts.get(lower) ?? texts.textOf(name) ?? givenText(name, grid, inputs));
    const text = own ?? axisText ?? defaults.texts.get(lower) ?? defaults.texts.get(key) ?? null;
    if (text !== null) return text;
    if (texts.isEmpty(name)) return '';
    return lower === 'model' ? inputs.model : null;
  }
  return {
    textOf,
    isRandom,
    names: () => [...texts.names(), ...axes.texts.keys(), ...defaults.texts.keys()],
  };
}

/** The text of the column that is for the input of this name, whatever the column is called. */
function givenText(name: string, { columns }: RowGrid, inputs: ModelInputs): string | null {
  const cell = inputs.addresses === null ? undefined : columns.given.get(keyOf(name, inputs))?.cell;
  return cell === undefined ? null : tagText(cell);
}

function drawnIn({ values }: Pick<Layer, 'values'>): readonly string[] {
  return [...values].flatMap(([name, value]) => (isDraw(value) ? [name] : []));
}
