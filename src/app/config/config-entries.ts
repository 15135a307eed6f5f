import { readFileSync, statSync } from 'node:fs';
import { type Place, showPlace, UserError } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import { readToml, type TomlValue, tableIn } from '../../input/settings/toml-text.ts';
import type { ConfigFile } from './config-places.ts';

type ConfigValue = TomlValue;

/** One setting as a file has it. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: ConfigValue;
  readonly place: { readonly key: Place; readonly value: Place };
  readonly file: ConfigFile;
  /** Of `[profiles.NAME]`; null: it holds without one. */
  readonly profile: string | null;
}

const maxBytes = 1 << 20;
const profilesKey = 'profiles';

/** What files of settings hold. */
interface Config {
  readonly entries: readonly ConfigEntry[];
  /** Names of profiles, those without any setting too. */
  readonly profiles: readonly string[];
}

/** All settings of these files, in their order. Throws `UserError` (`input`) with the place of what cannot be read. */
export function readConfig(files: readonly ConfigFile[]): Config {
  const read = files.map(configIn);
  return {
    entries: read.flatMap(({ entries }) => entries),
    profiles: [...new Set(read.flatMap(({ profiles }) => profiles))],
  };
}

/**
 * The settings that hold, by key: those of the profile go before those without one, and within each those of an earlier
 * file before those of a later one. Throws `UserError` (`usage`) for a profile that no file has.
 */
export function entriesInEffect(
  { entries, profiles }: Config,
  chosen: { readonly name: string; readonly from: string } | null,
): ReadonlyMap<string, ConfigEntry> {
  if (chosen !== null) refuseUnknown(chosen, profiles);
  const ofProfile = entries.filter(({ profile }) => chosen !== null && profile === chosen.name);
  const others = entries.filter(({ profile }) => profile === null);
  const held = new Map<string, ConfigEntry>();
  for (const entry of [...ofProfile, ...others]) if (!held.has(entry.key)) held.set(entry.key, entry);
  return held;
}

function refuseUnknown(
  { name, from }: { readonly name: string; readonly from: string },
  known: readonly string[],
) {
  if (known.includes(name)) return;
  const near = suggestion(name, known);
  const sentence = `There is no profile "${name}" (${from}).`;
  if (near !== null) throw new UserError('usage', sentence, `Did you mean "${near}"?`);
  const hint =
    known.length === 0
      ? `Add [${profilesKey}.${/^[\w-]+$/.test(name) ? name : 'NAME'}] to rcb.toml.`
      : `Choose one of ${known.join(', ')}.`;
  throw new UserError('usage', sentence, hint);
}

function configIn(file: ConfigFile): Config {
  const { values, placeOf } = readToml(textOf(file.path), file.path);
  const entries: ConfigEntry[] = [];
  const add = (path: readonly string[], value: ConfigValue, profile: string | null): void => {
    entries.push({ key: path.at(-1) as string, value, place: placeOf(path), file, profile });
  };
  for (const [key, value] of values) {
    if (key !== profilesKey) add([key], value, null);
  }
  const profiles = values.get(profilesKey);
  if (profiles === undefined) return { entries, profiles: [] };
  const named = tableIn(profiles);
  if (named === null) throw noTable(placeOf([profilesKey]).value);
  for (const [name, settings] of named) {
    const table = tableIn(settings);
    if (table === null) throw noTable(placeOf([profilesKey, name]).value);
    for (const [key, value] of table) add([profilesKey, name, key], value, name);
  }
  return { entries, profiles: [...named.keys()] };
}

function noTable(place: Place): UserError {
  return new UserError(
    'input',
    `${showPlace(place)}: a profile is a table.`,
    `Write it like [${profilesKey}.client], with its settings in the lines below.`,
  );
}

function textOf(path: string): string {
  try {
    if (statSync(path).size <= maxBytes) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError('input', `Cannot read ${path}.`, 'Check its path and permissions.', error);
  }
  throw new UserError('input', `${path} is larger than 1 MiB.`, 'Check that it is a file of settings.');
}
