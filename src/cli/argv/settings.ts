import { UserError } from '../../core/complaints.ts';
import { parseUsd } from '../../core/money/dollar-texts.ts';
import { parseDurationMs } from '../../core/pacing/pace.ts';
import { commandLine } from '../../core/shell-words.ts';
import type { FlagName, Flags } from './flag-names.ts';

/** Reads flags as what they must be; every mistake names the flag, quotes the value and says what is expected. */
export function text(flags: Flags, name: FlagName): string | null {
  const value = flags[name];
  if (value === undefined) return null;
  return Array.isArray(value) ? String(value.at(-1)) : String(value);
}

export function texts(flags: Flags, name: FlagName): readonly string[] {
  const value = flags[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

export function truth(flags: Flags, name: FlagName): boolean {
  return flags[name] === true;
}

export function count(flags: Flags, name: FlagName): number {
  const value = flags[name];
  return typeof value === 'number' ? value : 0;
}

export function wholeNumber<F extends number | null | undefined>(
  flags: Flags,
  name: FlagName,
  fallback: F,
  atLeast = 1,
): number | F {
  const given = text(flags, name);
  if (given === null) return fallback;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= atLeast) return number;
  throw wrong(name, given, `a whole number of at least ${atLeast}`);
}

export function number<F extends number | null | undefined>(
  flags: Flags,
  name: FlagName,
  fallback: F,
): number | F {
  const given = text(flags, name);
  if (given === null) return fallback;
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw wrong(name, given, 'a number');
}

/** Dollars, also as `$5` or `5 USD`. */
export function dollars(flags: Flags, name: FlagName): number | null {
  const given = text(flags, name);
  if (given === null) return null;
  const amount = parseUsd(given);
  if (amount !== null) return amount;
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
  if (given === null || !/\d\s*(,|-|\.\.)\s*\d/.test(given)) return wholeNumber(flags, 'seeds', null);
  const word = `seed=${given.replace(/\s*\.\.+\s*/, '-').replace(/\s+/g, '')}`;
  const at = argv.findIndex((each) => each === `--seeds=${given}` || each === '--seeds');
  const rest = argv.slice(at + (argv[at] === '--seeds' ? 2 : 1));
  const command = commandLine(at === -1 ? [word] : [...argv.slice(0, at), word, ...rest]);
  throw wrong('seeds', given, 'a number of seeds', `For these seeds: ${command}`);
}

export function durationMs<F extends number | null | undefined>(
  flags: Flags,
  name: FlagName,
  fallbackMs: F,
): number | F {
  const given = text(flags, name);
  if (given === null) return fallbackMs;
  const value = parseDurationMs(given);
  if (value !== null) return value;
  throw wrong(name, given, 'a duration such as 90s, 30m or 8h');
}

/** One of some words. */
export function oneOfWords<T extends string, F extends T | null | undefined>(
  flags: Flags,
  name: FlagName,
  words: readonly T[],
  fallback: F,
): T | F {
  const given = text(flags, name);
  if (given === null) return fallback;
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  throw wrong(name, given, `one of ${words.join(', ')}`);
}

export function wrong(
  name: FlagName,
  given: string,
  expected: string,
  hint: string | null = null,
): UserError {
  return new UserError('usage', `--${name} "${given}" is not ${expected}.`, hint);
}
