import type { RunWindow } from '../../core/money/estimate.ts';
import { capacityOf, withinCapacity } from '../../core/pacing/capacity.ts';
import type { Limits } from '../../engine/lanes.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import { machinesOfAll } from '../planning/kept-plan.ts';
import type { RunPolicy } from '../policies.ts';

/** How many jobs of a run with this policy are in flight at once, and submitted in a minute. */
export function windowOf({ limits }: Pick<RunPolicy, 'limits'>): RunWindow {
  return { atOnce: limits.concurrency.max, perMinute: limits.maxSubmissionsPerMinute };
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
