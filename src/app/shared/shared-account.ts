import { UserError } from '../../core/complaints.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { type FolderAccount, readAccount } from '../../store/ledger/folder-account.ts';
import type { Access } from '../access/endpoint.ts';
import { isMarkOf, tokenMark } from '../access/token-mark.ts';
import type { JoinedFolder } from './joined-folder.ts';

/**
 * Sees to it that all who work on a run do so at one address and under one token: another account's server says of their
 * requests that it never had them. The first one decides. Throws `UserError` (`usage`) for another one, unless it is
 * meant.
 */
export async function agreeOnAccount(
  { place: { runs }, run: { name } }: JoinedFolder,
  { base, secrets }: Pick<Access, 'base' | 'secrets'>,
  isMeant: boolean,
): Promise<void> {
  const [token = null] = secrets;
  let text = (await runs.find(name))?.account ?? null;
  for (;;) {
    const account = text === null ? null : readAccount(text);
    const difference = account === null ? null : await differenceFrom(account, base.href, token);
    if (account !== null && difference === null) return;
    if (difference !== null && !isMeant) {
      throw new UserError(
        'usage',
        `The run "${name}" in ${runs.address} ${difference}. Nothing was sent.`,
        'Use what the other machines use. If you mean this one (a renewed token of the same account, or the same API at a new address), add --this-account.',
      );
    }
    const own: FolderAccount = {
      address: base.href,
      token: token === null ? null : await tokenMark(token, runs.salt),
    };
    const amended = await runs.amend(name, { account: JSON.stringify(own) }, { account: text });
    // Another machine may just have been faster.
    text = amended.account;
  }
}

/** What is otherwise, as the end of a sentence about the run; null: nothing. */
async function differenceFrom(
  { address, token: mark }: FolderAccount,
  href: string,
  token: string | null,
): Promise<string | null> {
  if (address !== null && address !== href)
    return `is worked on at ${plainText(address)}, not at ${quoted(href)}`;
  if (mark === null || token === null || (await isMarkOf(token, mark))) return null;
  return 'is worked on with a different token, whose requests this one may not know';
}
