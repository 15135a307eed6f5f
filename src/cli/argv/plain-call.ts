import type { Call } from './call.ts';
import { type CommandName, commands } from './commands.ts';

/** Flags, and words that `argv.ts` has something to say about. */
const notPlain = /^[-\u2010-\u2015\u2212]/;

/**
 * The call of a command line without any flag, as `rcb run jobs.csv` is: the same as yargs would read, whose loading
 * takes longer than all that `rcb status` does. null: there are flags, or it is no command.
 */
export function plainCall([first = '', ...words]: readonly string[]): {
  readonly name: CommandName;
  readonly call: Call;
} | null {
  const end = words.indexOf('--');
  const [before, behind] = end === -1 ? [words, []] : [words.slice(0, end), words.slice(end + 1)];
  if (!Object.hasOwn(commands, first) || before.some((word) => notPlain.test(word))) return null;
  return { name: first as CommandName, call: { flags: {}, words: [...before, ...behind] } };
}
