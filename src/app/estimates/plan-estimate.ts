import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Problem } from '../../core/complaints.ts';
import { estimateOf, type JobGroup, type RunWindow } from '../../core/money/estimate.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import { bytesText } from '../../report/plan/estimate-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { plainText } from '../../report/terminal/terminal.ts';

interface EstimateTerms {
  readonly window: RunWindow;
  /** There is a token, without which no catalogue tells a price. */
  readonly hasToken: boolean;
}

/** The same plan with what its submissions will likely cost, how long they will take, and what they leave on the disk. */
export function estimated(
  view: PlanView,
  groups: readonly JobGroup[],
  estimator: Estimator,
  { window, hasToken }: EstimateTerms,
): PlanView {
  const estimate = estimateOf(groups, estimator, window);
  const freeBytes = estimate.bytes === null ? null : freeBytesOf(view.dir);
  const models = view.models.map((share) => ({
    ...share,
    estimate: estimateOf(
      groups.filter(({ model }) => model === share.model),
      estimator,
    ),
  }));
  return {
    ...view,
    models,
    estimate: { ...estimate, freeBytes, pricesLookedUp: hasToken || view.rehearsed === true },
    warnings: [...view.warnings, ...diskWarnings(view.dir, estimate.bytes, freeBytes)],
  };
}

/** What is free for this user where the folder is or will be; null: the system does not say. */
function freeBytesOf(dir: string): number | null {
  for (let path = resolve(dir); ; path = dirname(path)) {
    try {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isAbsent || dirname(path) === path) return null;
    }
  }
}

function diskWarnings(dir: string, bytes: number | null, freeBytes: number | null): readonly Problem[] {
  if (bytes === null || freeBytes === null || bytes <= freeBytes) return [];
  const message = `the files will take about ${bytesText(bytes)}, but the disk of ${plainText(dir)} has ${bytesText(freeBytes)} left`;
  return [{ severity: 'warning', place: null, kind: 'disk_space', message }];
}
