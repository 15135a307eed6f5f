import type { Duplex } from 'node:stream';
import pg from 'pg';
import { HistoryLost } from '../../core/sharing/shared-ledger.ts';
import type { LedgerAddress } from './ledger-address.ts';
import { isWorthRepeating, rewritten } from './server-words.ts';

export type Value = string | number | boolean | null | Uint8Array | readonly (string | number)[];

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

export interface TransactionOptions {
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
export const lostHistoryCode = '22012';

const int8 = 20;

// Few, since a server has about a hundred for everybody. Nothing here needs a session: PgBouncer may sit between.
function poolTo(address: LedgerAddress): pg.Pool {
  const { host, port, database, user, password, ssl } = address;
  const pool = new pg.Pool({
    ...{ host, port, database, user, ssl, ...(password === null ? {} : { password }) },
    ...{ max: 3, idleTimeoutMillis: 60_000, connectionTimeoutMillis: 10_000, query_timeout: 30_000 },
    ...{ keepAlive: true, keepAliveInitialDelayMillis: 5_000, application_name: 'runcomfy-batch' },
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // Unheard, an `error` of a client that is idle, or of one that is working, would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

// A runner that is cut off in the middle of a transaction must not keep others from its rows for long.
const limits = ({ isReading, isLong }: TransactionOptions): string =>
  `SET LOCAL idle_in_transaction_session_timeout = '${isLong || isReading ? 60 : 5}s';
SET LOCAL lock_timeout = '${isLong ? 60 : 10}s'; SET LOCAL statement_timeout = '${isLong ? 0 : 20}s'`;

export function connectTo(address: LedgerAddress): Database {
  const pool = poolTo(address);
  /** What is connected, to be cut where a server that is away does not take a farewell. */
  const clients = new Set<{ readonly connection: { readonly stream: Duplex } }>();
  pool.on('connect', (client) => void clients.add(client as never));
  pool.on('remove', (client) => void clients.delete(client as never));
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
      const history = (await ask(begin(options))).at(-1)?.rows[0]?.history as string;
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
          // What is long takes its rows from an iterator, which does not begin again.
          if (isWorthRepeating(error) && attempt < 6 && options.isLong !== true) continue;
          if (isLostHistory(error, options)) throw new HistoryLost();
          throw rewritten(error, address);
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
    async close() {
      const late = setTimeout(() => {
        for (const { connection } of clients) connection.stream.destroy();
      }, 3_000);
      await pool.end().finally(() => clearTimeout(late));
    },
  };
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
