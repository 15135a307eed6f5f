import { UserError } from '../core/complaints.ts';
import { isJsonObject } from '../core/json.ts';
import {
  type DeploymentOptions,
  deploymentReaders,
  deploymentSettings,
} from './deployments/deployment-options.ts';
import { type FaultRules, faultRulesOf } from './faults/fault-rules.ts';
import { defaultLatency, type Latency, latencyOf } from './faults/latency.ts';
import { type RetryHint, retryHints } from './faults/pace-refusals.ts';

/** `plain`: as the API's documentation has it. `varied`: each request in one of the ways that clients of the API have seen. */
export type Wording = 'plain' | 'varied';

/** `objects`: `{image, images}` or `{video, videos}`. `bare`: a link or an array of links. `mixed`: either, by request. */
export type OutputForm = 'objects' | 'bare' | 'mixed';

/** How a simulator is to behave. Durations are milliseconds, money is US dollars. */
export interface SimulatorOptions extends DeploymentOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. The file origin always uses another free one. */
  readonly port?: number;
  /** All dice derive from it. Default 1. */
  readonly seed?: number;
  /** How many jobs run at once; the others queue. Default 64. */
  readonly slots?: number;
  /** Default log-normal, median 4 s, sigma 0.5. */
  readonly latency?: Latency;
  /** Only this token is accepted; null (default): any. */
  readonly token?: string | null;
  /** How a wrong token is refused: `code` (default) is 401 with 400004, `gateway` 403 `{"message"}` without a code. */
  readonly tokenRefusal?: 'code' | 'gateway';
  /** null (default): endless. Failed and cancelled jobs are not charged. */
  readonly balanceUsd?: number | null;
  /** More requests queued and running than this: 429. Default null: no limit. */
  readonly inFlightLimit?: number | null;
  /** Default null: no limit. */
  readonly submitsPerMinute?: number | null;
  /** Submissions allowed at once, then an even rate. null (default): the limit applies to any minute. */
  readonly submitBurst?: number | null;
  readonly requestsPerSecond?: number | null;
  /** How a 429 says when to come back. null (default): for rates in seconds, for requests in flight not at all. */
  readonly retryAfter?: RetryHint | null;
  /** How long signed links work. null (default): links are unsigned, as real ones are, and do not expire. */
  readonly linkLifetimeMs?: number | null;
  /** Default `varied`. */
  readonly wording?: Wording;
  /** Default `objects`. */
  readonly outputs?: OutputForm;
  /** Price per output of the default model. null (default): not listed, as the real one is unknown; 0.08 is charged. */
  readonly priceUsd?: number | null;
  /** The most models on one page of the catalogue. Default null: as many as were requested. */
  readonly pageCap?: number | null;
  /** Every PNG has exactly this size; null (default): pictures of the input, of any size. */
  readonly outputBytes?: number | null;
  readonly faults?: FaultRules;
  /** File that keeps accepted requests across restarts; null (default): none. */
  readonly journal?: string | null;
  /** Share of jobs that end `failed`. Default 0. */
  readonly failRate?: number;
  /** Pause of the fault `slowBody`. Default 1.5 s. */
  readonly slowMs?: number;
  /** How long `notFoundAtFirst` lasts. Default 1.5 s. */
  readonly unseenMs?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** The options that can change while it runs. */
export type Settings = {
  -readonly [name in Exclude<
    keyof SimulatorOptions,
    'host' | 'port' | 'seed' | 'journal' | 'clock'
  >]-?: Required<SimulatorOptions>[name];
};

export function initialSettings(options: SimulatorOptions): Settings {
  const settings: Settings = {
    slots: options.slots ?? 64,
    latency: options.latency ?? defaultLatency,
    token: options.token ?? null,
    tokenRefusal: options.tokenRefusal ?? 'code',
    balanceUsd: options.balanceUsd ?? null,
    inFlightLimit: options.inFlightLimit ?? null,
    submitsPerMinute: options.submitsPerMinute ?? null,
    submitBurst: options.submitBurst ?? null,
    requestsPerSecond: options.requestsPerSecond ?? null,
    retryAfter: options.retryAfter ?? null,
    linkLifetimeMs: options.linkLifetimeMs ?? null,
    wording: options.wording ?? 'varied',
    outputs: options.outputs ?? 'objects',
    priceUsd: options.priceUsd ?? null,
    pageCap: options.pageCap ?? null,
    outputBytes: options.outputBytes ?? null,
    faults: options.faults ?? {},
    failRate: options.failRate ?? 0,
    slowMs: options.slowMs ?? 1_500,
    unseenMs: options.unseenMs ?? 1_500,
    ...deploymentSettings(options),
  };
  return settingsOf({ ...settings }) as Settings;
}

/** The smallest PNG that can be padded to a given size. */
const smallestOutputBytes = 256;

export const wordings = ['varied', 'plain'] as const satisfies readonly Wording[];
export const outputForms = ['objects', 'bare', 'mixed'] as const satisfies readonly OutputForm[];
export const tokenRefusals = ['code', 'gateway'] as const;

const readers = {
  slots: (value) => numberOf(value, 1),
  latency: latencyOf,
  token: (value) => (value === null || typeof value === 'string' ? value : undefined),
  tokenRefusal: (value) => oneIn(tokenRefusals, value),
  balanceUsd: (value) => (value === null ? null : numberOf(value, 0)),
  inFlightLimit: (value) => (value === null ? null : numberOf(value, 0)),
  submitsPerMinute: (value) => (value === null ? null : numberOf(value, 1)),
  submitBurst: (value) => (value === null ? null : numberOf(value, 1)),
  requestsPerSecond: (value) => (value === null ? null : numberOf(value, 1)),
  retryAfter: (value) => (value === null ? null : oneIn(retryHints, value)),
  linkLifetimeMs: (value) => (value === null ? null : numberOf(value, 0)),
  wording: (value) => oneIn(wordings, value),
  outputs: (value) => oneIn(outputForms, value),
  priceUsd: (value) => (value === null ? null : numberOf(value, 0)),
  pageCap: (value) => (value === null ? null : numberOf(value, 1)),
  outputBytes: (value) => (value === null ? null : numberOf(value, smallestOutputBytes)),
  faults: faultRulesOf,
  failRate: (value) => numberOf(value, 0, 1),
  slowMs: (value) => numberOf(value, 0),
  unseenMs: (value) => numberOf(value, 0),
  ...deploymentReaders(numberOf),
} satisfies { [name in keyof Settings]: (value: unknown) => Settings[name] | undefined };

/** Settings in JSON. Throws `UserError` for names and values that do not exist. */
export function settingsOf(value: unknown): Partial<Settings> {
  if (!isJsonObject(value)) throw new UserError('usage', 'The options of the simulator are an object.');
  return Object.fromEntries(
    Object.entries(value).map(([name, given]) => {
      if (!Object.hasOwn(readers, name)) {
        const known = Object.keys(readers).join(', ');
        throw new UserError('usage', `The simulator has no option "${name}".`, `Use one of ${known}.`);
      }
      const read = readers[name as keyof Settings](given);
      if (read === undefined) {
        throw new UserError('usage', `The simulator's option ${name} cannot be ${JSON.stringify(given)}.`);
      }
      return [name, read];
    }),
  );
}

function numberOf(value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}

function oneIn<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}
