import { styleText } from 'node:util';
import { UserError } from '../core/complaints.ts';
import { plainText } from '../report/terminal/terminal.ts';
import { exitCodes, exitOfComplaint } from './exit.ts';
import type { System } from './system.ts';

/** Reports on stderr what ended the program, and returns the exit code. */
export function complain(error: unknown, system: System): number {
  const { stderr } = system;
  const red = (text: string): string => styleText('red', text, { stream: stderr as NodeJS.WriteStream });
  if (error instanceof UserError) {
    const hint = error.hint === null ? '' : `     ${plainText(error.hint)}\n`;
    stderr.write(`${red('rcb:')} ${plainText(error.message)}\n${hint}`);
    return exitCodes[exitOfComplaint(error.about)];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${red('rcb:')} This is a bug in rcb, not something you did.\n${stack.split('\n').map(plainText).join('\n')}\n`,
  );
  return exitCodes.bug;
}
