import { UserError } from '../../../core/complaints.ts';
import type { Database } from './database.ts';

/** What a server says of itself, and of the ledger in it. */
export interface ServerFacts {
  readonly version: number;
  readonly shown: string;
  readonly kind: string;
  readonly is_standby: boolean;
  readonly synchronous_commit: string;
  readonly may_create: boolean;
  readonly user: string;
  readonly has_rcb: boolean;
  readonly has_meta: boolean;
  readonly has_queue: boolean;
  readonly has_queue_version: boolean;
}

/** PostgreSQL 13: transaction ids that never wrap (`xid8`), on which reading what has changed rests; so does pg-boss. */
const lowestVersion = 130_000;

const factsSql = `SELECT current_setting('server_version_num')::int AS version,
  split_part(current_setting('server_version'), ' ', 1) AS shown, version() AS kind,
  pg_is_in_recovery() AS is_standby, current_setting('synchronous_commit') AS synchronous_commit,
  has_database_privilege(current_database(), 'CREATE') AS may_create, current_user AS "user",
  to_regnamespace('rcb') IS NOT NULL AS has_rcb, to_regclass('rcb.meta') IS NOT NULL AS has_meta,
  to_regnamespace('rcb_queue') IS NOT NULL AS has_queue,
  to_regclass('rcb_queue.version') IS NOT NULL AS has_queue_version`;

/** Throws UserError where the server cannot keep a ledger, or would forget what it confirms. */
export async function checkServer(database: Database): Promise<ServerFacts> {
  const { shown, database: name } = database.address;
  const [facts] = await database.transaction((tx) => tx.query<ServerFacts>(factsSql), { isReading: true });
  if (facts === undefined) throw new Error('The server says nothing of itself.');
  const other = /CockroachDB|Yugabyte|-YB-|Redshift|Materialize|CrateDB/i.exec(facts.kind)?.[0];
  if (other !== undefined)
    throw new UserError(
      'usage',
      `The server at ${shown} is ${other}, not PostgreSQL.`,
      'Use PostgreSQL 13 or newer.',
    );
  if (facts.version < lowestVersion)
    throw new UserError(
      'usage',
      `The server at ${shown} is PostgreSQL ${facts.shown}, which is too old to keep a shared run.`,
      'Use PostgreSQL 13 or newer.',
    );
  if (facts.is_standby)
    throw new UserError(
      'usage',
      `The server at ${shown} is a standby, which only reads.`,
      'Give the address of the primary server.',
    );
  if (facts.synchronous_commit === 'off')
    throw new UserError(
      'usage',
      `The database at ${shown} confirms what it has not written yet (synchronous_commit is off): after a crash, jobs could be paid twice.`,
      `Run in it: ALTER DATABASE ${quoted(name)} SET synchronous_commit = on`,
    );
  const isNew = !facts.has_rcb || !facts.has_queue_version;
  if (isNew && !facts.may_create)
    throw new UserError(
      'usage',
      `"${facts.user}" may not make the tables of a ledger in the database at ${shown}.`,
      `Have its owner run: GRANT CREATE ON DATABASE ${quoted(name)} TO ${quoted(facts.user)}`,
    );
  return facts;
}

const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
