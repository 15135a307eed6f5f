import { placeAddress } from '../bucket/place-address.ts';
import type { Environment } from '../core/environment.ts';
import type { FailureCap } from '../core/job/failure-cap.ts';
import { defaultBackoff, parseDurationMs } from '../core/pacing/pace.ts';
import type { Concurrency } from '../core/pacing/window-size.ts';
import type { Sweep } from '../core/sweep.ts';
import type { Limits } from '../engine/lanes.ts';
import { type Webhooks, webhooksOf, webhookVariable } from './callbacks/webhook-base.ts';
import { type CostCap, cappedBy } from './spending-ceiling.ts';

/** What ends submitting before everything is submitted. */
export interface Caps extends CostCap {
  readonly durationMs: number | null;
  /** Of the jobs that have ended in this run. */
  readonly failures: FailureCap | null;
}

/** How a run is to work, as far as the user says so; what is left out has its usual value. */
export interface RunPolicies {
  /** Requests in flight at the same time. Usual: `auto`, which finds out what the server takes. */
  readonly concurrency?: number | 'auto' | undefined;
  /** Upper limit of `auto`. Usual: 64. */
  readonly maxConcurrency?: number | undefined;
  /** Submissions sent in parallel: as many as a crash can leave unclear. Usual: 8. */
  readonly submits?: number | undefined;
  /** Usual: no limit. */
  readonly submitsPerMinute?: number | undefined;
  /** Parallel downloads. Usual: 8. */
  readonly downloads?: number | undefined;
  /** Polling interval in milliseconds. Usual: `auto`, which learns from how long jobs take. */
  readonly pollMs?: number | 'auto' | undefined;
  /** All jobs together. Usual: 50. */
  readonly pollsPerSecond?: number | undefined;
  /** A job without progress for this long is left for the next run. Usual: 30 minutes. */
  readonly jobTimeoutMs?: number | undefined;
  /** How long an API that does not answer is waited for. Usual: 2 hours. */
  readonly outageMs?: number | undefined;
  /** Retries of requests that cost nothing. Usual: 5. */
  readonly retries?: number | undefined;
  /** Stops submitting before the folder has cost this much, all runs together. Usual: no cap. */
  readonly maxCostUsd?: number | undefined;
  /** Stops submitting after this time. Usual: no cap. */
  readonly maxDurationMs?: number | undefined;
  /** Stops submitting after this number of failures, or this share of the jobs that have ended. Usual: no cap. */
  readonly maxFailures?: FailureCap | undefined;
  /** Runs this many jobs first, spread over the grid, and stops until the rest is agreed to. Usual: none. */
  readonly canary?: number | undefined;
  /** Run folders, or folders of them, whose results are taken instead of paid for again. Usual: none. */
  readonly reuse?: readonly string[] | undefined;
  /** Also results that were paid for under another token, or an unknown one. Usual: false. */
  readonly reusesAnyAccount?: boolean | undefined;
  /** Unclear submissions: `resubmit` sends them again, at the risk of paying twice. Usual: `hold`. */
  readonly onUnknown?: 'hold' | 'resubmit' | undefined;
  /**
   * Where the API is to call back with each submission, so that one without an answer can be settled: the address of
   * the user's own receiver, with a secret path. Usual: none.
   */
  readonly webhookBase?: string | undefined;
  /** Where files are put besides the run folder: `s3://bucket/prefix`, an absolute path, or `none`. Usual: where the folder's are. */
  readonly files?: string | undefined;
  /** Hosts that downloads may come from besides the provider's own. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Writes prompt and settings into the images. Usual: true. */
  readonly embedsRecipes?: boolean | undefined;
  /** Address and token are meant, though jobs in flight belong to others. Usual: false. */
  readonly isAccountMeant?: boolean | undefined;
}

/** What a sweep may say of how a run is to work. */
type UsualPolicies = Pick<
  RunPolicies,
  'concurrency' | 'submitsPerMinute' | 'maxCostUsd' | 'maxDurationMs' | 'canary' | 'webhookBase' | 'files'
>;

