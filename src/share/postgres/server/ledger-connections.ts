import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { LedgerAddress } from './ledger-address.ts';

const int8 = 20;

// Few, since a server has about a hundred for everybody.
export const maxClients = 3;

interface Connections {
  readonly pool: pg.Pool;
  /** Cuts what a server that is away does not take leave of. */
  close(): Promise<void>;
}

interface Client {
  readonly connection: { readonly stream: Duplex };
}

// Nothing here needs a session: PgBouncer may sit between.
export function connectionsTo(address: LedgerAddress): Connections {
  const { host, port, database, user, password, ssl } = address;
  const pool = new pg.Pool({
    ...{ host, port, database, user, ssl, ...(password === null ? {} : { password }) },
    ...{ max: maxClients, idleTimeoutMillis: 60_000, connectionTimeoutMillis: 10_000, query_timeout: 30_000 },
    ...{ keepAlive: true, keepAliveInitialDelayMillis: 5_000, application_name: 'runcomfy-batch' },
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // Unheard, an `error` of a client that is idle, or of one that is working, would end the process.
  pool.on('error', () => {});
  const clients = new Set<Client>();
  pool.on('connect', (client) => {
    client.on('error', () => {});
    clients.add(client as unknown as Client);
  });
  pool.on('remove', (client) => void clients.delete(client as unknown as Client));
  return {
    pool,
    async close() {
      if (pool.ending) return;
      const late = setTimeout(() => {
        for (const { connection } of clients) connection.stream.destroy();
      }, 3_000);
      await pool.end().finally(() => clearTimeout(late));
    },
  };
}
