import type { JsonValue } from '../../core/json.ts';
import type { AxisGroup, ModelAxis } from '../axes/model-axis.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { type Given, rawValue } from './body.ts';
import type { RowDraws } from './row-draws.ts';
import type { RowInputs } from './row-inputs.ts';
import type { RowReading } from './row-reading.ts';
import { withNewSeeds } from './sent-layer.ts';

/** What multiplies a row: the dimensions of its grid. */
export interface RowAxes {
  /** The axes that multiply it, except for seeds and repetitions. */
  readonly groups: readonly AxisGroup[];
  /** The group with the seeds, where they multiply it. */
  readonly seeds: AxisGroup | null;
  /** How often each cell is repeated in place of seeds, which the model does not have. */
  readonly seedReps: number;
  /** Axes that do not apply because the row has a value of its own. */
  readonly overridden: readonly ModelAxis[];
}

/** Of most rows: nothing multiplies them. */
const noAxes: RowAxes = { groups: [], seeds: null, seedReps: 1, overridden: [] };

export function rowAxes(
  { row, texts }: RowReading,
  given: ReadonlyMap<string, Given>,
  { wild, isOwn }: RowInputs,
  { drawnAxes }: RowDraws,
  model: PreparedModel,
): RowAxes {
  const { axes, groups } = model.axes;
  if (axes.length === 0 && wild.axes.length === 0) return noAxes;
  const sent = row?.sent ?? null;
  const overridden = new Set(axes.filter(({ role, name }) => role === 'input' && isOwn(name)));
  let seedReps = 1;
  for (const axis of axes) {
    const isDrawn = drawnAxes.has(axis);
    if (!isDrawn && (axis.role === 'input' || !axis.isSeed)) continue;
    if (sent === null && texts.textOf(axis.name) !== null) overridden.add(axis);
    else if (!isDrawn) seedReps = Math.max(1, axis.values.length);
  }

  const isActive = (axis: ModelAxis): boolean =>
    !overridden.has(axis) && (axis.role === 'input' || drawnAxes.has(axis));
  const applying = groups
    .map((group) => ({ ...group, axes: group.axes.filter(isActive) }))
    .filter((group) => group.axes.length > 0);
  const seedOf = (name: string): JsonValue | undefined => {
    const cell = given.get(name)?.cell;
    return cell && rawValue(cell);
  };
  const active = sent === null ? applying : withNewSeeds(applying, sent, seedOf);
  const seeds = active.find(hasSeed) ?? null;
  // Seeds that are linked with another axis are steps of that axis, not repetitions.
  const isLinked = groups.some((group) => hasSeed(group) && group.axes.some(isActive));
  return {
    groups: [
      ...active.filter((group) => group !== seeds),
      ...wild.axes.map((axis) => ({ axes: [axis], steps: axis.values.map((_, index) => index) })),
    ],
    seeds,
    seedReps: isLinked ? 1 : seedReps,
    overridden: [...overridden],
  };
}

function hasSeed({ axes }: AxisGroup): boolean {
  return axes.some(({ isSeed }) => isSeed);
}
