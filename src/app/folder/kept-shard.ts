import { UserError } from '../../core/complaints.ts';
import { type Shard, shardFrom, shardText, shardWord } from '../../core/job/shard.ts';
import type { JsonObject } from '../../core/json.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import type { PlanRecord, Stage } from '../../store/stage/stage.ts';

/** The shard that a plan is; null: it is all of it. */
export function shardIn({ settings }: PlanRecord): Shard | null {
  return typeof settings.shard === 'string' ? shardFrom(settings.shard, 'shard') : null;
}

/** How many jobs the plan has in all of its shards; null: not known. */
export function wholeJobsIn({ settings }: PlanRecord): number | null {
  return typeof settings.whole_jobs === 'number' ? settings.whole_jobs : null;
}

/** What is kept of a plan beside its own shard. */
export function wholeJobsAsJson(shard: Shard | null, stage: Stage): JsonObject {
  return shard === null ? {} : { whole_jobs: stage.wholeCount() };
}

/**
 * A folder keeps to its shard: another one in the same place would take its jobs out of the plan, and all of the plan
 * would be submitted by whoever forgets `--shard` in one of five machines. Throws `UserError` (`usage`).
 */
export function refuseOtherShard(dir: string, asked: Shard | null): void {
  const record = withReaderIfAny(dir, (reader) => reader.planRecord());
  if (record === null) return;
  const kept = shardIn(record);
  if (kept?.number === asked?.number && kept?.of === asked?.of) return;
  const is = kept === null ? 'all of its plan, no shard' : `${shardText(kept)} of its plan`;
  const wanted = asked === null ? 'without --shard all of the plan is' : `--shard ${shardWord(asked)} is`;
  throw new UserError('usage', `${dir} has ${is}, and ${wanted} asked for.`, hintFor(dir, kept, asked));
}

function hintFor(dir: string, kept: Shard | null, asked: Shard | null): string {
  const elsewhere = 'choose another folder with --out';
  if (kept === null)
    return `Leave out --shard, or ${elsewhere}; --reuse ${dir} takes from this one what is done.`;
  const again = `Give --shard ${shardWord(kept)} to continue`;
  if (asked === null) return `${again}, or put the shards into one folder first: rcb merge DIR… -o FOLDER.`;
  return `${again}, or ${elsewhere}.`;
}
