import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Problem } from '../../core/complaints.ts';
import { estimateOf, type JobGroup, type RunWindow } from '../../core/money/estimate.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import { idleUsd as idleUsdOf, type Machines, machinesFor } from '../../core/money/machine-time.ts';
import { capacityOf } from '../../core/pacing/capacity.ts';
import { bytesText } from '../../report/plan/estimate-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import type { ModelShare } from '../../report/plan/price-text.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { realClock } from '../real-clock.ts';
import { windowWithin } from './run-window.ts';

interface EstimateTerms {
  readonly window: RunWindow;
  /** What is known of the machines of each model. */
  readonly machines: ReadonlyMap<string, Machines>;
  /** There is a token, without which no catalogue tells a price. */
  readonly hasToken: boolean;
}

/** The same plan with what its submissions will likely cost, how long they will take, and what they leave on the disk. */
export function estimated(
  view: PlanView,
  groups: readonly JobGroup[],
  estimator: Estimator,
  { window, machines, hasToken }: EstimateTerms,
): PlanView {
  const sent = view.models.filter(({ toSubmit }) => toSubmit > 0);
  const theirs = sent.map(({ model }) => machines.get(model) ?? {});
  const within = windowWithin(
    window,
    sent.map(({ model }) => startedAlready(machines.get(model) ?? {}, estimator.lastAt(model))),
  );
  const idleUsd = idleIn(sent, machines, within);
  const estimate = { ...estimateOf(groups, estimator, within), ...(idleUsd > 0 ? { idleUsd } : {}) };
  const capacity = capacityIn(theirs, window, within);
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
    ...(capacity === null ? {} : { capacity }),
    estimate: { ...estimate, freeBytes, pricesLookedUp: hasToken || view.rehearsed === true },
    warnings: [...view.warnings, ...diskWarnings(view.dir, estimate.bytes, freeBytes)],
  };
}

/** A machine is warm yet if its latest job has ended just now: it has not to be started. */
function startedAlready(machines: Machines, lastAt: number | null): Machines {
  const { coldStartMs, keepWarmMs = 0, ...rest } = machines;
  const isWarm = lastAt !== null && realClock.now() - lastAt < keepWarmMs;
  return isWarm || coldStartMs === undefined ? rest : { ...rest, coldStartMs };
}

/** What machines may cost that start once and idle once, in dollars, for as many as have something to do. */
function idleIn(
  sent: readonly ModelShare[],
  machines: ReadonlyMap<string, Machines>,
  { atOnce }: RunWindow,
): number {
  return sent.reduce((sum, { model, price, toSubmit }) => {
    if (price?.unit !== 'machine_second') return sum;
    const terms = { ...machines.get(model), usdPerSecond: price.usd, usualMs: null };
    return sum + machinesFor(terms, Math.min(atOnce, toSubmit)) * idleUsdOf(terms);
  }, 0);
}

/** null: the models do not say what they take, or the user wants less. */
function capacityIn(models: readonly Machines[], { atOnce: wanted, isAsked }: RunWindow, within: RunWindow) {
  const { requests, machines } = capacityOf(models);
  if (requests === null || within.atOnce < requests) return null;
  const asked = isAsked === true && wanted > requests ? wanted : null;
  return { atOnce: within.atOnce, requests, machines, asked };
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
