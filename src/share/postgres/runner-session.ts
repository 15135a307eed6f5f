import { HistoryLost } from '../../core/sharing/shared-ledger.ts';
import { isOtherHistory } from './ledger-history.ts';
import { nowSql } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';

/** The transactions of one runner, which notice that the ledger has forgotten what it confirmed to it. */
export interface RunnerSession {
  within<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for what decides: what was lost must be told again first, so it rejects with HistoryLost until `replayed`. */
  deciding<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  replayed(): Promise<void>;
}

interface Joined {
  readonly num: number;
  readonly beats: number;
  readonly history: string;
  /** The mirror of its folder has seen what this ledger does not know. */
  readonly isLost: boolean;
}

export function runnerSession(database: Database, joined: Joined): RunnerSession {
  let { beats, history, isLost } = joined;

  // Counts the transactions of this runner in the round trip that commits them: a ledger that has counted fewer than
  // were confirmed here has forgotten some. The division fails then, and nothing is committed.
  const commit = ({ endings: { ended, failed } }: Transaction): string => `WITH beat AS (UPDATE rcb.runner
  SET beats = beats + 1, ended = ended + (${ended}), failed = failed + (${failed}), seen_at = ${nowSql}
  WHERE num = ${joined.num} RETURNING beats)
SELECT max(beats) AS beats, 1 / (CASE WHEN max(beats) > ${isLost ? -1 : beats} THEN 1 ELSE count(*) - count(*) END) AS is_so
  FROM beat; COMMIT`;
  const committed = (row: Readonly<Record<string, unknown>>): void => {
    beats = isLost ? Number(row.beats) : Math.max(beats, Number(row.beats));
  };

  async function within<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const once = () =>
      database.transaction(
        async (tx) => {
          if (isOtherHistory(history, tx.history)) isLost = true;
          return work(tx);
        },
        { commit, committed },
      );
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof HistoryLost) || isLost) throw error;
      isLost = true;
      return once();
    }
  }

  return {
    within,
    async deciding(work) {
      if (isLost) throw new HistoryLost();
      return within((tx) => {
        if (isLost) throw new HistoryLost();
        return work(tx);
      });
    },
    async replayed() {
      history = await within(async (tx) => tx.history);
      isLost = false;
    },
  };
}
