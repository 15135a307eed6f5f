import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import type { FolderAccount } from '../../store/ledger/folder-account.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { accessOf } from '../access/endpoint.ts';
import { isMarkOf } from '../access/token-mark.ts';

/** A folder whose jobs come together with those of others. */
interface AccountHolder {
  readonly dir: string;
  /** As its plan names it; null: the usual one. */
  readonly provider: string | null;
  /** null: unknown. */
  readonly account: FolderAccount | null;
  /** Jobs that only its account knows. */
  readonly atServer: number;
}

/**
 * The account that the requests of all folders are of: nobody would ask for those of another one any more. Throws
 * `UserError` (`usage`) where they are of several, or nothing tells. null: none of them has submitted anything.
 */
export async function mergedAccount(
  holders: readonly AccountHolder[],
  request: AccessRequest,
): Promise<FolderAccount | null> {
  const known = holders.filter(({ account }) => account !== null);
  const [first] = known;
  for (const holder of holders) {
    if (first !== undefined && holder.provider !== first.provider) throw elsewhere(first, holder, 'provider');
  }
  for (const holder of known) {
    if (first !== undefined && holder.account?.address !== first.account?.address)
      throw elsewhere(first, holder, 'address');
  }
  const open = known.filter(({ atServer }) => atServer > 0);
  const account = (open[0] ?? first)?.account ?? null;
  if (account === null) return null;
  const marks = new Set(known.map(({ account: each }) => each?.token?.mark ?? ''));
  if (marks.size <= 1) return account;
  const token = tokenFor(request, account);
  const strangers: AccountHolder[] = [];
  for (const holder of known) {
    const mark = holder.account?.token ?? null;
    if (mark !== null && (token === null || !(await isMarkOf(token, mark)))) strangers.push(holder);
  }
  if (strangers.length === 0) return account;
  if (open.length > 1 && !request.isAccountMeant) {
    const inDoubt = strangers.find((each) => open.includes(each));
    if (inDoubt !== undefined) throw otherToken(open, inDoubt, token !== null);
  }
  return { ...account, others: 'token' };
}

function tokenFor(request: AccessRequest, { address }: FolderAccount): string | null {
  return address === null ? null : (accessOf(request, address).secrets[0] ?? null);
}

function elsewhere(one: AccountHolder, other: AccountHolder, what: 'provider' | 'address'): UserError {
  const named = ({ provider, account }: AccountHolder): string =>
    what === 'provider' ? (provider ?? 'the usual provider') : (account?.address ?? 'the built-in simulator');
  return new UserError(
    'usage',
    `${one.dir} was made with ${named(one)} and ${other.dir} with ${named(other)}: one folder cannot have both.`,
    'Merge folders of one API; rcb view A B shows others side by side.',
  );
}

function otherToken(open: readonly AccountHolder[], stranger: AccountHolder, hasToken: boolean): UserError {
  const [a, b] = open.map(({ dir }) => dir);
  const why = hasToken
    ? `${countOf(stranger.atServer, 'job')} in ${stranger.dir} ${stranger.atServer === 1 ? 'was' : 'were'} submitted with another token than yours`
    : `${a} and ${b} both have jobs that are not settled, and without a token rcb cannot tell whether they are of one account`;
  return new UserError(
    'usage',
    `${why}: in one folder, those of another account would count as lost.`,
    hasToken
      ? 'Finish them first with rcb resume and their own token; if the account is the same, add --this-account.'
      : 'Set the token as for rcb run; if the account is the same, add --this-account.',
  );
}