/** How a run works. */
export interface RunPolicy {
  readonly limits: Limits;
  readonly caps: Caps;
  readonly resendsUnknown: boolean;
  /** Jobs that are run before the user is asked about the rest; null: none. */
  readonly canary: number | null;
  /** null: the API calls nobody back. */
  readonly webhooks: Webhooks | null;
  readonly reuse: { readonly roots: readonly string[]; readonly anyAccount: boolean };
  /** null: where the files of the folder are put, if they are. */
  readonly files: string | null;
  readonly allowedHosts: readonly string[];
  readonly embedsRecipes: boolean;
}

/** Takes what `--files` takes. Throws `UserError` (`usage`). */
export function filesPlace(text: string): string {
  if (text !== noFilesPlace) placeAddress(text, 'run');
  return text;
}

/** What ends it that files are put elsewhere. */
export const noFilesPlace = 'none';

const [minPollsPerSecond, minOutageMs] = [0.01, 1_000];

/**
 * What the user says goes before what the sweep file says, and that before what is usual; the cap of the environment is above both. Throws `UserError`
 * (`usage`) for a cap there that is not an amount.
 */
export function runPolicy(
  given: RunPolicies,
  env: Environment,
  sweep: Sweep | null = null,
  usual: UsualPolicies = {},
): RunPolicy {
  const { concurrency, submitsPerMinute, maxCostUsd, maxDurationMs, canary } = {
    ...known(usual),
    ...sweepPolicies(sweep),
    ...known(given),
  };
  const { pollMs = 'auto', retries = defaultBackoff.retries } = given;
  return {
    limits: {
      concurrency: concurrencyOf(concurrency, given.maxConcurrency),
      maxSubmissions: given.submits ?? 8,
      maxSubmissionsPerMinute: submitsPerMinute ?? null,
      maxDownloads: given.downloads ?? 8,
      pace: { everyMs: pollMs === 'auto' ? null : pollMs },
      maxPollsPerSecond: Math.max(minPollsPerSecond, given.pollsPerSecond ?? 50),
      jobTimeoutMs: given.jobTimeoutMs ?? 30 * 60_000,
      outageMs: Math.max(minOutageMs, given.outageMs ?? 2 * 3_600_000),
      backoff: { ...defaultBackoff, retries },
      abandonAfterMs: 5_000,
      isAccountMeant: given.isAccountMeant ?? false,
    },
    caps: {
      ...cappedBy(maxCostUsd ?? null, env),
      durationMs: maxDurationMs ?? null,
      failures: given.maxFailures ?? null,
    },
    resendsUnknown: given.onUnknown === 'resubmit',
    canary: canary ?? null,
    webhooks: webhooksOf(given.webhookBase, usual.webhookBase ?? (env[webhookVariable] || undefined)),
    reuse: { roots: given.reuse ?? [], anyAccount: given.reusesAnyAccount ?? false },
    files: given.files ?? usual.files ?? null,
    allowedHosts: given.allowedHosts ?? [],
    embedsRecipes: given.embedsRecipes ?? true,
  };
}

function concurrencyOf(given: RunPolicies['concurrency'] = 'auto', max = 64): Concurrency {
  return given === 'auto' ? { max, adapts: true } : { max: given, adapts: false };
}

/** The `limits` of a sweep file, which have been checked where it was read. */
function sweepPolicies(sweep: Sweep | null): RunPolicies {
  const limits: ReadonlyMap<string, string> = sweep?.limits ?? new Map();
  const names = ['concurrency', 'rpm', 'max-cost', 'max-duration', 'canary'];
  const [concurrency, rpm, usd, time, canary] = names.map((name) => limits.get(name));
  return known({
    concurrency: concurrency === 'auto' ? concurrency : amountOf(concurrency),
    submitsPerMinute: amountOf(rpm),
    maxCostUsd: amountOf(usd),
    canary: amountOf(canary),
    maxDurationMs: time === undefined ? undefined : (parseDurationMs(time) ?? undefined),
  });
}

const amountOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** Without what is not given, so that it does not take the place of what is. */
function known(policies: RunPolicies): RunPolicies {
  return Object.fromEntries(Object.entries(policies).filter(([, value]) => value !== undefined));
}
