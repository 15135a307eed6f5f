import { text } from '../../cli/argv/settings.ts';
import { realClock } from '../../cli/real-clock.ts';
import { type Holdings, hasNothingLeft, tallying } from '../../core/job/tally.ts';
import { nothingAtStake } from '../../core/money/at-stake.ts';
import { quoted } from '../../core/shell-words.ts';
import { aftermathText } from '../../report/folder/aftermath-text.ts';
import type { MoneyView } from '../../report/plan/money-text.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { agreedAccess, keepingAccount } from '../access/account.ts';
import { moneyOf } from '../folder/money.ts';
import { type PageKeeper, pageKeeper } from '../page/page-child.ts';
import { isPageFresh } from '../page/page-freshness.ts';
import { close } from './closing.ts';
import type { Session, Worked } from './work.ts';

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { ledger, flags, talk, surroundings } = session;
  const { dir } = ledger;
  const there = addressAgain(session);
  const goOn = `${session.goOn}${session.goOn.includes('--base-url') ? '' : there}`;
  const startedAt = realClock.now();
  const held = tallying(ledger.holdings()).now();
  const keeper = pageKeeper(dir, flags, talk, surroundings);
  if (hasNothingLeft(held) || (session.collectsOnly && hasNothingLeft(withoutPending(held)))) {
    await ledger.close();
    const tally = session.collectsOnly ? { ...held, ...withoutPending(held) } : held;
    const endedAt = realClock.now();
    if (!isPageFresh(dir)) await keeper?.finish();
    const page = keeper?.page() ?? null;
    return close(
      { dir, talk, goOn, there },
      { tally, startedAt, endedAt, signal: null, why: null, page, reuse: null, money: moneyIn(dir, tally) },
    );
  }
  const worked = await working(session, keeper);
  const { aftermath, fault } = worked;
  const tally = session.collectsOnly ? { ...worked.tally, ...withoutPending(worked.tally) } : worked.tally;
  const money = aftermath === null ? moneyIn(dir, tally) : unknownMoney;
  const exit = close(
    { dir, talk, goOn, there },
    { ...worked, tally, startedAt, money, missing: session.missing?.files ?? 0 },
  );
  if (aftermath !== null) talk.warn(aftermathText(aftermath));
  if (fault !== null) throw fault;
  return exit;
}

// A folder that was lost meanwhile cannot be asked.
const unknownMoney: MoneyView = { atStake: nothingAtStake, capUsd: null, crossed: null };

function moneyIn(dir: string, { spentUsd }: Pick<Holdings, 'spentUsd'>): MoneyView {
  const reader = openReader(dir);
  try {
    return moneyOf(reader, spentUsd);
  } finally {
    reader.close();
  }
}

/** Works beside the keeper of the page, and waits for the last page unless told to leave at once. */
async function working(session: Session, keeper: PageKeeper | null) {
  const agreed = await agreedTo(session);
  const { work } = await import('./work.ts');
  try {
    const worked: Worked = await work({ ...agreed, observe: (event) => keeper?.observe(event) });
    const endedAt = realClock.now();
    if (!worked.isLeft && worked.aftermath === null) await keeper?.finish();
    return { ...worked, endedAt, page: worked.aftermath === null ? (keeper?.page() ?? null) : null };
  } finally {
    keeper?.leave();
  }
}

/** A folder alone does not decide where a token goes: where it goes to another address, each command says so. */
function addressAgain({ flags, access: { secrets } }: Session): string {
  const given = text(flags, 'base-url');
  return given === null || secrets.length === 0 ? '' : ` --base-url ${quoted(given)}`;
}

/** The same session, once its API may be used for the folder. */
async function agreedTo(session: Session): Promise<Session> {
  const { ledger, flags, surroundings, collectsOnly } = session;
  try {
    const access = await agreedAccess(session.access, ledger.dir, flags, surroundings);
    return { ...session, access, ledger: collectsOnly ? ledger : await keepingAccount(ledger, access) };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

// What was never submitted is no business of a run that only collects.
function withoutPending({ counts }: Pick<Holdings, 'counts'>): Pick<Holdings, 'counts'> {
  return { counts: { ...counts, pending: 0 } };
}
