import type { RunWindow } from '../../core/money/estimate.ts';
import type { Machines } from '../../core/money/machine-time.ts';
import { capacityOf, withinCapacity } from '../../core/pacing/capacity.ts';
import type { Limits } from '../../engine/lanes.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import { machinesOfAll } from '../planning/kept-plan.ts';
import type { RunPolicy } from '../policies.ts';

/** How many jobs of a run with this policy are in flight at once, and submitted in a minute. */
export function windowOf({ limits }: Pick<RunPolicy, 'limits'>): RunWindow {
  const { concurrency, maxSubmissionsPerMinute: perMinute } = limits;
  return { atOnce: concurrency.max, perMinute, ...(concurrency.adapts ? {} : { isAsked: true }) };
}

/** The same for jobs of these models: no more at once than they take, on their machines, once those have started. */
export function windowWithin(window: RunWindow, models: readonly Machines[]): RunWindow {
  const capacity = capacityOf(models);
  const atOnce = withinCapacity({ max: window.atOnce, adapts: false }, capacity).max;
  const startMs = Math.max(0, ...models.map(({ coldStartMs = 0 }) => coldStartMs));
  return {
    ...window,
    atOnce,
    ...(capacity.machines === null ? {} : { working: capacity.machines }),
    ...(startMs === 0 ? {} : { startMs }),
  };
}

/** The limits of a run of this plan: no more at once than its models take. */
export function limitsWithin(limits: Limits, record: PlanRecord | null): Limits {
  const capacity = capacityOf(machinesOfAll(record));
  return {
    ...limits,
    concurrency: withinCapacity(limits.concurrency, capacity),
    capacity: capacity.requests,
  };
}
