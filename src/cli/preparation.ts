import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/complaints.ts';
import type { Instant } from '../core/job.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Price } from '../core/prices.ts';
import { type PlanView, planText, problemsText } from '../report/plan-text.ts';
import { type LedgerReader, openReader } from '../store/reader.ts';
import { openStage, type PlanRecord, type Stage } from '../store/stage.ts';
import type { Errand } from './errand.ts';
import { keptView, stagedView } from './plan-view.ts';
import { fingerprintOf, planOnto } from './planning.ts';
import { realClock } from './real-clock.ts';
import type { Talk } from './talk.ts';

/** A plan that has been checked and shown. */
export interface Prepared {
  readonly view: PlanView;
  /** null: the folder holds this very plan already. */
  readonly staged: { readonly stage: Stage; readonly record: PlanRecord } | null;
}

/**
 * Everything before the first submit: expansion, all input errors at once, counts, prices, and the difference to what
 * the folder holds. Writes nothing into the folder. null: there are errors, and they have been shown.
 */
export async function prepare(errand: Errand, kept: JsonObject, talk: Talk): Promise<Prepared | null> {
  const { asked, dir, findModel } = errand;
  if (asked.inputs.length === 0 && asked.words.length === 0) {
    throw new UserError('usage', 'There is no input.', 'Name a CSV, TSV or JSONL file, or give prompt="…".');
  }
  const sources = asked.inputs.length === 0 ? ['the command line'] : asked.inputs.map(({ name }) => name);
  const fingerprint = await fingerprintOf(asked);
  const unchanged = viewOfKept(dir, fingerprint, sources);
  if (unchanged !== null) return { view: unchanged, staged: null };

  const stage = openStage(dir);
  try {
    const planned = await planOnto(stage, asked, findModel);
    if (planned.problems.some(({ severity }) => severity === 'error')) {
      talk.warn(problemsText(planned.problems, talk.terminal));
      stage.discard();
      return null;
    }
    const settings = { ...asked.settings, ...kept, prices: pricesAsJson(planned.prices) };
    const record = { fingerprint: fingerprint ?? '', settings, plannedAt: realClock.now() as Instant };
    return { view: stagedView(stage, planned, sources, dir), staged: { stage, record } };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

/** The plan that the folder was run with. */
export function keptPlan(reader: LedgerReader): PlanRecord {
  const record = reader.planRecord();
  if (record !== null) return record;
  throw new UserError('usage', `${reader.dir} holds no plan.`, 'Start it with rcb run INPUT.');
}

export function showPlan(view: PlanView, talk: Talk): void {
  const text = planText(view, talk.terminal);
  const isLong = text.trimEnd().includes('\n');
  talk.say(isLong ? `${text}\n` : text);
  talk.plan(planJson(view));
}

function viewOfKept(dir: string, fingerprint: string | null, sources: readonly string[]): PlanView | null {
  if (fingerprint === null || !existsSync(join(dir, 'manifest.db'))) return null;
  const reader = openReader(dir);
  try {
    const record = reader.planRecord();
    return record?.fingerprint === fingerprint ? keptView(reader, pricesOf(record), sources) : null;
  } finally {
    reader.close();
  }
}

export function planJson({ counts, models, samples, ...view }: PlanView): JsonObject {
  return {
    dir: view.dir,
    inputs: view.sources,
    jobs: Object.values(counts).reduce((sum, count) => sum + count, 0),
    new: view.added,
    pending: counts.pending - view.added,
    in_flight: counts.submitting + counts.queued + counts.running + counts.succeeded,
    done: counts.done,
    failed: counts.failed + counts.cancelled + counts.lost,
    unknown: counts.unknown,
    removed: view.removed,
    identical_rows: view.joined,
    models: models.map(({ model, toSubmit, price, baseUsd }) => ({
      model,
      to_submit: toSubmit,
      base_price: price === null ? null : { usd: price.usd, unit: price.unit },
      base_usd: baseUsd,
    })),
    samples: samples.map(({ model, body, pathTemplate }) => ({ model, body, path: pathTemplate })),
    warnings: view.warnings.map(({ kind, message, place }) => ({
      kind,
      message,
      place: place === null ? null : { ...place },
    })),
  };
}

function pricesAsJson(prices: ReadonlyMap<string, Price | null>): JsonObject {
  return Object.fromEntries(
    [...prices].map(([model, price]) => [
      model,
      price === null ? null : { usd: price.usd, unit: price.unit },
    ]),
  );
}

export function pricesOf(record: PlanRecord): ReadonlyMap<string, Price | null> {
  const { prices } = record.settings;
  if (!isJsonObject(prices)) return new Map();
  return new Map(Object.entries(prices).map(([model, price]) => [model, readPrice(price)]));
}

function readPrice(price: unknown): Price | null {
  if (!isJsonObject(price)) return null;
  const { usd, unit } = price;
  return typeof usd === 'number' && (unit === 'output' || unit === 'second') ? { usd, unit } : null;
}
