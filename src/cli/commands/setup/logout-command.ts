import { logOut } from '../../../app/access/login.ts';
import { UserError } from '../../../core/complaints.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { accessRequestOf } from '../../argv/requests.ts';
import { exitCodes } from '../../exit.ts';
import type { System } from '../../system.ts';

/** `rcb logout`: removes the stored token from this machine; it stays valid. */
export async function logoutCommand({ flags, words }: Call, system: System): Promise<number> {
  if (words.length > 0) throw new UserError('usage', 'rcb logout takes no argument.', 'Run rcb logout.');
  const { address, path, stillIn } = await logOut(accessRequestOf(flags, system));
  system.stdout.write(
    path === null
      ? `No token is stored for ${plainText(address)}.\n`
      : `Removed the token for ${plainText(address)} from ${plainText(path)}. It stays valid until you replace it in your account.\n`,
  );
  if (stillIn !== null) system.stderr.write(`${stillIn} is still set, and its token is still used.\n`);
  return exitCodes.done;
}
