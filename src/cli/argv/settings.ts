import { UserError } from '../../core/complaints.ts';
import { defaultBackoff, type PollPace, parseDurationMs } from '../../core/pacing/pace.ts';
import type { Concurrency } from '../../core/pacing/window-size.ts';
import { commandLine } from '../../core/shell-words.ts';
import type { Sweep } from '../../core/sweep.ts';
import type { Limits } from '../../engine/lanes.ts';
import type { Flags } from './flags.ts';

/** Reads flags as what they must be; every mistake names the flag, quotes the value and says what is expected. */
export function text(flags: Flags, name: string): string | null {
  const value = flags[name];
  if (value === undefined) return null;
  return Array.isArray(value) ? String(value.at(-1)) : String(value);
}

export function texts(flags: Flags, name: string): readonly string[] {
  const value = flags[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** The flag as an optional property: left out where it was not given. */
export function optional<Name extends string>(
  name: Name,
  flags: Flags,
): { readonly [name in Name]?: string } {
  const given = text(flags, name);
  return given === null ? {} : ({ [name]: given } as { readonly [name in Name]: string });
}

export function truth(flags: Flags, name: string): boolean {
  return flags[name] === true;
}

export function count(flags: Flags, name: string): number {
  const value = flags[name];
  return typeof value === 'number' ? value : 0;
}

export function wholeNumber(flags: Flags, name: string, fallback: number, atLeast = 1): number {
  const given = text(flags, name);
  if (given === null) return fallback;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= atLeast) return number;
  throw wrong(name, given, `a whole number of at least ${atLeast}`);
}

export function number(flags: Flags, name: string, fallback: number): number {
  const given = text(flags, name);
  if (given === null) return fallback;
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw wrong(name, given, 'a number');
}

/** Dollars, also as `$5` or `5 USD`. */
export function dollars(flags: Flags, name: string): number | null {
  const given = text(flags, name);
  if (given === null) return null;
  const amount = /^(?:US)?\$?\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:\$|USD|dollars?)?$/i.exec(given.trim())?.[1];
  if (amount !== undefined) return Number(amount);
  const comma = /^\$?(\d+),(\d{1,2})$/.exec(given.trim());
  if (comma !== null) throw wrong(name, given, 'a number', `Write --${name} ${comma[1]}.${comma[2]}.`);
  // A shell puts a variable of its own in the place of an unquoted $5.
  const hint =
    given === '' ? `Write --${name} 5: to the shell, $5 is a variable.` : `Write it like --${name} 5.`;
  throw wrong(name, given, 'an amount in dollars', hint);
}

/** `--seeds`, the number of seeds; `argv` for what to type instead of `--seeds 1,2,3`. */
export function seedCount(flags: Flags, argv: readonly string[]): number | null {
  const given = text(flags, 'seeds');
  if (given === null || /^[1-9]\d*$/.test(given))
    return given === null ? null : wholeNumber(flags, 'seeds', 1);
  if (!/\d\s*(,|-|\.\.)\s*\d/.test(given)) return wholeNumber(flags, 'seeds', 1);
  const word = `seed=${given.replace(/\s*\.\.+\s*/, '-').replace(/\s+/g, '')}`;
  const at = argv.findIndex((each) => each === `--seeds=${given}` || each === '--seeds');
  const rest = argv.slice(at + (argv[at] === '--seeds' ? 2 : 1));
  const command = commandLine(at === -1 ? [word] : [...argv.slice(0, at), word, ...rest]);
  throw wrong('seeds', given, 'a number of seeds', `For these seeds: ${command}`);
}

export function durationMs(flags: Flags, name: string, fallbackMs: number): number {
  const given = text(flags, name);
  if (given === null) return fallbackMs;
  const value = parseDurationMs(given);
  if (value !== null) return value;
  throw wrong(name, given, 'a duration such as 90s, 30m or 8h');
}

/** One of some words. */
export function oneOfWords<T extends string, F extends T | null>(
  flags: Flags,
  name: string,
  words: readonly T[],
  fallback: F,
): T | F {
  const given = text(flags, name);
  if (given === null) return fallback;
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  throw wrong(name, given, `one of ${words.join(', ')}`);
}

function wrong(name: string, given: string, expected: string, hint: string | null = null): UserError {
  return new UserError('usage', `--${name} "${given}" is not ${expected}.`, hint);
}

