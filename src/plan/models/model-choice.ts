import type { Place, Problem } from '../../core/complaints.ts';
import type { AxisSource } from '../../core/sweep.ts';
import { planError } from '../axes/arrangement.ts';
import { axisValues } from '../axes/axis-values.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import { axisWarnings } from '../notes/plan-warnings.ts';
import type { RowReading } from '../rows/row-reading.ts';
import { showName, showValue } from './sentences.ts';

/** A model that a row is planned for, and where it is named. */
export interface ModelChoice {
  readonly id: string;
  readonly place: Place | null;
  /** A row names it. */
  readonly isOfRow?: true;
}

export interface ModelChoices {
  /** Those of an axis `model`; one where nothing is compared. */
  readonly ids: readonly string[];
  readonly problems: readonly Problem[];
  /** By which rule the row's own model was passed over, or the axis by the row's. */
  choose(reading: RowReading): {
    readonly models: readonly ModelChoice[];
    readonly overridden: 'row' | 'axis' | null;
  };
}

/** Flag before row before axis before default. */
export function modelChoices(
  request: { readonly defaultModel: string; readonly modelIsForced: boolean },
  axis: AxisSource | null,
  files: FileFinder,
  rules: CellRules,
): ModelChoices {
  const problems: Problem[] = [];
  let usual: readonly ModelChoice[] = [{ id: request.defaultModel, place: null }];
  if (axis !== null && request.modelIsForced) {
    const both = `--model ${showName(request.defaultModel)} and ${showName(axis.source)} both name the model`;
    problems.push(
      axis.place === null
        ? planError('twice', null, both)
        : {
            severity: 'warning',
            place: axis.place,
            kind: 'overridden',
            message: `${both}; the first applies`,
          },
    );
  } else if (axis !== null) {
    const read = axisValues(axis, null, { finder: files, rules });
    problems.push(...read.problems, ...axisWarnings(axis, read));
    const odd = read.values.find((value) => typeof value !== 'string');
    if (odd !== undefined)
      problems.push(planError('unknown_model', axis.place, `unknown model ${showValue(odd)}`));
    usual = read.values.flatMap((id) => (typeof id === 'string' ? [{ id, place: axis.place }] : []));
  }
  return {
    ids: usual.map(({ id }) => id),
    problems,
    choose({ row, model }) {
      // A job that is varied makes no claim.
      const gives = row?.sent !== undefined && (axis !== null || request.modelIsForced);
      if (model === null || gives) return { models: usual, overridden: null };
      if (request.modelIsForced) {
        return { models: usual, overridden: model.id === request.defaultModel ? null : 'row' };
      }
      const place = row?.placeOf(model.column) ?? null;
      return { models: [{ id: model.id, place, isOfRow: true }], overridden: axis === null ? null : 'axis' };
    },
  };
}
