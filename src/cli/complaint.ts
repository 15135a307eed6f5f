import { styleText } from 'node:util';
import { UserError } from '../core/complaints.ts';
import { type ErrorFacts, jsonEvents } from '../report/events-json.ts';
import { plainText } from '../report/terminal/terminal.ts';
import { toldError } from './argv/told-words.ts';
import { type ExitName, exitCodes, exitOfComplaint } from './exit.ts';
import { jsonFormIn } from './json-form.ts';
import type { System } from './system.ts';

/** Reports what ended the program, to people on stderr and with `--json` to programs on stdout; returns the exit code. */
export function complain(thrown: unknown, system: System): number {
  const error = toldError(thrown, system);
  const outcome = outcomeOf(error);
  tell(error, system);
  const form = jsonFormIn(system.argv);
  if (form !== null) jsonEvents(system.stdout, form).error(factsOf(error), outcome);
  return exitCodes[outcome];
}

/** The same to people alone. */
export function tell(error: unknown, { stderr }: Pick<System, 'stderr'>): void {
  const red = (text: string): string => styleText('red', text, { stream: stderr as NodeJS.WriteStream });
  if (error instanceof UserError) {
    const hint = error.hint === null ? '' : `     ${plainText(error.hint)}\n`;
    stderr.write(`${red('rcb:')} ${plainText(error.message)}\n${hint}`);
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${red('rcb:')} This is a bug in rcb, not something you did.\n${stack.split('\n').map(plainText).join('\n')}\n`,
  );
}

function outcomeOf(error: unknown): ExitName {
  return error instanceof UserError ? exitOfComplaint(error.about) : 'bug';
}

/** What ended the program, as programs are told it. */
export function factsOf(error: unknown): ErrorFacts {
  const exit_code = exitCodes[outcomeOf(error)];
  if (error instanceof UserError) {
    return { class: error.about, message: error.message, hint: error.hint, exit_code };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { class: 'bug', message, hint: 'Report this bug with the stack on stderr.', exit_code };
}
