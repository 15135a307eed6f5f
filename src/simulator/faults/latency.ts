import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import { parseDurationMs } from '../../core/pacing/pace.ts';
import type { Dice } from '../../core/ports.ts';

/** How long a job runs in the simulator. `secondShare` is the probability of the second mode. */
export type Latency =
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number }
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | {
      readonly kind: 'bimodal';
      readonly firstMs: number;
      readonly secondMs: number;
      readonly secondShare: number;
    };

/** Like an image model: a few seconds, with a tail. */
export const defaultLatency: Latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 };

/** One run time in whole milliseconds; the dice are asked at most three times. */
export function drawLatencyMs(latency: Latency, dice: Dice): number {
  switch (latency.kind) {
    case 'fixed':
      return Math.round(latency.ms);
    case 'uniform':
      return Math.round(latency.minMs + (latency.maxMs - latency.minMs) * dice());
    case 'lognormal':
      return Math.round(latency.medianMs * Math.exp(latency.sigma * standardNormal(dice)));
    case 'bimodal': {
      const centreMs = dice() < latency.secondShare ? latency.secondMs : latency.firstMs;
      return Math.round(centreMs * Math.exp(0.1 * standardNormal(dice)));
    }
  }
}

// Box and Muller; 1 - u keeps the logarithm finite.
function standardNormal(dice: Dice): number {
  return Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
}

const forms = '0, 4s, uniform(1s,5s), lognormal(4s,0.5) or bimodal(2s,30s,0.1)';

/** Reads `0`, `4s`, `fixed(4s)`, `uniform(1s,5s)`, `lognormal(4s,0.5)`, `bimodal(2s,30s,0.1)`. Throws `UserError`. */
export function parseLatency(text: string): Latency {
  const wrong = (): UserError =>
    new UserError('usage', `The latency "${text}" cannot be read.`, `Write it as ${forms}.`);
  const duration = (part: string | undefined): number => {
    const ms = parseDurationMs(part ?? '');
    if (ms === null) throw wrong();
    return ms;
  };
  const amount = (part: string | undefined, most: number): number => {
    const value = /^\d+(\.\d+)?$/.test(part ?? '') ? Number(part) : Number.NaN;
    if (!(value <= most)) throw wrong();
    return value;
  };

  const call = /^([a-z]+)\s*\((.*)\)$/.exec(text.trim());
  if (!call) return { kind: 'fixed', ms: duration(text.trim()) };
  const parts = (call[2] as string).split(',').map((part) => part.trim());
  const [first, second, third] = parts;
  switch (`${call[1]}/${parts.length}`) {
    case 'fixed/1':
      return { kind: 'fixed', ms: duration(first) };
    case 'uniform/2': {
      const [minMs, maxMs] = [duration(first), duration(second)];
      if (minMs > maxMs) throw wrong();
      return { kind: 'uniform', minMs, maxMs };
    }
    case 'lognormal/2':
      return { kind: 'lognormal', medianMs: duration(first), sigma: amount(second, 5) };
    case 'bimodal/3':
      return {
        kind: 'bimodal',
        firstMs: duration(first),
        secondMs: duration(second),
        secondShare: amount(third, 1),
      };
    default:
      throw wrong();
  }
}

const fieldsOf = {
  fixed: ['ms'],
  uniform: ['minMs', 'maxMs'],
  lognormal: ['medianMs', 'sigma'],
  bimodal: ['firstMs', 'secondMs', 'secondShare'],
} as const satisfies Record<Latency['kind'], readonly string[]>;

/** A latency in JSON: a text, or the object itself. Throws `UserError`. */
export function latencyOf(value: unknown): Latency {
  if (typeof value === 'string') return parseLatency(value);
  const kind = isJsonObject(value) ? value.kind : null;
  if (isJsonObject(value) && typeof kind === 'string' && Object.hasOwn(fieldsOf, kind)) {
    const fields = fieldsOf[kind as Latency['kind']];
    if (fields.every((field) => typeof value[field] === 'number' && value[field] >= 0)) {
      return value as unknown as Latency;
    }
  }
  throw new UserError('usage', `The latency ${JSON.stringify(value)} cannot be read.`, `Write ${forms}.`);
}
