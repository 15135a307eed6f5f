import { UserError } from '../../../core/complaints.ts';
import { HistoryLost, LedgerAway } from '../../../core/sharing/shared-ledger.ts';
import type { LedgerAddress } from './ledger-address.ts';

/** What PostgreSQL, `pg` and Node call a fault; everything else is our own, and passes through. */
interface Fault extends Error {
  readonly code?: string;
  readonly severity?: string;
}

/** Deadlock, serialization failure: nothing has happened, and the same again will do. */
export function isWorthRepeating(error: unknown): boolean {
  const { code } = error as Fault;
  return code === '40P01' || code === '40001';
}

type Sentence = (address: LedgerAddress, fault: Fault) => UserError;

const words = {
  password: ({ shown, user }, cause) =>
    new UserError(
      'token',
      `The ledger at ${shown} does not let "${user}" in: the password is wrong or missing.`,
      'Set PGPASSWORD, or put the password into ~/.pgpass.',
      silent(cause),
    ),
  hba: ({ shown, user, ssl }, cause) =>
    new UserError(
      'token',
      `The server of the ledger at ${shown} lets "${user}" in from no such place${ssl === false ? ' without TLS' : ''}.`,
      ssl === false
        ? 'Add ?sslmode=verify-full to the address, or allow this machine in pg_hba.conf.'
        : 'Allow this machine in pg_hba.conf, or ask who runs the server.',
      silent(cause),
    ),
  database: ({ shown, database }, cause) =>
    new UserError(
      'usage',
      `There is no database "${database}" at ${shown}.`,
      `Make it with: createdb ${/^[\w.-]+$/.test(database) ? database : `'${database}'`}`,
      silent(cause),
    ),
  rights: ({ shown, user }, cause) =>
    new UserError(
      'usage',
      `"${user}" may not do in the ledger at ${shown} what it takes.`,
      'Grant it the rights on the schemas rcb and rcb_queue, or use the user that made them.',
      silent(cause),
    ),
  tls: ({ shown }, cause) =>
    new UserError(
      'usage',
      `The server of the ledger at ${shown} offers no TLS, so nothing was sent to it.`,
      'Switch ssl on in its postgresql.conf, or reach it through a tunnel on this machine.',
      silent(cause),
    ),
  certificate: ({ shown }, cause) =>
    new UserError(
      'usage',
      `The server of the ledger at ${shown} cannot prove that it is the one: ${certificateWords(cause)}.`,
      'Name the certificate of its authority with sslrootcert=FILE in the address, and the server as the certificate does.',
      silent(cause),
    ),
} as const satisfies Record<string, Sentence>;

const byCode: Readonly<Record<string, Sentence>> = {
  '28P01': words.password,
  '28000': words.hba,
  '3D000': words.database,
  '42501': words.rights,
};

const certificateCodes =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT\w*|HOSTNAME_MISMATCH)$/;

function certificateWords({ code = '' }: Fault): string {
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name';
  return 'nobody known here has signed its certificate';
}

/** Its cause without what `pg` hangs onto an error, which may be a whole connection with its password. */
function silent({ message, code }: Fault): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

const awayClasses = /^(?:08|25|40|53|55|57|58|XX)/;
const awayMessages =
  /Connection terminated|timeout|client was closed|not queryable|connection is closed|ECONN|EPIPE|server closed/i;

/** The fault as the caller is to take it: UserError, LedgerAway, or as it is where it is a bug. */
export function rewritten(error: unknown, address: LedgerAddress): unknown {
  if (error instanceof UserError || error instanceof LedgerAway || error instanceof HistoryLost) return error;
  const fault = (error instanceof AggregateError ? error.errors[0] : error) as Fault;
  const { code = '', message = '' } = fault;
  // SCRAM needs a password, and `pg` says so in its own words.
  if (/SASL|password must be a string/.test(message)) return words.password(address, fault);
  if (/does not support SSL/.test(message)) return words.tls(address, fault);
  if (certificateCodes.test(code)) return words.certificate(address, fault);
  const sentence = byCode[code];
  if (sentence !== undefined) return sentence(address, fault);
  const isSystem = /^E[A-Z_]+$/.test(code);
  if (isSystem || awayClasses.test(code) || (code === '' && awayMessages.test(message)))
    return new LedgerAway(`The ledger at ${address.shown} cannot be reached (${whyAway(fault)}).`, {
      cause: silent(fault),
    });
  return error;
}

/** In a few words, which name no password: `pg` puts none into its messages. */
function whyAway({ code = '', message }: Fault): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was cut';
    case 'ETIMEDOUT':
      return 'it does not answer';
    case '53300':
      return 'it has no connection left';
    case '53100':
      return 'its disk is full';
    case '57P01':
    case '57P02':
    case '57P03':
      return 'it is starting or stopping';
    case '25006':
      return 'it is a standby, which only reads';
    default:
      return /timeout|timed out/i.test(message) ? 'it does not answer in time' : `${message}`.slice(0, 120);
  }
}
