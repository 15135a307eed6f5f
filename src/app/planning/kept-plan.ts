import { UserError } from '../../core/complaints.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Machines } from '../../core/money/machine-time.ts';
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

/** The same plan with the prices of models that it did not have, or whose price has become known, and their machines. */
export function withPrices(
  record: PlanRecord,
  prices: ReadonlyMap<string, Price | null>,
  machines: ReadonlyMap<string, Machines>,
): PlanRecord {
  const kept = pricesOf(record);
  const known = [...prices].filter(([model, price]) => price !== null || !kept.has(model));
  const settings = {
    ...record.settings,
    prices: pricesAsJson(new Map([...kept, ...known])),
    ...machinesAsJson(new Map([...machinesIn(record), ...machines])),
  };
  return { ...record, settings };
}

/** What is known of machines is kept for the same reason; nothing where nothing is. */
export function machinesAsJson(models: ReadonlyMap<string, Machines>): JsonObject {
  const known = [...models].flatMap(([model, { capacity, machines, coldStartMs, keepWarmMs }]) => {
    const all = { capacity, machines, cold_start_ms: coldStartMs, keep_warm_ms: keepWarmMs };
    const told = Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined);
    return told.length === 0 ? [] : [[model, Object.fromEntries(told)] as const];
  });
  return known.length === 0 ? {} : { machines: Object.fromEntries(known) };
}

export function machinesIn(record: PlanRecord | null): ReadonlyMap<string, Machines> {
  const { machines } = record?.settings ?? {};
  if (!isJsonObject(machines)) return new Map();
  return new Map(Object.entries(machines).map(([model, each]) => [model, readMachines(each)]));
}

function readMachines(each: unknown): Machines {
  if (!isJsonObject(each)) return {};
  const count = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
  const time = (value: unknown): value is number => typeof value === 'number' && value >= 0;
  const { capacity, machines, cold_start_ms: coldStartMs, keep_warm_ms: keepWarmMs } = each;
  return {
    ...(count(capacity) ? { capacity } : {}),
    ...(count(machines) ? { machines } : {}),
    ...(time(coldStartMs) ? { coldStartMs } : {}),
    ...(time(keepWarmMs) ? { keepWarmMs } : {}),
  };
}

/** By model of the plan, also where nothing is known of its machines. */
export function machinesOfAll(record: PlanRecord | null): readonly Machines[] {
  if (record === null) return [];
  const known = machinesIn(record);
  return [...pricesOf(record).keys()].map((model) => known.get(model) ?? {});
}

function readPrice(price: unknown): Price | null {
  if (!isJsonObject(price)) return null;
  const { usd, unit } = price;
  return typeof usd === 'number' && isPriceUnit(unit) ? { usd, unit } : null;
}
