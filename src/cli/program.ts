import { createRequire } from 'node:module';
import { styleText } from 'node:util';
import { UserError } from '../core/complaints.ts';
import { suggestion } from '../core/nearby.ts';
import { plainText } from '../report/terminal.ts';
import type { Call } from './call.ts';
import { type CommandName, commands } from './commands.ts';
import { exitCodes, exitOfComplaint } from './exit.ts';
import type { Flags } from './flags.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs the command line and returns the exit code. Never throws. */
export async function program(surroundings: Surroundings): Promise<number> {
  // A reader that has gone away (`rcb ls | head`) must not bring down a run that is being paid for.
  for (const stream of [surroundings.stdout, surroundings.stderr]) stream.on('error', () => {});
  try {
    const [first, ...rest] = surroundings.argv;
    if (rest.length === 0 && (first === '--version' || first === '-V')) {
      surroundings.stdout.write(`${version()}\n`);
      return exitCodes.done;
    }
    const called = await parse(surroundings);
    if (called === null) return exitCodes.done;
    const command = await commands[called.name].load();
    return await command(called.call, surroundings);
  } catch (error) {
    return complain(error, surroundings);
  }
}

/** null: help or the version was asked for and has been written. */
async function parse(surroundings: Surroundings): Promise<{ name: CommandName; call: Call } | null> {
  refuseStranger(surroundings.argv[0]);
  const { default: yargs } = await import('yargs');
  let chosen: CommandName | null = null;
  const parser = yargs()
    .scriptName('rcb')
    .usage(overview())
    .locale('en')
    .version(version())
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
  const parsed = await parser.parse(
    surroundings.argv.map(hideDash),
    (_error: unknown, _argv: unknown, output: string) => {
      written = output;
    },
  );
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

function refuseStranger(word: string | undefined): void {
  if (word === undefined || word.startsWith('-') || Object.hasOwn(commands, word)) return;
  const meant = suggestion(word, Object.keys(commands));
  const hint = meant === null ? 'Run rcb --help to see what there is.' : `Did you mean rcb ${meant}?`;
  throw new UserError('usage', `There is no command "${word}".`, hint);
}

/** The list of commands with their words, which yargs would show by its own names. */
function overview(): string {
  const shown = Object.values(commands).filter(({ describe }) => describe !== '');
  const widest = Math.max(...shown.map(({ usage }) => usage.length));
  const lines = shown.map(({ usage, describe }) => `  rcb ${usage.padEnd(widest)}  ${describe}`);
  const title = 'rcb: batches of images and videos on hosted models, resumable, never paid twice';
  return [title, '', 'Commands:', ...lines, '', 'rcb COMMAND --help tells more.'].join('\n');
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

function complain(error: unknown, surroundings: Surroundings): number {
  const { stderr } = surroundings;
  const red = (text: string): string => styleText('red', text, { stream: stderr as NodeJS.WriteStream });
  if (error instanceof UserError) {
    const hint = error.hint === null ? '' : `     ${plainText(error.hint)}\n`;
    stderr.write(`${red('rcb:')} ${plainText(error.message)}\n${hint}`);
    return exitCodes[exitOfComplaint(error.about)];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${red('rcb:')} This is a bug in rcb, and nothing that you did.\n${stack.split('\n').map(plainText).join('\n')}\n`,
  );
  return exitCodes.bug;
}

export function version(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}
