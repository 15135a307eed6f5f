import type { JsonObject } from '../core/json.ts';
import { basePriceUsd, type Price } from '../core/prices.ts';
import { noCounts } from '../core/tally.ts';
import type { ModelShare, PlanSample, PlanView } from '../report/plan-text.ts';
import type { LedgerReader } from '../store/reader.ts';
import type { Stage } from '../store/stage.ts';
import type { Planned } from './planning.ts';

type Prices = ReadonlyMap<string, Price | null>;

const sampleCount = 3;

/** A staged plan as people are shown it: what is there, what would be sent, and what that costs at base prices. */
export function stagedView(
  stage: Stage,
  planned: Planned,
  sources: readonly string[],
  dir: string,
): PlanView {
  const difference = stage.difference();
  const samples: PlanSample[] = [];
  const shares = sharesOf(stage.toSubmit(), planned.prices, ({ model, input, pathTemplate }) => {
    if (samples.length < sampleCount) samples.push({ model, body: input, pathTemplate });
  });
  return {
    sources,
    dir,
    rows: planned.rows,
    counts: {
      ...noCounts(),
      pending: difference.new + difference.pending,
      running: difference.inFlight,
      done: difference.done,
      failed: difference.failed,
      unknown: difference.unknown,
    },
    added: difference.new,
    removed: difference.removed,
    joined: difference.joinedRows,
    models: shares,
    samples,
    warnings: planned.problems.filter(({ severity }) => severity === 'warning'),
  };
}

/** The plan that the folder holds already. */
export function keptView(reader: LedgerReader, prices: Prices, sources: readonly string[]): PlanView {
  const { counts } = reader.holdings();
  const pending = counts.pending === 0 ? [] : reader.lines({ states: ['pending'], currentPlanOnly: true });
  return {
    sources,
    dir: reader.dir,
    rows: 0,
    counts,
    added: 0,
    removed: 0,
    joined: 0,
    models: sharesOf(pending, prices, () => {}),
    samples: [],
    warnings: [],
  };
}

function sharesOf<T extends { readonly model: string; readonly input: JsonObject }>(
  toSubmit: Iterable<T>,
  prices: Prices,
  see: (job: T) => void,
): ModelShare[] {
  const shares = new Map<string, { jobs: number; usd: number | null }>();
  for (const job of toSubmit) {
    const share = shares.get(job.model) ?? { jobs: 0, usd: 0 };
    const usd = basePriceUsd(prices.get(job.model) ?? null, job.input);
    shares.set(job.model, {
      jobs: share.jobs + 1,
      usd: usd === null || share.usd === null ? null : share.usd + usd,
    });
    see(job);
  }
  return [...shares].map(([model, { jobs, usd }]) => ({
    model,
    jobs,
    toSubmit: jobs,
    price: prices.get(model) ?? null,
    baseUsd: usd,
  }));
}
