import type { Machines } from '../money/machine-time.ts';
import type { RunControls } from './run-controls.ts';
import type { Concurrency } from './window-size.ts';

/** What the models of a run take at once, together. */
interface Capacity {
  /** Requests that are worked on, or wait without delay; null: some model does not say. */
  readonly requests: number | null;
  /** Machines that work on them; null: some model does not say. */
  readonly machines: number | null;
}

/** Of no model at all nothing is known. */
export function capacityOf(models: readonly Machines[]): Capacity {
  const sum = (values: readonly (number | undefined)[]): number | null =>
    values.reduce<number | null>(
      (all, value) => (all === null || value === undefined ? null : all + value),
      values.length === 0 ? null : 0,
    );
  return {
    requests: sum(models.map(({ capacity }) => capacity)),
    machines: sum(models.map(({ machines }) => machines)),
  };
}

/**
 * More in flight than the models take would only wait there. Where they say how many that is, nothing has to be found
 * out, and a small beginning would start fewer machines than there are.
 */
export function withinCapacity(
  concurrency: Concurrency,
  { requests }: Pick<Capacity, 'requests'>,
): Concurrency {
  if (requests === null) return concurrency;
  const max = Math.min(concurrency.max, requests);
  return !concurrency.adapts && max === concurrency.max ? concurrency : { max, adapts: false };
}

/** Controls by which nobody gets more in flight than the models take. */
export function controlsWithin<T extends Pick<RunControls, 'concurrency'>>(
  controls: T,
  requests: number | null,
): T {
  return { ...controls, concurrency: (given) => withinCapacity(controls.concurrency(given), { requests }) };
}
