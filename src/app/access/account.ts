import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import type { JobState } from '../../core/job/job.ts';
import type { StatusCounts } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { FolderAccount } from '../../store/ledger/folder-account.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader, withReaderIfAny } from '../../store/ledger/with-reader.ts';
import type { AccessRequest, Ask } from './access-request.ts';
import { type Access, doubted } from './endpoint.ts';
import { isMarkOf, tokenMark } from './token-mark.ts';

/**
 * The same API, once nothing speaks against sending a token there: an address that only the folder names has been
 * confirmed at the terminal. Throws `UserError` (`usage`) where it has not.
 */
export async function confirmedAccess(access: Access, ask: Ask): Promise<Access> {
  const { isDoubted, ...confirmed } = access;
  if (isDoubted !== true) return access;
  const { base, provider } = access;
  const answer = await ask(
    `The run folder names ${base.href} as the address of the API, which is not ${provider.title}'s own. Send your token to ${base.host}?`,
  );
  if (answer === true) return confirmed;
  throw doubted(
    access,
    answer === null ? 'and there is no terminal to ask on' : 'and you did not confirm it',
  );
}

/**
 * The same for going on with a folder: with jobs in flight, another address or another token than theirs has been
 * agreed to as well, by `--this-account` or at the terminal. Throws `UserError` (`usage`) where it has not. `dir` need
 * not be a run folder yet. `more`: jobs that are to be asked about though they are not in flight.
 */
export async function agreedAccess(
  access: Access,
  dir: string,
  { ask, isAccountMeant }: Pick<AccessRequest, 'ask' | 'isAccountMeant'>,
  more = 0,
): Promise<Access> {
  if (access.isAgreed) return access;
  const confirmed = await confirmedAccess(access, ask);
  const agreed: Access = { ...confirmed, isAgreed: true };
  if (isAccountMeant) return agreed;
  const difference = await differenceIn(dir, confirmed, more);
  if (difference === null) return agreed;
  const answer = await ask(`${difference.sentence} Continue with this one?`);
  if (answer === true) return agreed;
  throw new UserError(
    'usage',
    `${difference.sentence} Nothing was sent.`,
    `${difference.remedy} If you mean this one (a renewed token of the same account, or the same API at a new address), add --this-account.`,
  );
}

/**
 * The same ledger, which remembers where the folder's requests are from the moment when something is submitted there,
 * or one of them is known there.
 */
export async function keepingAccount<L extends RunLedger>(ledger: L, access: Access): Promise<L> {
  const { kept, before } = withReader(ledger.dir, (reader) => ({
    kept: reader.account(),
    before: accountIn(reader),
  }));
  const [address, token] = [addressOf(access), ownToken(access)];
  const isSame = kept !== null && kept.address === address && (await isSameToken(kept, token));
  if (isSame && (kept.token !== null || token === null)) return ledger;
  const account = { address, token: token === null ? null : await tokenMark(token) };
  let isKept = false;
  return {
    ...ledger,
    record(job, state, at, stop) {
      if (!isKept && shows(state)) {
        // What was paid elsewhere says nothing of what is paid here.
        const moved = before !== null && before.address !== address;
        const since = moved ? { since: at } : before?.since === undefined ? {} : { since: before.since };
        ledger.keepAccount({ ...account, ...since });
        isKept = true;
      }
      return ledger.record(job, state, at, stop);
    },
  };
}

/** Whether a state is had only by a request of this account, or by one that is about to be. */
function shows(state: JobState): boolean {
  switch (state.status) {
    case 'submitting':
    case 'done':
    case 'failed':
    case 'cancelled':
      return true;
    case 'queued':
    case 'running':
    case 'succeeded':
      return state.stalled === null;
    case 'pending':
    case 'lost':
    case 'unknown':
      return false;
  }
}

/** null: of a rehearsal. */
function addressOf({ base, isRehearsal }: Access): string | null {
  return isRehearsal ? null : base.href;
}

/** null: the user has none; what a simulator gets instead tells nothing. */
function ownToken({ secrets }: Access): string | null {
  return secrets[0] ?? null;
}

/** A token is told from another where both are known. */
async function isSameToken(kept: FolderAccount, token: string | null): Promise<boolean> {
  return kept.token === null || token === null || isMarkOf(token, kept.token);
}

interface Difference {
  /** What would happen, as sentences. */
  readonly sentence: string;
  /** What goes on as before. */
  readonly remedy: string;
}

async function differenceIn(dir: string, access: Access, more: number): Promise<Difference | null> {
  const held = withReaderIfAny(dir, (reader) => ({
    account: accountIn(reader),
    jobs: atServer(reader.holdings().counts) + more,
    wasRefused: reader.wasTokenRefused(),
  }));
  if (held === null) return null;
  const { account, jobs, wasRefused } = held;
  if (account === null || jobs === 0) return null;
  const address = addressOf(access);
  const many = `${countOf(jobs, 'job')} in ${plainText(dir)} ${jobs === 1 ? 'was' : 'were'} submitted`;
  if (account.address !== address) {
    return {
      sentence: `${many} to ${placeText(account.address)}, but this command would continue at ${placeText(address)}, which may not know ${jobs === 1 ? 'it' : 'them'}.`,
      remedy:
        account.address === null
          ? 'Leave out --base-url, or add --rehearse.'
          : `Add --base-url ${quoted(account.address)}.`,
    };
  }
  // A token that the API refuses has to be replaced by another one.
  if (wasRefused || (await isSameToken(account, ownToken(access)))) return null;
  return {
    sentence: `${many} with a different token, and this one's account may not know ${jobs === 1 ? 'it' : 'them'}.`,
    remedy: 'Use the token that they were submitted with.',
  };
}

function accountIn(reader: LedgerReader): FolderAccount | null {
  const kept = reader.account();
  if (kept !== null) return kept;
  // Older programs kept the address alone.
  const { base_url: address, rehearse } = reader.planRecord()?.settings ?? {};
  if (rehearse === true) return { address: null, token: null };
  return typeof address === 'string' ? { address, token: null } : null;
}

/** Jobs that only one account knows. */
function atServer({ submitting, queued, running, succeeded, unknown }: StatusCounts): number {
  return submitting + queued + running + succeeded + unknown;
}

function placeText(address: string | null): string {
  return address === null ? 'the built-in simulator' : plainText(address);
}
