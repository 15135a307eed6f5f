import { inputsKnownOf } from '../../app/access/known-inputs.ts';
import { folderNamed, newestFolder } from '../../app/folder/chosen-folder.ts';
import { sheetKeysOf } from '../../app/folder/sheet-making.ts';
import type { Environment } from '../../core/environment.ts';
import { isWord } from '../../core/sweep.ts';
import type { CompletedShell } from '../../report/completion/completion-scripts.ts';
import type { InputHelp } from '../../report/models/input-text.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { FlagTable } from '../argv/flag-kinds.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

/** What there is to complete of commands: their names, flags and remarks; those without a group are hidden. */
export type CommandTable = Readonly<
  Record<string, { readonly group: string | null; readonly describe: string; readonly flags: FlagTable }>
>;

const takesWords: ReadonlySet<string> = new Set(['run', 'plan', 'vary']);

export interface Candidate {
  readonly text: string;
  readonly about: string;
}

/**
 * `rcb __complete SHELL -- WORDS…`: what the last word may become, one candidate a line, with what it is about after
 * a tab. It never reaches for the network: models are known if they are built in or were seen before.
 */
export async function completeCommand(
  { words }: Call,
  { stdout, env }: System,
  commands: CommandTable,
): Promise<number> {
  const [, ...typed] = words;
  for (const { text, about } of candidates(typed, env, commands))
    stdout.write(`${plainText(text)}\t${plainText(about)}\n`);
  return exitCodes.done;
}

function candidates(
  typed: readonly string[],
  env: Environment,
  commands: CommandTable,
): readonly Candidate[] {
  const current = typed.at(-1) ?? '';
  const startsSo = ({ text }: Candidate): boolean => text.startsWith(current);
  if (typed.length <= 1 || (typed.length === 2 && typed[0] === 'help')) {
    return Object.entries(commands)
      .filter(([, { group }]) => group !== null)
      .map(([text, { describe }]) => ({ text, about: describe }))
      .filter(startsSo);
  }
  const name = typed[0] as string;
  const command = Object.entries(commands).find(([known]) => known === name)?.[1];
  if (command === undefined) return [];
  const words = flagWords(command.flags, typed.at(-2) ?? '', current);
  if (words !== null) return words;
  if (current.startsWith('-')) {
    return Object.entries(command.flags)
      .filter(([, { hidden }]) => hidden !== true)
      .map(([flag, { describe }]) => ({ text: `--${flag}`, about: describe ?? '' }))
      .filter(startsSo);
  }
  if (name === 'completion') return shells.map((text) => ({ text, about: 'a shell' })).filter(startsSo);
  if (name === 'sheet') return sheetKeyCandidates(typed).filter(startsSo);
  if (!takesWords.has(name)) return [];
  const fields = inputsKnownOf(modelIn(typed), env);
  if (isWord(current)) return valuesFor(current, fields);
  return fields
    .map((field) => ({ text: `${field.name}=`, about: field.description ?? field.type }))
    .filter(startsSo);
}

const shells = ['bash', 'zsh', 'fish'] as const satisfies readonly CompletedShell[];

/** The words that a flag takes, behind `--order ` or `--order=`; null: the current word is no such value. */
function flagWords(flags: FlagTable, before: string, current: string): readonly Candidate[] | null {
  const equals = current.startsWith('--') ? current.indexOf('=') : -1;
  const name = equals === -1 ? before.replace(/^--/, '') : current.slice(2, equals);
  const words =
    (equals === -1 && !before.startsWith('--')) || before.includes('=') ? undefined : flags[name]?.words;
  if (words === undefined) return null;
  const kept = equals === -1 ? '' : current.slice(0, equals + 1);
  return words
    .map((word) => ({ text: `${kept}${word}`, about: `for --${name}` }))
    .filter(({ text }) => text.startsWith(current));
}

/** Values of an enum, behind those that are there already: `style=anime,re` becomes `style=anime,realistic`. */
function valuesFor(current: string, fields: readonly InputHelp[]): readonly Candidate[] {
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
function modelIn(typed: readonly string[]): string | null {
  const at = typed.findIndex((word) => word === '-m' || word === '--model');
  const glued = typed.find((word) => word.startsWith('--model='))?.slice('--model='.length);
  return glued ?? (at === -1 ? null : (typed[at + 1] ?? null));
}

const takingKeys = ['--x', '--y', '--page'];

/** What may follow `--x`, `--y` and `--page` of `rcb sheet`: the keys of the folder that is named, or of the newest. */
function sheetKeyCandidates(typed: readonly string[]): readonly Candidate[] {
  if (!takingKeys.includes(typed.at(-2) ?? '')) return [];
  const { dir } = folderNamed(typed.slice(1, -1));
  return sheetKeysOf(dir ?? newestFolder()).map(({ key, values }) => ({
    text: key,
    about: values === null ? 'a key of the jobs' : `an axis of ${values} values`,
  }));
}
