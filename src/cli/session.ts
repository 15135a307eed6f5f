import { tallying } from '../core/tally.ts';
import type { RunLedger } from '../store/ledger.ts';
import { close, isAtRest } from './closing.ts';
import type { Access } from './endpoint.ts';
import type { Flags } from './flags.ts';
import { realClock } from './real-clock.ts';
import type { Surroundings } from './surroundings.ts';
import type { Talk } from './talk.ts';

export interface Session {
  readonly ledger: RunLedger;
  readonly access: Access;
  readonly flags: Flags;
  readonly talk: Talk;
  readonly surroundings: Surroundings;
  /** The command that goes on with this folder. */
  readonly goOn: string;
}

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { ledger } = session;
  const startedAt = realClock.now();
  const held = tallying(ledger.holdings()).now();
  if (isAtRest(held)) {
    await ledger.close();
    return close(session, { tally: held, startedAt, signal: null, worked: false });
  }
  const { work } = await import('./work.ts');
  return close(session, { ...(await work(session)), startedAt, worked: true });
}
