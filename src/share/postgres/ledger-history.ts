import type { Horizon } from '../../core/sharing/shared-ledger.ts';
import type { Database } from './server/database.ts';
import { rewritten } from './server/server-words.ts';

/*
 * A failover to a replica that lags, or a restored backup, forgets what was confirmed. What tells histories apart:
 * the identifier of the cluster, the timeline that a promotion begins, and the table itself, which a restored dump makes
 * again. A runner's own count of confirmed transactions (`beats`) catches the rest, such as a disk that was rolled back.
 */
const system = '(SELECT system_identifier::text FROM pg_control_system())';
const timeline = 'left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)';
const table = `coalesce(to_regclass('rcb.job')::oid::text, '-')`;

/** From what says most to what every server allows; some hosted ones keep the first to themselves. */
const ways = [
  `'1:' || ${system} || '.' || ${timeline} || '.' || ${table}`,
  `'2:' || ${system} || '.' || ${table}`,
  `'3:' || ${table}`,
];

/** How long nobody claims after the history of a ledger has changed: longer than a submission waits for its answer. */
export const restMs = 120_000;

/** Finds what this server lets us ask about its history, and asks for it in each transaction from then on. */
export async function watchHistory(database: Database): Promise<void> {
  for (const way of ways) {
    try {
      await database.run(`SELECT ${way}`);
      database.askHistoryBy(way);
      return;
    } catch (error) {
      const isRefused = /^(?:42|0A|55)/.test((error as { code?: string }).code ?? '');
      if (!isRefused) throw rewritten(error, database.address);
    }
  }
}

/** Whether two marks tell of different histories. Users may be let see more or less of it, and then they cannot tell. */
export function isOtherHistory(before: string, now: string): boolean {
  return before !== now && before[0] === now[0];
}

/** A horizon: in which history, and which transactions had been seen. */
export const horizonOf = (history: string, snapshot: string): Horizon => `${history}|${snapshot}`;

/** The snapshot of a horizon, if it belongs to this history; else all has to be read again. */
export function snapshotIn(since: Horizon | null, history: string): string | null {
  if (since === null) return null;
  const [before, snapshot = ''] = since.split('|');
  return before === history && /^\d+:\d+:[\d,]*$/.test(snapshot) ? snapshot : null;
}
