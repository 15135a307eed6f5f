import type { RunWindow } from '../../core/money/estimate.ts';
import type { RunPolicy } from '../policies.ts';

/** How many jobs of a run with this policy are in flight at once, and submitted in a minute. */
export function windowOf({ limits }: Pick<RunPolicy, 'limits'>): RunWindow {
  return { atOnce: limits.concurrency.max, perMinute: limits.maxSubmissionsPerMinute };
}
