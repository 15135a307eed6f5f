import { UserError } from '../../core/complaints.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { isPriceUnit, type Price } from '../../core/money/prices.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';

/** The plan that the folder was run with. */
export function keptPlan(reader: LedgerReader): PlanRecord {
  const record = reader.planRecord();
  if (record !== null) return record;
  throw new UserError('usage', `${reader.dir} has no plan.`, 'Start it with rcb run INPUT.');
}

/** The API's address that the folder names, as it was written there; null: none. It may be anybody's. */
export function keptAddress(reader: LedgerReader): string | null {
  const { base_url: planned } = reader.planRecord()?.settings ?? {};
  return reader.account()?.address ?? (typeof planned === 'string' ? planned : null);
}

/** Whether the folder is gone on with against its own simulator. Throws `UserError` where that would mix results. */
export function isRehearsed({ settings }: PlanRecord, dir: string, isAskedFor: boolean): boolean {
  const isRehearsal = settings.rehearse === true;
  if (!isAskedFor || isRehearsal) return isRehearsal;
  throw new UserError(
    'usage',
    `${dir} contains real results; a rehearsal would mix its own with them.`,
    'Leave out --rehearse; rcb run INPUT --rehearse uses a separate folder.',
  );
}

/** Prices are kept with a plan, so that going on with it needs no catalogue. */
export function pricesAsJson(prices: ReadonlyMap<string, Price | null>): JsonObject {
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

/** The same plan with the prices of models that it did not have, or whose price has become known. */
export function withPrices(record: PlanRecord, prices: ReadonlyMap<string, Price | null>): PlanRecord {
  const kept = pricesOf(record);
  const known = [...prices].filter(([model, price]) => price !== null || !kept.has(model));
  return { ...record, settings: { ...record.settings, prices: pricesAsJson(new Map([...kept, ...known])) } };
}

function readPrice(price: unknown): Price | null {
  if (!isJsonObject(price)) return null;
  const { usd, unit } = price;
  return typeof usd === 'number' && isPriceUnit(unit) ? { usd, unit } : null;
}
