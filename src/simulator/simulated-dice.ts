import type { Dice } from '../core/ports.ts';

/**
 * A number in [0, 1) that depends on the seed and the keys alone, so that what happens to a request does not depend
 * on what else is under way.
 */
export function roll(seed: number, ...keys: readonly (string | number)[]): number {
  const text = `${seed}|${keys.join('|')}`;
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 15), 0x85ebca6b);
  }
  return (mixed(low ^ mixed(high)) * 0x200000 + (mixed(high) >>> 11)) / 2 ** 53;
}

/** A stream of such numbers. */
export function rolling(seed: number, ...keys: readonly (string | number)[]): Dice {
  let n = 0;
  return () => {
    n += 1;
    return roll(seed, ...keys, n);
  };
}

/** One of the values, each equally likely; there must be at least one. */
export function oneOf<T>(values: readonly [T, ...T[]], drawn: number): T {
  return values[Math.floor(drawn * values.length)] ?? values[0];
}

function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
