import { webhookBase } from '../../app/callbacks/webhook-base.ts';
import { filesPlace, type RunPolicies, type RunPolicy, runPolicy } from '../../app/policies.ts';
import { UserError } from '../../core/complaints.ts';
import { maxCanary } from '../../core/job/canary-report.ts';
import { parseDurationMs } from '../../core/pacing/pace.ts';
import type { Sweep } from '../../core/sweep.ts';
import type { System } from '../system.ts';
import type { Call } from './call.ts';
import type { FlagName, Flags } from './flag-names.ts';
import {
  count,
  dollars,
  durationMs,
  number,
  oneOfWords,
  text,
  texts,
  wholeNumber,
  wrong,
} from './settings.ts';

/** How a run is to work, as far as the flags say so. Throws `UserError` (`usage`) for the first mistake. */
export function runPoliciesOf(flags: Flags): RunPolicies {
  return {
    concurrency: concurrencyOf(flags),
    maxConcurrency: wholeNumber(flags, 'max-concurrency', undefined),
    submits: wholeNumber(flags, 'submits', undefined),
    submitsPerMinute: wholeNumber(flags, 'rpm', undefined),
    downloads: wholeNumber(flags, 'downloads', undefined),
    pollMs: pollOf(flags),
    pollsPerSecond: number(flags, 'poll-rps', undefined),
    jobTimeoutMs: durationMs(flags, 'job-timeout', undefined),
    outageMs: durationMs(flags, 'outage', undefined),
    retries: wholeNumber(flags, 'retries', undefined, 0),
    maxCostUsd: dollars(flags, 'max-cost') ?? undefined,
    maxDurationMs: durationMs(flags, 'max-duration', undefined),
    maxFailures: failureCapOf(flags),
    canary: canaryOf(flags),
    reuse: texts(flags, 'reuse'),
    reusesAnyAccount: flags['reuse-any-account'] === true,
    onUnknown: oneOfWords(flags, 'on-unknown', unknownActions, undefined),
    webhookBase: webhookBaseOf(flags),
    files: filesOf(flags),
    allowedHosts: texts(flags, 'allow-host'),
    embedsRecipes: flags.embed !== false,
    isAccountMeant: flags['this-account'] === true,
  };
}

/** The policy of a run, once its sweep is known, between the flags and what files of settings say. Throws as above. */
export function policiesOf(
  { flags, usual = {}, place }: Call,
  { env }: System,
): (sweep: Sweep | null) => RunPolicy {
  const given = runPoliciesOf(flags);
  const { concurrency, submitsPerMinute, maxCostUsd, maxDurationMs, canary, webhookBase, files } =
    runPoliciesOf(usual);
  const below = { concurrency, submitsPerMinute, maxCostUsd, maxDurationMs, canary, webhookBase, files };
  return (sweep) => {
    const policy = runPolicy(given, env, sweep, below);
    if (flags.detach === true) refuseCanary(policy);
    if (place !== undefined) refuseAlone(policy);
    return policy;
  };
}

/** Throws `UserError` (`usage`) for a run in the background with a canary: nobody is there to answer after it. */
function refuseCanary({ canary }: RunPolicy): void {
  if (canary === null) return;
  throw new UserError(
    'usage',
    'A canary asks at the terminal, which a run in the background does not have.',
    'Run it with --canary and without --detach first, then the rest with --detach.',
  );
}

/** Throws `UserError` (`usage`) for what a run can do only where no other machine works on it. */
function refuseAlone({ canary, reuse }: RunPolicy): void {
  const flag = canary !== null ? '--canary' : reuse.roots.length > 0 ? '--reuse' : null;
  if (flag === null) return;
  throw new UserError(
    'usage',
    `${flag} is not available on a run that several machines share.`,
    `Leave it out; or run with ${flag} and --ledger none first, and then share the folder with rcb share-run.`,
  );
}

const unknownActions = ['hold', 'resubmit'] as const;

function concurrencyOf(flags: Flags): RunPolicies['concurrency'] {
  const given = text(flags, 'concurrency');
  if (given === null || given === 'auto') return given ?? undefined;
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw wrong('concurrency', given, 'a whole number of at least 1, or auto');
}

function pollOf(flags: Flags): RunPolicies['pollMs'] {
  const given = text(flags, 'poll');
  if (given === null || given === 'auto') return given ?? undefined;
  const everyMs = parseDurationMs(given);
  if (everyMs !== null && everyMs > 0) return everyMs;
  throw wrong('poll', given, 'a number of seconds above 0, or auto');
}

function failureCapOf(flags: Flags): RunPolicies['maxFailures'] {
  const given = text(flags, 'max-failures');
  if (given === null) return undefined;
  if (/^[1-9]\d*$/.test(given)) return { jobs: Number(given) };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
  if (share !== undefined && Number(share) <= 100) return { share: Number(share) / 100 };
  throw wrong('max-failures', given, 'a whole number of at least 1, or a share such as 5%');
}

/** Checked here too, so that a mistake in a file of settings is told with its place. It is a secret: none is repeated. */
function webhookBaseOf(flags: Flags): string | undefined {
  const given = text(flags, 'webhook-base');
  return given === null ? undefined : webhookBase(given).href;
}

/** Checked here too, so that a mistake in a file of settings is told with its place. */
function filesOf(flags: Flags): string | undefined {
  const given = text(flags, 'files');
  return given === null ? undefined : filesPlace(given);
}

function canaryOf(flags: Flags): number | undefined {
  const given = text(flags, 'canary');
  if (given === null) return undefined;
  if (/^[1-9]\d*$/.test(given) && Number(given) <= maxCanary) return Number(given);
  const hint = /^[1-9]\d+$/.test(given) ? 'To run only the first jobs of the plan, use --limit.' : null;
  throw wrong('canary', given, `a whole number from 1 to ${maxCanary}`, hint);
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export function logLevelOf(flags: Flags): (typeof logLevels)[number] {
  return oneOfWords(flags, 'log-level', logLevels, count(flags, 'verbose') > 0 ? 'debug' : 'info');
}

/** `--map Prompt=prompt`, any number of them. */
export function renamesOf(flags: Flags): ReadonlyMap<string, string> {
  return new Map(
    texts(flags, 'map').map((given): [string, string] => pairOf('map', given, 'of the form COLUMN=input')),
  );
}

/** Both sides of the first equals sign, neither of them empty. */
function pairOf(name: FlagName, given: string, form: string): [string, string] {
  const equals = given.indexOf('=');
  if (equals < 1 || equals === given.length - 1) throw wrong(name, given, form);
  return [given.slice(0, equals), given.slice(equals + 1)];
}
