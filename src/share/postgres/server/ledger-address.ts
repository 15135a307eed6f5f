import { userInfo } from 'node:os';
import { UserError } from '../../../core/complaints.ts';
import { type LedgerTls, tlsFor, tlsWords } from './ledger-tls.ts';

/** What connects to a ledger: nothing of it is ever shown but `shown`. */
export interface LedgerAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** null: `pg` looks into ~/.pgpass. */
  readonly password: string | null;
  readonly ssl: false | LedgerTls;
  /** Without a user's name or a password. */
  readonly shown: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const example = 'postgres://ledger.example/rcb';

/** Reads `--ledger` or RCB_LEDGER. Throws UserError('usage') that repeats nothing which may hold a password. */
export function ledgerAddress(text: string, env: Environment): LedgerAddress {
  const url = parsed(text);
  const { searchParams } = url;
  const host = hostOf(url) || searchParams.get('host') || env.PGHOST || '127.0.0.1';
  const port = Number(searchParams.get('port') || url.port || env.PGPORT || 5432);
  const user = decoded(url.username) || searchParams.get('user') || env.PGUSER || ownName();
  const database = decoded(url.pathname.slice(1)) || env.PGDATABASE || user;
  if (user === null || database === null)
    throw new UserError(
      'usage',
      'The address of the ledger names no user.',
      `Write it as postgres://user@host/database, or set PGUSER.`,
    );
  const password = decoded(url.password) || searchParams.get('password') || env.PGPASSWORD || null;
  const shown = `postgres://${bracketed(host)}${port === 5432 ? '' : `:${port}`}/${encodeURIComponent(database)}`;
  if (host.includes(',') || !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new UserError(
      'usage',
      'The address of the ledger names more than one host, or a port that is none.',
      `Name the one server that writes, as in ${example}.`,
    );
  const words = tlsWords(searchParams, env);
  return { host, port, database, user, password, ssl: tlsFor(host, shown, words), shown };
}

function parsed(text: string): URL {
  const isPostgres = /^postgres(?:ql)?:\/\//i.test(text);
  // A URL needs a host where libpq does not: `postgres:///rcb`, `postgres://rcb@/rcb`, and sockets in `%2Fvar%2Frun`.
  const given = text.replace(/^postgres(?:ql)?:\/\/(?=[/?]|$)/i, 'postgres://-/').replace('://-//', '://-/');
  const url = isPostgres ? URL.parse(given.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=\/)/i, '$1-')) : null;
  if (url !== null) return url;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
  const what =
    isPostgres || scheme === undefined
      ? 'The address of the ledger cannot be read.'
      : `A ledger lies in PostgreSQL, and its address does not begin with "${scheme}:".`;
  throw new UserError(
    'usage',
    what,
    `Write it as ${example}; characters such as @, / and # in a password as %40, %2F and %23, or put it into PGPASSWORD.`,
  );
}

function ownName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

function hostOf({ hostname }: URL): string {
  return hostname === '-' ? '' : decoded(hostname.replace(/^\[(.*)\]$/, '$1'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const bracketed = (host: string): string =>
  host.includes(':') ? `[${host}]` : host.startsWith('/') ? encodeURIComponent(host) : host;
