/** What a base price is for: an output, a second of one, or a second for which a machine runs. */
const priceUnits = ['output', 'second', 'machine_second'] as const;

/** A base price from the catalogue; it is not a quote. */
export interface Price {
  readonly usd: number;
  readonly unit: (typeof priceUnits)[number];
}

export function isPriceUnit(unit: unknown): unit is Price['unit'] {
  return priceUnits.some((each) => each === unit);
}

/** `$0.06 per output`, `$0.99 per machine hour` */
export function priceText({ usd, unit }: Price): string {
  switch (unit) {
    case 'output':
    case 'second':
      return `${showUsd(usd)} per ${unit}`;
    case 'machine_second':
      // A second costs too little to be read.
      return `${showUsd(usd * 3_600)} per machine hour`;
  }
}

/** The inputs that a base price is multiplied by. */
export const pricedInputs = ['num_images', 'duration'] as const;

/**
 * What one job with this input costs at its base price, in dollars, above 0; null: it cannot be known. Outputs are
 * counted by `num_images` (1 if not given), seconds by `duration`; how long a job keeps a machine busy is in no input.
 */
export function basePriceUsd(price: Price | null, input: Readonly<Record<string, unknown>>): number | null {
  if (price === null) return null;
  switch (price.unit) {
    case 'output':
      return times(price.usd, own(input, 'num_images') ?? 1);
    case 'second':
      return times(price.usd, own(input, 'duration'));
    case 'machine_second':
      return null;
  }
}

function own(input: Readonly<Record<string, unknown>>, key: (typeof pricedInputs)[number]): unknown {
  return Object.hasOwn(input, key) ? input[key] : undefined;
}

// Neither a price of 0 nor a count below 1 says what a job costs.
function times(usd: number, units: unknown): number | null {
  const number = typeof units === 'string' && units.trim() !== '' ? Number(units) : units;
  if (typeof number !== 'number') return null;
  const total = usd * number;
  return Number.isFinite(total) && total > 0 ? total : null;
}

/** Dollars as JSON has them: to a millionth, without the noise of floating numbers. */
export function roundedUsd<T extends number | null>(usd: T): T {
  return (usd === null ? null : Math.round(usd * 1e6) / 1e6) as T;
}

const absurdUsd = 10_000;
const absurdMultiple = 1_000;

/** Whether a server's cost can be believed: at most $10,000, and at most 1,000 times the base price or a dollar. */
export function isPlausibleCost(costUsd: number, baseUsd: number | null): boolean {
  if (!(costUsd >= 0 && costUsd <= absurdUsd)) return false;
  return baseUsd === null || costUsd <= Math.max(1, absurdMultiple * baseUsd);
}

/** `$0.08`, `$12.50`, `$0.0035`: two decimals, or more for an amount below ten cents. */
export function showUsd(usd: number): string {
  if (usd < 0) return `-${showUsd(-usd)}`;
  const decimals = usd !== 0 && Math.abs(usd) < 0.1 ? 4 : 2;
  const shown = usd.toFixed(decimals);
  return `$${decimals === 4 ? shown.replace(/(\.\d\d\d*?)0+$/, '$1') : shown}`;
}
