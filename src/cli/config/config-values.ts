import type { ConfigEntry } from '../../app/config/config-entries.ts';
import { pathOfSetting } from '../../app/config/config-paths.ts';
import { ownConfigPath } from '../../app/config/config-places.ts';
import { type Place, showPlace, UserError } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import { namedLedger } from '../../core/sharing/named-ledger.ts';
import type { FlagName, Flags } from '../argv/flag-names.ts';
import { batchRequestOf } from '../argv/requests.ts';
import { logLevelOf, runPoliciesOf } from '../argv/run-policies.ts';
import type { System } from '../system.ts';
import { type ConfigKey, configKey, configKeys } from './config-keys.ts';

type Given = NonNullable<Flags[FlagName]>;

/** A setting of a file as its option would give it. */
export interface Setting extends ConfigKey {
  readonly given: Given;
  readonly entry: ConfigEntry;
}

/** Throws `UserError` (`input`), with line and column, for whatever the option would not take either. */
export function settingOf(entry: ConfigEntry, system: System): Setting {
  const known = knownKey(entry, system);
  const given = pathChecked(known, valueIn(known, entry), entry);
  check(known, given, entry, system);
  return { ...known, given, entry };
}

function wrong(place: Place, sentence: string, hint: string | null): UserError {
  return new UserError('input', `${showPlace(place)}: ${sentence}`, hint);
}

function knownKey({ key, place, file }: ConfigEntry, { env }: System): ConfigKey {
  const known = configKey(key);
  if (known === null) throw unknownKey(key, place.key);
  const { flag, reach } = known;
  const option = `--${flag}`;
  if (reach === 'nowhere') {
    throw wrong(
      place.key,
      `${key} cannot be set in a file.`,
      `Give ${option} with the command that is to have it.`,
    );
  }
  if (reach === 'project' || file.owner === 'user') return known;
  const own = ownConfigPath(env);
  throw wrong(
    place.key,
    `${key} cannot be set in a file beside the prompts, which somebody else may have made.`,
    `Give ${option}, or set it in your own file${own === null ? '' : `, ${own}`}.`,
  );
}

const secret = /^(api_?)?(key|token)$|secret|passw|_token$/i;

function unknownKey(key: string, place: Place): UserError {
  if (secret.test(key)) {
    return wrong(place, `there is no key "${key}": settings hold no token.`, 'Store it with rcb login.');
  }
  const refused = /^no[_-](.+)$/.exec(key)?.[1];
  const positive = refused === undefined ? null : configKey(refused);
  if (positive?.about.type === 'boolean') {
    return wrong(place, `unknown key "${key}".`, `Write ${positive.key} = false.`);
  }
  const near = suggestion(
    key,
    configKeys.flatMap((each) => (each.reach === 'nowhere' ? [] : [each.key])),
  );
  const hint = near === null ? 'List the keys with rcb config.' : `Did you mean ${near}?`;
  return wrong(place, `unknown key "${key}".`, hint);
}

function valueIn({ key, about }: ConfigKey, { value, place }: ConfigEntry): Given {
  const refuse = (expected: string, hint: string): UserError =>
    wrong(place.value, `${key} ${shown(value)} is not ${expected}.`, hint);
  if (about.type === 'boolean') {
    if (typeof value === 'boolean') return value;
    throw refuse('true or false', `Write ${key} = ${about.hidden === true ? 'false' : 'true'}.`);
  }
  const takesNumber = /\b(N|USD|SECONDS|TIME|PIXELS)\b/.test(about.value ?? '');
  const textOf = (each: unknown): string => {
    if (typeof each === 'string' && each.trim() !== '') return each;
    if (typeof each === 'number' && takesNumber) return String(each);
    const example = `"${about.words?.[0] ?? about.usual ?? about.value ?? 'text'}"`;
    const kind = takesNumber ? 'a number or a text' : 'a text';
    throw refuse(kind, `Write ${key} = ${about.array === true ? `[${example}]` : example}.`);
  };
  if (about.array === true && Array.isArray(value)) return value.map(textOf);
  return about.array === true ? [textOf(value)] : textOf(value);
}

function shown(value: ConfigEntry['value']): string {
  if (Array.isArray(value)) return '[…]';
  if (typeof value === 'object') return value instanceof Date ? String(value.toJSON()) : '{…}';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

const pathForms: ReadonlySet<string> = new Set(['DIR', 'FILE', 'PATH']);

function pathChecked({ key, about }: ConfigKey, given: Given, { file, place }: ConfigEntry): Given {
  if (typeof given !== 'string' || !pathForms.has(about.value ?? '')) return given;
  const path = pathOfSetting(given, file);
  if (path !== null) return path;
  throw wrong(
    place.value,
    `${key} "${given}" leaves the folder of ${file.path}, which somebody else may have made.`,
    'Name a path inside that folder.',
  );
}

/** A file is copied, shown and kept in repositories. Throws `UserError` for what cannot be an address as well. */
function refusePassword(given: string): void {
  if (namedLedger(given, '--ledger')?.hasPassword !== true) return;
  throw new UserError(
    'usage',
    '--ledger must not hold a password.',
    'Leave it out of the address, and keep it in ~/.pgpass or in PGPASSWORD.',
  );
}

/** Has the option's own checks look at it, and says what they say in the words of the file. */
function check({ key, flag, about }: ConfigKey, given: Given, { place }: ConfigEntry, system: System): void {
  const flags = { [flag]: given } as Flags;
  try {
    runPoliciesOf(flags);
    logLevelOf(flags);
    if (flag === 'ledger') refusePassword(String(given));
    batchRequestOf({ flags, words: [] }, { ...system, argv: [] });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const inFile = (text: string): string => text.replaceAll(`--${flag} `, `${key} = `);
    // What may hold a password is not repeated.
    const near = flag === 'ledger' ? null : suggestion(String(given), about.words ?? []);
    const own = error.hint === null || /\brcb\b/.test(error.hint) ? null : inFile(error.hint);
    const hint = near === null ? own : `Did you mean "${near}"?`;
    throw wrong(place.value, error.message.replaceAll(`--${flag}`, key), hint);
  }
}
