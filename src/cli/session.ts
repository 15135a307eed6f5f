import { type Holdings, isAtRest, tallying } from '../core/tally.ts';
import { close } from './closing.ts';
import { realClock } from './real-clock.ts';
import type { Session } from './work.ts';

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { ledger, talk, goOn } = session;
  const { dir } = ledger;
  const startedAt = realClock.now();
  const held = tallying(ledger.holdings()).now();
  if (isAtRest(held) || (session.collectsOnly && isAtRest(withoutPending(held)))) {
    await ledger.close();
    const tally = session.collectsOnly ? { ...held, ...withoutPending(held) } : held;
    return close({ dir, talk, goOn }, { tally, startedAt, signal: null, why: null, reuse: null });
  }
  const { work } = await import('./work.ts');
  const worked = await work(session);
  const tally = session.collectsOnly ? { ...worked.tally, ...withoutPending(worked.tally) } : worked.tally;
  return close({ dir, talk, goOn }, { ...worked, tally, startedAt });
}

// What was never submitted is no business of a run that only collects.
function withoutPending({ counts }: Pick<Holdings, 'counts'>): Pick<Holdings, 'counts'> {
  return { counts: { ...counts, pending: 0 } };
}
