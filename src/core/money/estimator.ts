import type { Priced } from './past-attempts.ts';
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

/** A median, and the number of jobs that it rests on. */
interface Figure {
  readonly value: number;
  readonly jobs: number;
}

/** What one job will likely cost and take. null: nobody knows. */
export interface Likely {
  readonly usd: number | null;
  readonly source: 'catalogue' | 'history' | null;
  /** The number of past jobs that the cost rests on; 0 for a catalogue's price. */
  readonly jobs: number;
  /** Its machine is paid by the second: what it costs follows from how long such jobs take. */
  readonly isByTime?: boolean;
  readonly tookMs: number | null;
  readonly bytes: number | null;
}

export interface Estimator {
  likely(job: Priced): Likely;
  /** When the latest known job of the model finished, in ms since the epoch; null: none is known. */
  lastAt(model: string): number | null;
  /** Whether it may differ for jobs of one model. */
  readonly isByInput: boolean;
}

/**
 * A job costs its catalogue price, else what the latest such jobs have cost: the median of 200 at most, of those with
 * equal priced inputs if there are any, of this folder before others. Where machines are paid by the second, it costs
 * the time that such jobs took.
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

  function median(what: 'usd' | 'tookMs' | 'bytes', job: Priced): Figure | null {
    const ofModel = latestFirst().map((each) => each.filter(({ model }) => model === job.model));
    const equal = ofModel.map((each) => each.filter(({ input }) => isEquallyPriced(input, job.input)));
    for (const figures of [...equal, ...ofModel]) {
      const found = medianOf(figures.map((each) => each[what]));
      if (found !== null) return found;
    }
    return null;
  }

  function likely(job: Priced): Likely {
    const price = prices.get(job.model) ?? null;
    const base = basePriceUsd(price, job.input);
    const key = `${job.model} ${base} ${pricedKey(job.input)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const took = median('tookMs', job);
    const past = base !== null ? null : (byTime(price, took) ?? median('usd', job));
    const found: Likely = {
      usd: base ?? past?.value ?? null,
      source: base !== null ? 'catalogue' : past !== null ? 'history' : null,
      jobs: past?.jobs ?? 0,
      ...(price?.unit === 'machine_second' ? { isByTime: true } : {}),
      tookMs: took?.value ?? null,
      bytes: median('bytes', job)?.value ?? null,
    };
    known.set(key, found);
    return found;
  }

  return {
    likely,
    lastAt(model) {
      const ofModel = latestFirst().flatMap((each) => each.filter((figures) => figures.model === model));
      return ofModel.length === 0 ? null : Math.max(...ofModel.map(({ latest }) => latest));
    },
    get isByInput() {
      const isPriced = [...prices.values()].some((price) => price !== null);
      return (
        isPriced || latestFirst().some((each) => each.some(({ input }) => Object.keys(input).length > 0))
      );
    },
  };
}

/** What the time of a machine costs; null: that is not what is paid, or nobody knows how long a job takes. */
function byTime(price: Price | null, took: Figure | null): Figure | null {
  if (price?.unit !== 'machine_second' || took === null) return null;
  return { value: (price.usd * took.value) / 1_000, jobs: took.jobs };
}

/** The median of about 200 values, from the first of these lists on; null: there is none. */
function medianOf(lists: readonly (readonly (readonly [value: number, jobs: number])[])[]): Figure | null {
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