const maxConcurrency = 64;

export function concurrencyOf(flags: Flags): Concurrency {
  const given = text(flags, 'concurrency') ?? 'auto';
  if (given === 'auto') {
    return { max: wholeNumber(flags, 'max-concurrency', maxConcurrency), adapts: true };
  }
  if (/^[1-9]\d{0,5}$/.test(given)) return { max: Number(given), adapts: false };
  throw wrong('concurrency', given, 'a whole number of at least 1, or auto');
}

function paceOf(flags: Flags): PollPace {
  const given = text(flags, 'poll') ?? 'auto';
  if (given === 'auto') return { everyMs: null };
  const everyMs = parseDurationMs(given);
  if (everyMs !== null && everyMs > 0) return { everyMs };
  throw wrong('poll', given, 'a number of seconds above 0, or auto');
}

export function limitsOf(flags: Flags): Limits {
  return {
    concurrency: concurrencyOf(flags),
    maxSubmissions: wholeNumber(flags, 'submits', 8),
    maxSubmissionsPerMinute: text(flags, 'rpm') === null ? null : wholeNumber(flags, 'rpm', 1),
    maxDownloads: wholeNumber(flags, 'downloads', 8),
    pace: paceOf(flags),
    maxPollsPerSecond: Math.max(0.01, number(flags, 'poll-rps', 50)),
    jobTimeoutMs: durationMs(flags, 'job-timeout', 30 * 60_000),
    outageMs: Math.max(1_000, durationMs(flags, 'outage', 2 * 3_600_000)),
    backoff: backoffOf(flags),
    abandonAfterMs: 5_000,
    isAccountMeant: truth(flags, 'this-account'),
  };
}

export function backoffOf(flags: Flags) {
  return { ...defaultBackoff, retries: wholeNumber(flags, 'retries', defaultBackoff.retries, 0) };
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export function logLevelOf(flags: Flags): (typeof logLevels)[number] {
  const given = text(flags, 'log-level') ?? (count(flags, 'verbose') > 0 ? 'debug' : 'info');
  const level = logLevels.find((known) => known === given);
  if (level !== undefined) return level;
  throw wrong('log-level', given, `one of ${logLevels.join(', ')}`);
}

/** `--map Prompt=prompt`, as many as there are. */
export function renamesOf(flags: Flags): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const given of texts(flags, 'map')) {
    const equals = given.indexOf('=');
    if (equals < 1 || equals === given.length - 1) throw wrong('map', given, 'of the form COLUMN=input');
    renames.set(given.slice(0, equals), given.slice(equals + 1));
  }
  return renames;
}

/** `--on-unknown resubmit`: the user's standing order to send again what may have been accepted. */
export function resendsUnknown(flags: Flags): boolean {
  const given = text(flags, 'on-unknown') ?? 'hold';
  if (given === 'hold' || given === 'resubmit') return given === 'resubmit';
  throw wrong('on-unknown', given, 'hold or resubmit');
}

/** `--no-embed` leaves files as they came. */
export function embedsRecipes(flags: Flags): boolean {
  return flags.embed !== false;
}

/** What ends submitting before everything is submitted. */
export interface Caps {
  readonly usd: number | null;
  readonly durationMs: number | null;
  /** Of the jobs that have ended in this run. */
  readonly failures: { readonly jobs: number } | { readonly share: number } | null;
}

export function capsOf(flags: Flags): Caps {
  return {
    usd: dollars(flags, 'max-cost'),
    durationMs: text(flags, 'max-duration') === null ? null : durationMs(flags, 'max-duration', 0),
    failures: failureCapOf(flags),
  };
}

function failureCapOf(flags: Flags): Caps['failures'] {
  const given = text(flags, 'max-failures');
  if (given === null) return null;
  if (/^[1-9]\d*$/.test(given)) return { jobs: Number(given) };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
  if (share !== undefined && Number(share) <= 100) return { share: Number(share) / 100 };
  throw wrong('max-failures', given, 'a whole number of at least 1, or a share such as 5%');
}

/** Flags with the limits of a sweep where the command line gives none. */
export function withSweepLimits(flags: Flags, sweep: Sweep | null): Flags {
  return { ...Object.fromEntries(sweep?.limits ?? []), ...flags };
}
