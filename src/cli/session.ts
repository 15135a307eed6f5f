import { isAtRest, tallying } from '../core/tally.ts';
import { close } from './closing.ts';
import { realClock } from './real-clock.ts';
import type { Session } from './work.ts';

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { ledger, talk, goOn } = session;
  const { dir } = ledger;
  const startedAt = realClock.now();
  const held = tallying(ledger.holdings()).now();
  if (isAtRest(held)) {
    await ledger.close();
    return close({ dir, talk, goOn }, { tally: held, startedAt, signal: null, why: null, worked: false });
  }
  const { work } = await import('./work.ts');
  const worked = await work(session);
  return close({ dir, talk, goOn }, { ...worked, startedAt, worked: true });
}
