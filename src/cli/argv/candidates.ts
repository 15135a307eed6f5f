import { newestFolder, runFolderAmong } from '../../app/folder/chosen-folder.ts';
import { sheetKeysOf } from '../../app/folder/sheet-making.ts';
import type { InputHelp } from '../../report/models/input-text.ts';
import type { FlagTable } from './flag-kinds.ts';

/** What a word may become, and what that is about. */
export interface Candidate {
  readonly text: string;
  readonly about: string;
}

/** The words that a flag takes, behind `--order ` or `--order=`; null: the current word is no such value. */
export function flagWords(flags: FlagTable, before: string, current: string): readonly Candidate[] | null {
  const equals = current.startsWith('--') ? current.indexOf('=') : -1;
  const name = equals === -1 ? before.replace(/^--/, '') : current.slice(2, equals);
  const words =
    (equals === -1 && !before.startsWith('--')) || before.includes('=')
      ? undefined
      : (flags[name]?.words ?? (equals === -1 ? undefined : flags[name]?.forms));
  if (words === undefined) return null;
  const kept = equals === -1 ? '' : current.slice(0, equals + 1);
  return words
    .map((word) => ({ text: `${kept}${word}`, about: `for --${name}` }))
    .filter(({ text }) => text.startsWith(current));
}

/** Values of an enum, behind those that are there already: `style=anime,re` becomes `style=anime,realistic`. */
export function valuesFor(current: string, fields: readonly InputHelp[]): readonly Candidate[] {
  const equals = current.indexOf('=');
  const field = fields.find(({ name }) => name === current.slice(0, equals));
  if (field === undefined) return [];
  const choices = field.type.includes('boolean') ? [true, false] : (field.choices ?? []);
  const comma = current.lastIndexOf(',');
  const kept = current.slice(0, Math.max(comma, equals) + 1);
  return choices
    .map((choice) => ({ text: `${kept}${String(choice)}`, about: field.name }))
    .filter(({ text }) => text.startsWith(current));
}

/** The model that the command line names; null: none. */
export function modelIn(typed: readonly string[]): string | null {
  const at = typed.findIndex((word) => word === '-m' || word === '--model');
  const glued = typed.find((word) => word.startsWith('--model='))?.slice('--model='.length);
  return glued ?? (at === -1 ? null : (typed[at + 1] ?? null));
}

const takingKeys = ['--x', '--y', '--page', '--where'];

/**
 * What may follow `--x`, `--y`, `--page` and `--where`: the keys of the folder that is named, or of the newest; the last
 * with the sign of a condition.
 */
export function keyCandidates(typed: readonly string[]): readonly Candidate[] {
  const flag = typed.at(-2) ?? '';
  if (!takingKeys.includes(flag)) return [];
  const dir = runFolderAmong(typed.slice(1, -1)) ?? newestFolder();
  return sheetKeysOf(dir).map(({ key, values }) => ({
    text: flag === '--where' ? `${key}=` : key,
    about: values === null ? 'a key of the jobs' : `an axis of ${values} values`,
  }));
}
