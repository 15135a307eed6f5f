import type { Priced } from './budget.ts';
import { isEquallyPriced, maxPastJobs, type PastFigures, pricedKey } from './past-figures.ts';
import { basePriceUsd, type Price } from './prices.ts';

/** All that is known of prices and durations, at one API. */
export interface Knowledge {
  /** Of the catalogue. */
  readonly prices: ReadonlyMap<string, Price | null>;
  /** From jobs of this run folder. */
  readonly own: readonly PastFigures[];
  /** From jobs of the folders beside it. */
  readonly others: readonly PastFigures[];
}

/** What one job will likely cost and take. null: nobody knows. */
export interface Likely {
  readonly usd: number | null;
  readonly source: 'catalogue' | 'history' | null;
  /** The number of past jobs that the cost rests on; 0 for a catalogue's price. */
  readonly jobs: number;
  readonly tookMs: number | null;
  readonly bytes: number | null;
}

export interface Estimator {
  likely(job: Priced): Likely;
  /** Whether it may differ for jobs of one model. */
  readonly isByInput: boolean;
}

/**
 * A job costs its catalogue price, else what the latest such jobs have cost: the median of 200 at most, of those with
 * equal priced inputs if there are any, of this folder before others.
 */
export function estimator(knowledge: Knowledge): Estimator {
  const known = new Map<string, Likely>();
  const { prices } = knowledge;
  // Whoever has prices for all may need no history at all.
  let sorted: readonly (readonly PastFigures[])[] | null = null;

  function latestFirst(): readonly (readonly PastFigures[])[] {
    const { own, others } = knowledge;
    sorted ??= [own, others].map((each) => each.toSorted((a, b) => b.latest - a.latest));
    return sorted;
  }

  function median(what: 'usd' | 'tookMs' | 'bytes', job: Priced): { value: number; jobs: number } | null {
    const ofModel = latestFirst().map((each) => each.filter(({ model }) => model === job.model));
    const equal = ofModel.map((each) => each.filter(({ input }) => isEquallyPriced(input, job.input)));
    for (const figures of [...equal, ...ofModel]) {
      const found = medianOf(figures.map((each) => each[what]));
      if (found !== null) return found;
    }
    return null;
  }

  function likely(job: Priced): Likely {
    const base = basePriceUsd(prices.get(job.model) ?? null, job.input);
    const key = `${job.model} ${base} ${pricedKey(job.input)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const past = base === null ? median('usd', job) : null;
    const found: Likely = {
      usd: base ?? past?.value ?? null,
      source: base !== null ? 'catalogue' : past !== null ? 'history' : null,
      jobs: past?.jobs ?? 0,
      tookMs: median('tookMs', job)?.value ?? null,
      bytes: median('bytes', job)?.value ?? null,
    };
    known.set(key, found);
    return found;
  }

  return {
    likely,
    get isByInput() {
      const isPriced = [...prices.values()].some((price) => price !== null);
      return (
        isPriced || latestFirst().some((each) => each.some(({ input }) => Object.keys(input).length > 0))
      );
    },
  };
}

/** The median of about 200 values, from the first of these lists on; null: there is none. */
function medianOf(
  lists: readonly (readonly (readonly [value: number, jobs: number])[])[],
): { readonly value: number; readonly jobs: number } | null {
  const all: (readonly [number, number])[] = [];
  let jobs = 0;
  for (const list of lists) {
    if (jobs >= maxPastJobs) break;
    all.push(...list);
    jobs = all.reduce((sum, [, many]) => sum + many, 0);
  }
  all.sort(([a], [b]) => a - b);
  let passed = 0;
  for (const [value, many] of all) {
    passed += many;
    if (passed * 2 >= jobs) return { value, jobs };
  }
  return null;
}
