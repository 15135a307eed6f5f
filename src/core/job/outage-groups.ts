import type { Instant } from './job.ts';

/** Things that happened close together, in the order of their time. */
export interface OutageGroup<T> {
  /** The times of the first and the last of them; null: unknown. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly items: readonly T[];
}

// During an outage submissions are tried at growing intervals, so what it leaves may be minutes apart.
const maxGapMs = 15 * 60_000;

/** Groups by outage, the latest last; items without a time come after all others. */
export function byOutage<T>(
  items: readonly T[],
  timeOf: (item: T) => Instant | null,
): readonly OutageGroup<T>[] {
  const timed: { readonly item: T; readonly at: Instant }[] = [];
  const untimed: T[] = [];
  for (const item of items) {
    const at = timeOf(item);
    if (at === null) untimed.push(item);
    else timed.push({ item, at });
  }
  timed.sort((a, b) => a.at - b.at);
  const outages: { from: Instant; to: Instant; items: T[] }[] = [];
  for (const { item, at } of timed) {
    const last = outages.at(-1);
    if (last === undefined || at - last.to > maxGapMs) outages.push({ from: at, to: at, items: [item] });
    else {
      last.to = at;
      last.items.push(item);
    }
  }
  return untimed.length === 0 ? outages : [...outages, { from: null, to: null, items: untimed }];
}
