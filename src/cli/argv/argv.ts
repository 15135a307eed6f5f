import yargs from 'yargs';
import { UserError } from '../../core/complaints.ts';
import type { System } from '../system.ts';
import type { Call } from './call.ts';
import { type CommandName, commands } from './commands.ts';
import type { Flags } from './flag-names.ts';
import { checkedCommand, checkedFlags } from './words/misspellings.ts';

/** The command line as yargs reads it. Throws `UserError` (`usage`) for what it cannot mean. */
export async function parseArgv({ argv }: System): Promise<{ name: CommandName; call: Call }> {
  const name = checkedCommand(argv);
  const words = checkedFlags(argv, commands[name].flags);
  let chosen = false;
  const parser = yargs()
    .scriptName('rcb')
    .locale('en')
    .help(false)
    .version(false)
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
      throw new UserError('usage', sentence(message ?? error?.message ?? null), `See rcb ${name} --help.`);
    })
    .command(
      [`${name} [words..]`],
      false,
      (command) => command.options(commands[name].flags),
      () => {
        chosen = true;
      },
    );
  const parsed = await parser.parse(words.map(hideDash));
  if (!chosen) throw new Error(`yargs did not choose rcb ${name}.`);
  const { _, $0, words: given, ...flags } = parsed as Record<string, unknown>;
  // What follows `--` is left in `_`, behind the command.
  const all = [...texts(given), ...texts(_).slice(1)];
  return { name, call: { flags: flags as Flags, words: all.map(showDash) } };
}

// yargs drops a lone dash, which means standard input here.
const dash = '\ue000';
const hideDash = (word: string): string => (word === '-' ? dash : word);
const showDash = (word: string): string => (word === dash ? '-' : word);

function texts(words: unknown): string[] {
  return Array.isArray(words) ? words.map(String) : [];
}

function sentence(message: string | null): string {
  const trimmed = (message ?? 'Cannot read the command line').trim().split('\n')[0] as string;
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
