/** A base price from the catalogue; it is not a quote. */
export interface Price {
  readonly usd: number;
  readonly unit: 'output' | 'second';
}

/**
 * What one job with this input would cost at its base price, in dollars; null where it cannot be known.
 * Outputs are counted by `num_images` (1 where not given), seconds by `duration`.
 */
export function basePriceUsd(price: Price | null, input: Readonly<Record<string, unknown>>): number | null {
  if (price === null) return null;
  switch (price.unit) {
    case 'output': {
      const count = input.num_images ?? 1;
      return typeof count === 'number' ? price.usd * count : null;
    }
    case 'second': {
      const { duration } = input;
      const seconds = typeof duration === 'string' && duration !== '' ? Number(duration) : duration;
      return typeof seconds === 'number' && Number.isFinite(seconds) ? price.usd * seconds : null;
    }
  }
}

/** `$0.08`, `$12.50`, `$0.0035`: two decimals, more where the amount is below a cent. */
export function showUsd(usd: number): string {
  if (usd < 0) return `-${showUsd(-usd)}`;
  const decimals = usd !== 0 && Math.abs(usd) < 0.1 ? 4 : 2;
  const shown = usd.toFixed(decimals);
  return `$${decimals === 4 ? shown.replace(/(\.\d\d\d*?)0+$/, '$1') : shown}`;
}
