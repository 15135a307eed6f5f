import { inputsKnownOf } from '../../app/access/known-inputs.ts';
import type { Environment } from '../../core/environment.ts';
import { isWord } from '../../core/sweep.ts';
import type { CompletedShell } from '../../report/completion/completion-scripts.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { type Candidate, flagWords, keyCandidates, modelIn, valuesFor } from '../argv/candidates.ts';
import type { FlagTable } from '../argv/flag-kinds.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

/** What there is to complete of commands: their names, flags and remarks; those without a group are hidden. */
type CommandTable = Readonly<
  Record<string, { readonly group: string | null; readonly describe: string; readonly flags: FlagTable }>
>;

const takesKeys: ReadonlySet<string> = new Set(['ls', 'sheet', 'export']);
const takesWords: ReadonlySet<string> = new Set(['run', 'plan', 'vary']);

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
  const profiles = asksForProfile(typed)
    ? (await import('../config/profile-words.ts')).profileWords(typed, env)
    : null;
  for (const { text, about } of profiles ?? candidates(typed, env, commands))
    stdout.write(`${plainText(text)}\t${plainText(about)}\n`);
  return exitCodes.done;
}

/** Behind `--profile ` or `--profile=`. */
function asksForProfile(typed: readonly string[]): boolean {
  return typed.at(-2) === '--profile' || typed.at(-1)?.startsWith('--profile=') === true;
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
  if (takesKeys.has(name)) return keyCandidates(typed).filter(startsSo);
  if (!takesWords.has(name)) return [];
  const fields = inputsKnownOf(modelIn(typed), env);
  if (isWord(current)) return valuesFor(current, fields);
  return fields
    .map((field) => ({ text: `${field.name}=`, about: field.description ?? field.type }))
    .filter(startsSo);
}

const shells = ['bash', 'zsh', 'fish'] as const satisfies readonly CompletedShell[];
