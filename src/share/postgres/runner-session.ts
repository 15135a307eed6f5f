import pg from 'pg';
import { UserError } from '../../core/complaints.ts';
import { HistoryLost } from '../../core/sharing/shared-ledger.ts';
import type { RunPart } from './judging.ts';
import { isOtherHistory } from './ledger-history.ts';
import { nowSql } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';

/** The transactions of one runner, which notice that the ledger has forgotten what it confirmed to it. */
interface RunnerSession {
  within<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for what decides: what was lost must be told again first, so it rejects with HistoryLost until `replayed`. */
  deciding<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  replayed(): Promise<void>;
}

interface Joined {
  readonly host: string;
  readonly version: string;
  readonly beats: number;
  readonly history: string;
  /** The mirror of its folder has seen what this ledger does not know. */
  readonly isLost: boolean;
}

export function runnerSession(database: Database, run: RunPart, joined: Joined): RunnerSession {
  let { beats, history, isLost } = joined;

  const [name, host, version, key] = [run.runner, joined.host, joined.version, run.key].map(pg.escapeLiteral);

  // Counts the transactions of this runner in the round trip that commits them: a ledger that has counted fewer than
  // were confirmed here has forgotten some. The division fails then, and nothing is committed. One that was restored to
  // before the runner joined gets to know it again, once that is known here.
  const commit = ({ endings: { ended, failed } }: Transaction): string => `WITH beat AS (
  INSERT INTO rcb.runner AS me (run, name, host, version, ended, failed, seen_at)
  SELECT num, ${name}, ${host}, ${version}, ${ended}, ${failed}, ${nowSql} FROM rcb.run WHERE num = ${run.num} AND key = ${key}
  ON CONFLICT (run, name) DO UPDATE SET beats = me.beats + 1, ended = me.ended + excluded.ended,
    failed = me.failed + excluded.failed, seen_at = excluded.seen_at
  RETURNING beats)
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
      const [found] = await database.transaction(
        (tx) => tx.query('SELECT 1 FROM rcb.run WHERE num = $1 AND key = $2', [run.num, run.key]),
        { isReading: true },
      );
      if (found === undefined) throw gone(run.name, database.address.shown);
      history = await within(async (tx) => tx.history);
      isLost = false;
    },
  };
}

function gone(name: string, shown: string): UserError {
  return new UserError(
    'usage',
    `The ledger at ${shown} was put back to a time before the run ${JSON.stringify(name)} was shared.`,
    'Share its folder again: rcb share-run DIR',
  );
}
