import { UserError } from '../../core/complaints.ts';
import { completionScript } from '../../report/completion/completion-scripts.ts';
import type { Call } from '../argv/call.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `rcb completion SHELL`: a script to be read by the shell. */
export async function completionCommand({ words }: Call, { stdout, env }: System): Promise<number> {
  const named = words[0] ?? (env.SHELL ?? '').split('/').at(-1);
  const shell = shells.find((known) => known === named);
  if (shell === undefined) {
    throw new UserError(
      'usage',
      `"${named ?? ''}" is not a supported shell.`,
      `Use one of ${shells.join(', ')}.`,
    );
  }
  stdout.write(completionScript(shell));
  return exitCodes.done;
}
