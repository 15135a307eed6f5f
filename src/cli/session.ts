import { type Holdings, isAtRest, tallying } from '../core/tally.ts';
import type { MoneyView } from '../report/money-text.ts';
import { openReader } from '../store/reader.ts';
import { close } from './closing.ts';
import { moneyOf } from './money.ts';
import { type PageKeeper, pageKeeper } from './page-child.ts';
import { isPageFresh } from './page-freshness.ts';
import { realClock } from './real-clock.ts';
import type { Session, Worked } from './work.ts';

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { ledger, flags, talk, surroundings, goOn } = session;
  const { dir } = ledger;
  const startedAt = realClock.now();
  const held = tallying(ledger.holdings()).now();
  const keeper = pageKeeper(dir, flags, talk, surroundings);
  if (isAtRest(held) || (session.collectsOnly && isAtRest(withoutPending(held)))) {
    await ledger.close();
    const tally = session.collectsOnly ? { ...held, ...withoutPending(held) } : held;
    const endedAt = realClock.now();
    if (!isPageFresh(dir)) await keeper?.finish();
    const page = keeper?.page() ?? null;
    return close(
      { dir, talk, goOn },
      { tally, startedAt, endedAt, signal: null, why: null, page, reuse: null, money: moneyIn(dir, tally) },
    );
  }
  const worked = await working(session, keeper);
  const tally = session.collectsOnly ? { ...worked.tally, ...withoutPending(worked.tally) } : worked.tally;
  return close({ dir, talk, goOn }, { ...worked, tally, startedAt, money: moneyIn(dir, tally) });
}

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
  const { work } = await import('./work.ts');
  try {
    const worked: Worked = await work({ ...session, observe: (event) => keeper?.observe(event) });
    const endedAt = realClock.now();
    if (!worked.isLeft) await keeper?.finish();
    return { ...worked, endedAt, page: keeper?.page() ?? null };
  } finally {
    keeper?.leave();
  }
}

// What was never submitted is no business of a run that only collects.
function withoutPending({ counts }: Pick<Holdings, 'counts'>): Pick<Holdings, 'counts'> {
  return { counts: { ...counts, pending: 0 } };
}
