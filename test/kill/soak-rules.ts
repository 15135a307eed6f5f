import {
  type FaultEndpoint,
  type FaultName,
  type FaultRules,
  faultNames,
  isAt,
  lasts,
} from '../../src/simulator/faults/fault-rules.ts';
import { type Outage, parseOutage } from '../../src/simulator/faults/outage-rules.ts';

export interface SoakSize {
  readonly jobs: number;
  /** Submits under way at once. */
  readonly submits: number;
  /** Probability of each fault of a submit; 5% each would leave hardly a submit untouched, there are so many. */
  readonly submitFaults: number;
  /** Probability of each other fault. */
  readonly faults: number;
  readonly outages: number;
  readonly outageMs: number;
  /** How long a run waits for an API that is out: `--outage`, shortened as well. */
  readonly patienceMs: number;
  /** So much shorter than in the night is everything that takes time. */
  readonly timeScale: number;
}

export const soakSize: SoakSize = {
  jobs: 250,
  submits: 8,
  submitFaults: 0.01,
  faults: 0.05,
  outages: 3,
  outageMs: 120_000,
  // Every fifth submission has a fault of its own, so that pauses have to be short.
  patienceMs: 24_000,
  timeScale: 30,
};

// An empty result is an outcome, which no repetition may overrule, as is a picture that nobody wants; an alias would
// strike twice.
const leftOut: ReadonlySet<FaultName> = new Set(['http500', 'noOutput', 'sameImage', 'flatImage']);

// A read has no effect, so that whether it comes before or after that is all the same.
const twins: ReadonlySet<FaultName> = new Set(['http500After', 'resetAfter', 'silentAfter', 'html200After']);

// These cost a second or more each time, which the tests have not.
const slowOnes: ReadonlySet<FaultName> = new Set(['rateLimited', 'silentBefore', 'silentAfter']);
const slowShare = 0.005;

/** Every fault that an endpoint can have, each with this probability. */
function everyFault(
  endpoint: FaultEndpoint,
  each: number,
  lasting: number,
): Partial<Record<FaultName, number>> {
  const names = faultNames.filter((name) => {
    if (!isAt(name, endpoint) || leftOut.has(name)) return false;
    // Jobs are so short here that hardly a result is asked for before its request has ended.
    if (name === 'unfinished400') return false;
    if (name === 'notFoundAtFirst') return endpoint === 'status';
    return endpoint === 'submit' || !twins.has(name);
  });
  const shareOf = (name: FaultName): number =>
    lasts(name) ? lasting : slowOnes.has(name) ? slowShare : each;
  return Object.fromEntries(names.map((name) => [name, shareOf(name)]));
}

// Each outage is of another kind: of submits alone, of all there is, and one that comes and goes.
const kinds = [
  'submits 500|502|520|522|reset|silent accepting 0.3',
  'all mixed accepting 0.3',
  'api 503|504|521|html200|redirect|reset accepting 0.3',
];
const flapsMs = { off: 20_000, on: 10_000 };

/** Outages that begin one after the other while the jobs are being submitted. */
export function soakOutages({ jobs, outages, outageMs, timeScale }: SoakSize): readonly Outage[] {
  const scaled = (ms: number): string => `${ms / timeScale}ms`;
  return Array.from({ length: outages }, (_, n) => {
    const after = Math.floor((jobs * (n + 1)) / (outages + 1.5));
    const kind = n % kinds.length;
    const flapping = kind === 2 ? ` flapping ${scaled(flapsMs.off)}/${scaled(flapsMs.on)}` : '';
    return parseOutage(`${kinds[kind]} after ${after} for ${scaled(outageMs)}${flapping}`);
  });
}

export function soakRules(size: SoakSize): FaultRules {
  const { submitFaults, faults } = size;
  return {
    submit: everyFault('submit', submitFaults, faults),
    status: everyFault('status', faults, faults),
    result: everyFault('result', faults, faults),
    file: everyFault('file', faults, faults),
    outage: soakOutages(size),
  };
}
