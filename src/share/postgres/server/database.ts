import type pg from 'pg';
import { HistoryLost } from '../../../core/sharing/shared-ledger.ts';
import type { LedgerAddress } from './ledger-address.ts';
import { connectionsTo, maxClients } from './ledger-connections.ts';
import { isWorthRepeating, rewritten } from './server-words.ts';

type Value = string | number | boolean | null | Uint8Array | readonly (string | number)[];

/** Statements inside one transaction. */
export interface Transaction {
  query<Row>(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** Several statements to a text. */
  run(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  /** What tells the server's history from every other; see `ledger-history.ts`. */
  readonly history: string;
  /** What the transaction has added to the jobs of its run that are at rest, and to those of them that are not done. */
  readonly endings: { ended: number; failed: number };
}

interface TransactionOptions {
  /** Reads all from one snapshot, and changes nothing. */
  readonly isReading?: boolean;
  /** For what may take as long as it takes, such as a plan of a million jobs. */
  readonly isLong?: boolean;
  /** Ends the transaction, in the same round trip; `COMMIT` unless given. May raise `lostHistoryCode` instead. */
  readonly commit?: (tx: Transaction) => string;
  readonly committed?: (row: Readonly<Record<string, unknown>>) => void;
}

export interface Database {
  readonly address: LedgerAddress;
  /** May do the work again where two transactions were in each other's way. Rejects with UserError or LedgerAway. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** For pg-boss, which brings its own transactions, several statements to a text. */
  run(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  /** How to ask for what tells histories apart, as far as this server lets us. */
  askHistoryBy(expression: string): void;
  close(): Promise<void>;
}

/** division_by_zero: how the end of a transaction says that the runner's own counter is not where it was. */
const lostHistoryCode = '22012';

// A runner that is cut off in the middle of a transaction must not keep others from its rows for long.
const limits = ({ isReading, isLong }: TransactionOptions): string =>
  `SET LOCAL idle_in_transaction_session_timeout = '${isLong || isReading ? 60 : 5}s';
SET LOCAL lock_timeout = '${isLong ? 60 : 10}s'; SET LOCAL statement_timeout = '${isLong ? 0 : 20}s'`;

export function connectTo(address: LedgerAddress): Database {
  const { pool, close } = connectionsTo(address);
  /** Those that have worked before. */
  const known = new WeakSet<object>();
  let historySql = `''`;

  const begin = (options: TransactionOptions): string =>
    `BEGIN ISOLATION LEVEL ${options.isReading ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED READ WRITE'};
${limits(options)}; SELECT (${historySql})::text AS history`;

  async function once<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    const client = await pool.connect();
    const query_timeout = options.isLong === true ? 12 * 3_600_000 : 30_000;
    const ask = async (text: string, values?: readonly unknown[]): Promise<pg.QueryResult[]> => {
      // A text without values may hold several statements.
      const config = { text, query_timeout, ...(values === undefined ? {} : { values: [...values] }) };
      return [await client.query(config)].flat() as pg.QueryResult[];
    };
    let isOpen = true;
    try {
      const begun = await ask(begin(options)).catch((error) => {
        throw known.has(client) ? new Stale(error) : error;
      });
      known.add(client);
      const history = begun.at(-1)?.rows[0]?.history as string;
      const query = async <Row>(text: string, values: readonly Value[] = []): Promise<Row[]> =>
        (await ask(text, values))[0]?.rows as Row[];
      const run: Transaction['run'] = async (text, values) => (await ask(text, values))[0] as pg.QueryResult;
      const tx: Transaction = { query, run, history, endings: { ended: 0, failed: 0 } };
      const result = await work(tx);
      const ended = await ask(options.commit?.(tx) ?? 'COMMIT');
      if (ended.at(-1)?.command === 'ROLLBACK') throw new Error('A transaction was rolled back by itself.');
      options.committed?.(ended[0]?.rows[0] ?? {});
      isOpen = false;
      return result;
    } finally {
      client.release(isOpen && !(await isRolledBack(client)));
    }
  }

  return {
    address,
    async transaction(work, options = {}) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work, options);
        } catch (error) {
          // Nothing was asked yet; a new connection will show whether the ledger is away.
          if (error instanceof Stale && attempt <= maxClients) continue;
          // What is long takes its rows from an iterator, which does not begin again.
          if (isWorthRepeating(error) && attempt < 6 && options.isLong !== true) continue;
          if (isLostHistory(error, options)) throw new HistoryLost();
          throw rewritten(error instanceof Stale ? error.cause : error, address);
        }
      }
    },
    run: async (text, values) => {
      const result = values === undefined ? await pool.query(text) : await pool.query(text, [...values]);
      return result;
    },
    askHistoryBy(expression) {
      historySql = expression;
    },
    close,
  };
}

/** A connection of earlier that has broken while nobody used it. */
class Stale extends Error {
  constructor(cause: unknown) {
    super('The connection has broken.', { cause });
  }
}

function isLostHistory(error: unknown, { commit }: TransactionOptions): boolean {
  return commit !== undefined && (error as { code?: string }).code === lostHistoryCode;
}

/** A connection that does not answer is given up: what was asked of it may still come. */
async function isRolledBack(client: pg.PoolClient): Promise<boolean> {
  const giveUp = new Promise<false>((resolve) => setTimeout(resolve, 2_000, false).unref());
  const rolledBack = client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
  return Promise.race([rolledBack, giveUp]);
}
