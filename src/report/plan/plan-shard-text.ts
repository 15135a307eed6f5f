import { countOf, showCount } from '../../core/counts.ts';
import { type Shard, shardText } from '../../core/job/shard.ts';
import { showUsd } from '../../core/money/prices.ts';
import type { PlanCap } from './money-text.ts';
import { type PlanSelectionView, selectionText } from './plan-axes-text.ts';

/** The part of a plan that a folder has. */
export interface PlanShardView extends Shard {
  readonly jobs: number;
  /** Jobs of the plan, in all of its shards. */
  readonly wholeJobs: number;
}

/** `shard 2 of 5: 1,992 of 10,000 jobs` */
export function shardHeadline(shard: PlanShardView, selection: PlanSelectionView | null): string {
  const chosen =
    selection === null ? '' : ` (${selectionText(selection)} of ${countOf(selection.of, 'job')})`;
  return `${shardText(shard)}: ${showCount(shard.jobs)} of ${countOf(shard.wholeJobs, 'job')}${chosen}`;
}

/** Why there is nothing at all in a shard. */
export function shardRest(shard: PlanShardView): string {
  return `${shardText(shard)} has none of the plan's ${countOf(shard.wholeJobs, 'job')}`;
}

/** What a cap that is the shard's own means for the plan. */
export function shardCapLines(
  shard: PlanShardView | undefined,
  cap: PlanCap | null = null,
): readonly string[] {
  if (shard === undefined || cap === null) return [];
  const all = `${shard.of} shards may cost ${showUsd(cap.usd * shard.of)}`;
  return [`  At most ${showUsd(cap.usd)} for this shard alone: ${all} together`];
}

export function shardJson({ number, of, jobs, wholeJobs }: PlanShardView) {
  return { number, of, jobs, whole_jobs: wholeJobs };
}
