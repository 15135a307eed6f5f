import { modelsFolder } from '../../app/access/model-source.ts';
import { defaultModelId, ideogramV2, type Model } from '../../core/models.ts';
import { compileInputs, type InputField } from '../../plan/models/schema.ts';
import { isWord } from '../../plan/rows/words.ts';
import { defaultBaseUrl, parseBaseUrl } from '../../providers/runcomfy/base-url.ts';
import type { CompletedShell } from '../../report/completion/completion-scripts.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { modelCache } from '../../store/folder/model-cache.ts';
import type { Call } from '../argv/call.ts';
import type { FlagTable } from '../argv/flag-kinds.ts';
import { exitCodes } from '../exit.ts';
import type { Environment, Surroundings } from '../surroundings.ts';
import { sheetKeyCandidates } from './sheet-completion.ts';

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
  { stdout, env }: Surroundings,
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
  const fields = [...(compileInputs(modelOf(typed, env)).fields?.values() ?? [])];
  if (isWord(current)) return valuesFor(current, fields);
  return fields
    .map((field) => ({ text: `${field.name}=`, about: field.description ?? field.types.join(' or ') }))
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
function valuesFor(current: string, fields: readonly InputField[]): readonly Candidate[] {
  const equals = current.indexOf('=');
  const field = fields.find(({ name }) => name === current.slice(0, equals));
  if (field === undefined) return [];
  const choices = field.types.includes('boolean') ? [true, false] : (field.choices ?? []);
  const comma = current.lastIndexOf(',');
  const kept = current.slice(0, Math.max(comma, equals) + 1);
  return choices
    .map((choice) => ({ text: `${kept}${String(choice)}`, about: field.name }))
    .filter(({ text }) => text.startsWith(current));
}

function modelOf(typed: readonly string[], env: Environment): Model {
  const at = typed.findIndex((word) => word === '-m' || word === '--model');
  const glued = typed.find((word) => word.startsWith('--model='))?.slice('--model='.length);
  const id = glued ?? (at === -1 ? defaultModelId : (typed[at + 1] ?? defaultModelId));
  if (id === ideogramV2.id) return ideogramV2;
  const base = parseBaseUrl(env.RUNCOMFY_MODEL_API_BASE ?? defaultBaseUrl).href;
  return modelCache(modelsFolder(env)).read(base, id)?.model ?? { ...ideogramV2, id, inputSchema: null };
}
