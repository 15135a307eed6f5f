import type { JsonValue } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { isDraw } from './drawn-seeds.ts';

export interface PlannedAxis {
  readonly name: string;
  readonly values: readonly JsonValue[];
  readonly linkedWith: readonly string[];
  /** Each row has the same number of values, but different ones. */
  readonly differs?: true;
}

/** The axes of a model that have several values, and repetitions as `rep`. `row` is the first one that has the model. */
export function plannedAxes(
  { axes: { axes, groups } }: PreparedModel,
  repeat: number,
  row: Row | null,
): PlannedAxis[] {
  const several = axes
    .filter(({ values }) => values.length > 1)
    .map((axis) => {
      const group = groups.find((each) => each.axes.includes(axis))?.axes ?? [];
      const linkedWith = group.filter((each) => each !== axis).map(({ label }) => label);
      const differs = axis.isDerived && row?.sent !== undefined ? { differs: true as const } : {};
      return { name: axis.label, values: axis.values.map(shownValue), linkedWith, ...differs };
    });
  const reps = Array.from({ length: repeat }, (_, index) => index + 1);
  return repeat > 1 ? [...several, { name: 'rep', values: reps, linkedWith: [] }] : several;
}

/** A seed that is drawn for each job has no value that holds for all. */
function shownValue(value: JsonValue): JsonValue {
  return isDraw(value) ? 'random' : value;
}
