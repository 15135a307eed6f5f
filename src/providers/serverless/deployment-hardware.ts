import type { Price } from '../../core/money/prices.ts';
import { showUsd } from '../../core/money/prices.ts';

interface Hardware {
  readonly name: string;
  readonly usdPerHour: number;
}

/** Pay as you go. Source: the pages about billing and deployments of the serverless API, 2026. */
const hardware: ReadonlyMap<string, Hardware> = new Map([
  ['TURING_16', { name: '16 GB, T4 or A4000', usdPerHour: 0.99 }],
  ['AMPERE_24', { name: '24 GB, A10G or A5000', usdPerHour: 1.75 }],
  ['AMPERE_48', { name: '48 GB, A6000', usdPerHour: 2.5 }],
  ['ADA_48_PLUS', { name: '48 GB, L40S or L40', usdPerHour: 2.99 }],
  ['AMPERE_80', { name: '80 GB, A100', usdPerHour: 4.99 }],
  ['ADA_80_PLUS', { name: '80 GB, H100', usdPerHour: 7.49 }],
  ['HOPPER_141', { name: '141 GB, H200', usdPerHour: 8.75 }],
]);

const secondsPerHour = 3_600;

/** What a second of a machine costs; null: the hardware is not known. */
export function machinePrice(sku: string | null): Price | null {
  const known = sku === null ? undefined : hardware.get(sku);
  return known === undefined ? null : { usd: known.usdPerHour / secondsPerHour, unit: 'machine_second' };
}

/** The price in words; null: there is nothing to say. */
export function pricingWords(sku: string | null, minInstances: number): string | null {
  if (sku === null) return null;
  const known = hardware.get(sku);
  if (known === undefined) return `It runs on ${sku}, whose price is unknown.`;
  const { name, usdPerHour } = known;
  const always =
    minInstances === 0
      ? ''
      : ` ${minInstances === 1 ? 'One machine is' : `${minInstances} machines are`} always on, which costs ${showUsd(minInstances * usdPerHour)} per hour without any request.`;
  return `${showUsd(usdPerHour)} per hour of a machine (${sku}: ${name}), pay as you go; Pro costs 20 to 30% less. A machine is charged from its start to its end: starting and idle time cost too, waiting in the queue does not.${always}`;
}
