import { type Problem, UserError } from '../../core/complaints.ts';
import type { MediaFile } from '../../core/media.ts';
import type { AxisSource, DefaultValue } from '../../core/sweep.ts';
import type { ModelAxis } from '../axes/model-axis.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { unknownInput } from '../rows/unknown-input.ts';
import {
  absentDefaultWarning,
  forcedModelWarning,
  overrideWarning,
  unfairWarning,
  unknownDefault,
} from './plan-warnings.ts';

/** What a plan keeps count of while its rows go by, to say each thing once. */
export interface PlanNotes {
  /** Whether it was not said before, at whatever place. */
  isNews(problem: Problem): boolean;
  isNewFile(file: MediaFile): boolean;
  /** Throws `UserError` (`usage`) where the plan would have more jobs than it may. */
  expect(jobs: number): void;
  override(source: AxisSource | 'model', seen: Set<AxisSource | 'model'>): void;
  draw(model: string, name: string): void;
  compareUnfairly(axes: readonly string[]): void;
  /** Cells were passed over, since nothing more is to be learnt from them or wanted of them. */
  leaveUnseen(): void;
  sawAll(): boolean;
  /** What is said when all rows have been seen. */
  atEnd(rowCount: number, models: readonly PreparedModel[]): readonly Problem[];
}

const maxSaid = 10_000;

export function planNotes(request: {
  readonly defaultModel: string;
  readonly defaults: readonly DefaultValue[];
  readonly maxJobs: number;
  readonly limit: number | null;
}): PlanNotes {
  const said = new Set<string>();
  const files = new Set<string>();
  const overridden = new Map<AxisSource | 'model', number>();
  const drawn = new Set<string>();
  const unfair = { jobs: 0, axes: new Set<string>() };
  let expected = 0;
  let unseen = false;

  const isDrawn = (model: string, name: string): boolean => drawn.has(drawing(model, name));
  const isIdle = ({ inputs }: PreparedModel, axis: ModelAxis): boolean =>
    axis.role === 'column' && !axis.isSeed && !axis.isWildcard && !isDrawn(inputs.model, axis.name);

  function ofDefaults(models: readonly PreparedModel[]): readonly Problem[] {
    return request.defaults.flatMap((each) => {
      const lacking = models.filter(
        ({ inputs, defaults }) => defaults.columns.includes(each) && !isDrawn(inputs.model, each.name),
      );
      if (lacking.length < models.length)
        return lacking.map(({ inputs }) => absentDefaultWarning(each.name, each.place, inputs.model));
      return lacking.slice(0, 1).map(({ inputs }) => unknownDefault(each.name, each.place, inputs));
    });
  }

  return {
    isNews({ message }) {
      if (said.has(message)) return false;
      if (said.size < maxSaid) said.add(message);
      return true;
    },
    isNewFile({ marker }) {
      const isNew = !files.has(marker);
      files.add(marker);
      return isNew;
    },
    expect(jobs) {
      expected += jobs;
      const { limit, maxJobs } = request;
      if (Math.min(expected, limit ?? Number.POSITIVE_INFINITY) <= maxJobs) return;
      const [made, max] = [expected, maxJobs].map((count) => count.toLocaleString('en-US'));
      throw new UserError(
        'usage',
        `This plan has ${made} jobs or more; without --yes it may have at most ${max}.`,
        'Add --limit N for the first N of them, or --yes for all.',
      );
    },
    override(source, seen) {
      if (!seen.has(source)) overridden.set(source, (overridden.get(source) ?? 0) + 1);
      seen.add(source);
    },
    draw: (model, name) => void drawn.add(drawing(model, name)),
    compareUnfairly(axes) {
      unfair.jobs += 1;
      for (const axis of axes) unfair.axes.add(axis);
    },
    leaveUnseen() {
      unseen = true;
    },
    sawAll: () => !unseen,
    atEnd(rowCount, models) {
      const idle = models.flatMap((model) =>
        model.axes.axes
          .filter((axis) => isIdle(model, axis))
          .map(({ source }) => unknownInput(source, model.inputs)),
      );
      const overrides = [...overridden].map(([source, count]) =>
        source === 'model'
          ? forcedModelWarning(request.defaultModel, count)
          : overrideWarning(source, count, rowCount),
      );
      const jobs = Math.min(unfair.jobs, request.limit ?? unfair.jobs);
      const unfairness = jobs === 0 ? [] : [unfairWarning(unfair.axes, jobs)];
      return [...idle, ...ofDefaults(models), ...overrides, ...unfairness];
    },
  };
}

function drawing(model: string, name: string): string {
  return `${model} ${name.toLowerCase()}`;
}
