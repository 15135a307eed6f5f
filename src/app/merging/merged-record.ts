import { type Shard, shardWord } from '../../core/job/shard.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import { shardIn } from '../folder/kept-shard.ts';
import { machinesIn, pricesOf, withPrices } from '../planning/kept-plan.ts';

// What differs between the shards of one plan, or from one day to the next.
const volatile: ReadonlySet<string> = new Set([
  ...['shard', 'whole_jobs', 'merged_shards', 'prices', 'machines', 'rows_read'],
]);

/** Whether both are plans of one input, so that a job has the same number in both. */
export function areAlike(a: PlanRecord, b: PlanRecord): boolean {
  const lasting = ({ settings }: PlanRecord): string =>
    canonicalJson(Object.fromEntries(Object.entries(settings).filter(([name]) => !volatile.has(name))));
  return lasting(a) === lasting(b);
}

/** The plan of a folder that gets the jobs of others, with what they know of prices. The next run makes a new plan. */
export function mergedRecord(base: PlanRecord, others: readonly PlanRecord[]): PlanRecord {
  const { shard: _shard, whole_jobs: _whole, merged_shards: _merged, ...settings } = base.settings;
  const shards = shardsOf([base, ...others.filter((each) => areAlike(base, each))]);
  const merged: PlanRecord = {
    ...base,
    fingerprint: '',
    settings: { ...settings, ...(shards.length === 0 ? {} : { merged_shards: shards }) },
  };
  return others.reduce((record, each) => withPrices(record, pricesOf(each), machinesIn(each)), merged);
}

/** The shards of its plan that a folder lacks; nothing where it has never had any, or all. */
export function lackingShards({ settings }: PlanRecord): readonly Shard[] {
  const words = wordsIn(settings.merged_shards);
  const has = new Set(words);
  const of = Number(words[0]?.split('/')[1] ?? 0);
  const isOnePlan = words.every((word) => word.endsWith(`/${of}`));
  if (!isOnePlan) return [];
  const all = Array.from({ length: of }, (_, n): Shard => ({ number: n + 1, of }));
  return all.filter((shard) => !has.has(shardWord(shard)));
}

/** As they are kept: `1/5`, `2/5`. Nothing where one of them is all of the plan. */
function shardsOf(records: readonly PlanRecord[]): readonly string[] {
  const found = records.map((record) => {
    const shard = shardIn(record);
    return shard === null ? wordsIn(record.settings.merged_shards) : [shardWord(shard)];
  });
  return found.some((words) => words.length === 0) ? [] : [...new Set(found.flat())];
}

function wordsIn(kept: JsonValue | undefined): readonly string[] {
  return Array.isArray(kept) ? kept.map(String) : [];
}
