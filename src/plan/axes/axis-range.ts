import type { AxisItem } from './axis-grammar.ts';

export type AxisRange = Extract<AxisItem, { kind: 'range' | 'until' }>;

/** The values as decimal texts, without rounding; or what is wrong, as the end of the sentence `seed "1-4" …`. */
export type RangeRead =
  | { readonly ok: true; readonly texts: readonly string[] }
  | { readonly ok: false; readonly reason: string };

export const maxAxisValues = 1_000_000;

/** A number with this many decimals is `units / 10 ** decimals`. */
interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

/** Expands a range. `whole`: `[n]` evenly spaced values are cut to whole numbers, as A1111 does. */
export function rangeTexts(range: AxisRange, whole: boolean): RangeRead {
  const written = [range.from, range.to, range.step ?? '1'].map(decimalOf);
  const decimals = Math.max(...written.map((each) => each.decimals));
  const [from = 0n, to = 0n, stepGiven = 1n] = written.map((each) => unitsAt(each, decimals));
  if (range.kind === 'range' && range.count !== null) {
    return spaced(from, to, decimals, range.count, whole);
  }
  const span = to - from;
  const down = span < 0n;
  const step = stepOf(range, stepGiven, down);
  const shown = showDecimal(step, decimals);
  if (step === 0n) return wrong('has a step of 0; give another step');
  if (span !== 0n && down !== step < 0n) return wrong(wrongWay(range, step, decimals));
  const count = range.kind === 'range' ? span / step + 1n : (span + step - (down ? -1n : 1n)) / step;
  if (count > maxAxisValues) return tooMany(count);
  if (count < 1n) return wrong('holds no value, since its stop is excluded; write a stop beyond its start');
  if (range.kind === 'range' && range.step === null && count === 1n && span !== 0n) {
    const [a, b] = [range.from, range.to];
    return wrong(
      `holds only ${a} in steps of ${shown}; write a step as in ${a}-${b} (${down ? '-' : '+'}0.1), or a number of values as in ${a}-${b} [5]`,
    );
  }
  const texts = Array.from({ length: Number(count) }, (_, index) =>
    showDecimal(from + step * BigInt(index), decimals),
  );
  return { ok: true, texts };
}

/** Without a sign, a step goes the way of its range. */
function stepOf(range: AxisRange, given: bigint, down: boolean): bigint {
  const signed = range.kind === 'until' || /^[+-]/.test(range.step ?? '');
  return down && !signed ? -given : given;
}

function wrongWay(range: AxisRange, step: bigint, decimals: number): string {
  const { from, to } = range;
  const turned = showDecimal(-step, decimals);
  const right = range.kind === 'range' ? `${from}-${to} (${step < 0n ? '+' : ''}${turned})` : null;
  return `never reaches ${to}, since its step of ${showDecimal(step, decimals)} leads away from it; write ${right ?? `range(${from},${to},${turned})`}`;
}

function spaced(from: bigint, to: bigint, decimals: number, count: number, whole: boolean): RangeRead {
  if (count === 0) return wrong('has 0 values; ask for at least 1');
  if (count > maxAxisValues) return tooMany(BigInt(count));
  // Thirds do not terminate: six more decimals, and more where the values lie closer.
  const further = Math.max(6, String(count).length + 3);
  const scale = 10n ** BigInt(further);
  const gaps = BigInt(Math.max(1, count - 1));
  const texts = Array.from({ length: count }, (_, index) => {
    const sum = from * gaps + (to - from) * BigInt(index);
    if (whole) return String(sum / (gaps * 10n ** BigInt(decimals)));
    return showDecimal(rounded(sum * scale, gaps), decimals + further);
  });
  return { ok: true, texts };
}

function tooMany(count: bigint): RangeRead {
  const max = maxAxisValues.toLocaleString('en-US');
  return wrong(
    `has ${count.toLocaleString('en-US')} values; an axis can have at most ${max}, so use a wider step`,
  );
}

/** To the nearest, halves away from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const half = dividend < 0n ? -divisor : divisor;
  return (2n * dividend + half) / (2n * divisor);
}

function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const units = BigInt(`${whole}${fraction}` || '0');
  return { units: sign === '-' ? -units : units, decimals: fraction.length };
}

function unitsAt({ units, decimals }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - decimals);
}

/** `-5` hundredths as `-0.05`; no zeros at the end, no `-0`. */
function showDecimal(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function wrong(reason: string): RangeRead {
  return { ok: false, reason };
}
