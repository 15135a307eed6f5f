import { logIn, tokenPage } from '../../../app/access/login.ts';
import { UserError } from '../../../core/complaints.ts';
import { showUsd } from '../../../core/money/prices.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { accessRequestOf } from '../../argv/requests.ts';
import { truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import { askSecret } from '../../secret-prompt.ts';
import type { System } from '../../system.ts';

const maxBytes = 64 * 1024;

/** `rcb login`: asks for the token, checks it with the balance, and stores it for the user alone. */
export async function loginCommand({ flags, words }: Call, system: System): Promise<number> {
  // It is not quoted: it may be the token.
  if (words.length > 0) {
    throw new UserError(
      'usage',
      'rcb login takes no argument: a token on a command line stays in the history of the shell.',
      'Run rcb login, and paste the token when it asks.',
    );
  }
  const { stdin, stderr, stdout } = system;
  const request = accessRequestOf(flags, system);
  const page = tokenPage(request);
  if (!stdin.isTTY && !truth(flags, 'with-token')) {
    throw new UserError(
      'usage',
      'There is no terminal to ask for the token on.',
      'Give it on standard input: rcb login --with-token < FILE.',
    );
  }
  if (stdin.isTTY && page !== null) stderr.write(`Create or copy a token at ${page} (API Token).\n`);
  const token = stdin.isTTY
    ? await askSecret('Paste it here; it is not shown: ', system)
    : await piped(system);
  if (token === null) return exitCodes.interrupted;
  if (token.trim() === '') throw new UserError('token', 'No token was given.', 'Run rcb login again.');
  const { address, path, balanceUsd, behind } = await logIn(request, token);
  stdout.write(
    `The token works: the balance is ${showUsd(balanceUsd)}.\nStored in ${plainText(path)}, for ${plainText(address)} only.\n`,
  );
  if (behind !== null) {
    stderr.write(
      `${behind} is set, and its token is used before the stored one. Unset it to use this one.\n`,
    );
  }
  return exitCodes.done;
}

async function piped({ stdin }: System): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > maxBytes)
      throw new UserError('token', 'That is too long for a token.', 'Give the token alone.');
  }
  return text;
}
