import yargs from 'yargs';
import { UserError } from '../core/complaints.ts';
import { suggestion } from '../core/nearby.ts';
import { quoted } from '../core/shell-words.ts';
import type { Call } from './call.ts';
import { type CommandName, commands } from './commands.ts';
import type { Flags } from './flags.ts';
import { commandList } from './help.ts';
import type { Surroundings } from './surroundings.ts';
import { version } from './version.ts';

/** null: help or the version was asked for and has been written. */
export async function parseArgv(
  surroundings: Surroundings,
): Promise<{ name: CommandName; call: Call } | null> {
  const argv = withoutHelpCommand(surroundings.argv);
  refuseStranger(argv[0]);
  let chosen: CommandName | null = null;
  const parser = yargs()
    .scriptName('rcb')
    .usage(commandList())
    .locale('en')
    .version(version())
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({
      'greedy-arrays': false,
      'parse-positional-numbers': false,
      'parse-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': true,
    })
    .fail((message, error: Error | undefined) => {
      if (error !== undefined && error.name !== 'YError') throw error;
      const said = sentence(message ?? error?.message ?? null);
      throw new UserError('usage', said, 'Run rcb --help to see what there is.');
    });
  for (const [name, entry] of Object.entries(commands)) {
    parser.command(
      [`${name} [words..]`],
      false,
      (command) => command.usage(`rcb ${entry.usage}\n\n${entry.describe}`).options(entry.flags),
      () => {
        chosen = name as CommandName;
      },
    );
  }
  parser.demandCommand(1, 'There is no command.').wrap(Math.min(110, surroundings.stdout.columns ?? 100));

  let written = '';
  const parsed = await parser.parse(argv.map(hideDash), (_error: unknown, _argv: unknown, output: string) => {
    written = output;
  });
  if (written !== '') {
    surroundings.stdout.write(`${written}\n`);
    return null;
  }
  if (chosen === null)
    throw new UserError('usage', 'There is no command.', 'Run rcb --help to see what there is.');
  const { _, $0, words, ...flags } = parsed as Record<string, unknown>;
  // What follows `--` is left in `_`, behind the command.
  const all = [...texts(words), ...texts(_).slice(1)];
  return { name: chosen, call: { flags: flags as Flags, words: all.map(showDash) } };
}

/** `help run` is `run --help`. */
function withoutHelpCommand([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  return first === 'help' ? [...rest, '--help'] : [first, ...rest];
}

function refuseStranger(word: string | undefined): void {
  if (word === undefined || word.startsWith('-') || Object.hasOwn(commands, word)) return;
  const meant = suggestion(word, Object.keys(commands));
  const hint = hintFor(word, meant);
  throw new UserError('usage', `There is no command "${word}".`, hint);
}

function hintFor(word: string, meant: string | null): string {
  if (meant !== null) return `Did you mean rcb ${meant}?`;
  // What people type who expect the input to come first.
  if (/[.=]/.test(word)) return `Did you mean: rcb run ${quoted(word)}`;
  return 'Run rcb --help to see what there is.';
}

// yargs drops a lone dash, which means standard input here.
const dash = '\ue000';
const hideDash = (word: string): string => (word === '-' ? dash : word);
const showDash = (word: string): string => (word === dash ? '-' : word);

function texts(words: unknown): string[] {
  return Array.isArray(words) ? words.map(String) : [];
}

function sentence(message: string | null): string {
  const trimmed = (message ?? 'The command line cannot be read').trim().split('\n')[0] as string;
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
