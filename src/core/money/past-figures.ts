import type { JsonObject } from '../json.ts';
import { pricedInputs } from './prices.ts';

/** A figure, and how many jobs had it. */
type Counted = readonly [value: number, jobs: number];

/** What the latest done jobs of one model, with equal priced inputs, have cost, taken and left on the disk. */
export interface PastFigures {
  readonly model: string;
  /** The priced inputs alone. */
  readonly input: JsonObject;
  /** When the latest of them finished, in ms since the epoch. */
  readonly latest: number;
  /** Of jobs whose cost the server has named, or that is estimated, in dollars. */
  readonly usd: readonly Counted[];
  /** From submission to finish, in ms; where its cost is an estimate, the time for which it kept a machine busy. */
  readonly tookMs: readonly Counted[];
  /** Of all files of a job. */
  readonly bytes: readonly Counted[];
}

/** One done job. */
export interface PastJob {
  readonly model: string;
  /** Anything but the priced inputs is left out of account. */
  readonly input: JsonObject;
  readonly finishedAt: number;
  readonly usd: number | null;
  readonly tookMs: number | null;
  readonly bytes: number | null;
}

/** As many jobs as a median rests on. */
export const maxPastJobs = 200;

/** Whether two bodies agree in all that a price depends on. */
export function isEquallyPriced(one: JsonObject, other: JsonObject): boolean {
  return pricedKey(one) === pricedKey(other);
}

/** The same text for bodies that agree in all that a price depends on. */
export function pricedKey(input: JsonObject): string {
  return JSON.stringify(pricedInputs.map((name) => (Object.hasOwn(input, name) ? input[name] : null)));
}

/** Sums jobs up, latest first, 200 of each kind at most. */
export function pastFigures(jobs: Iterable<PastJob>): readonly PastFigures[] {
  const kinds = new Map<string, Kind>();
  for (const { model, input, finishedAt, usd, tookMs, bytes } of jobs) {
    const key = `${model} ${pricedKey(input)}`;
    const kind: Kind = kinds.get(key) ?? { model, input: pricedOf(input), latest: finishedAt, ...nothing() };
    kinds.set(key, kind);
    if (kind.jobs === maxPastJobs) continue;
    kind.jobs += 1;
    count(kind.usd, usd === null ? null : Math.round(usd * 1e6) / 1e6);
    // Rounded, so that what is kept of many jobs stays small.
    count(kind.tookMs, rounded(tookMs));
    count(kind.bytes, rounded(bytes));
  }
  return [...kinds.values()].map(({ model, input, latest, usd, tookMs, bytes }) => ({
    model,
    input,
    latest,
    usd: [...usd],
    tookMs: [...tookMs],
    bytes: [...bytes],
  }));
}

type Kind = Pick<PastFigures, 'model' | 'input' | 'latest'> & ReturnType<typeof nothing>;

function nothing() {
  return {
    jobs: 0,
    usd: new Map<number, number>(),
    tookMs: new Map<number, number>(),
    bytes: new Map<number, number>(),
  };
}

function count(values: Map<number, number>, value: number | null): void {
  if (value === null || !Number.isFinite(value) || value < 0) return;
  values.set(value, (values.get(value) ?? 0) + 1);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(2));
}

/** Without everything that a price does not depend on. */
export function pricedOf(input: JsonObject): JsonObject {
  return Object.fromEntries(
    pricedInputs.flatMap((name) => (Object.hasOwn(input, name) ? [[name, input[name]]] : [])),
  ) as JsonObject;
}
