/** The target of a connection, ` to api.example`; empty if the sentence around it already names it. */
type To = string;
type Wording = (to: To) => string;

const fixed =
  (words: string): Wording =>
  () =>
    words;

const unresolved: Wording = (to) => `the name of the host${to.replace(' to ', ' ')} could not be resolved`;

const wordsByCode = new Map<string, Wording>([
  ['aborted', fixed('the run was stopped while it was under way')],
  ['timeout', fixed('no complete answer arrived in time')],
  ['too_long', fixed('the answer is larger than any answer should be')],
  ['sent_twice', fixed('its connection failed and it was not sent again')],
  ['ENOTFOUND', unresolved],
  ['EAI_AGAIN', unresolved],
  ['ECONNREFUSED', (to) => `the connection${to} was refused`],
  ['ECONNRESET', (to) => `the connection${to} was reset`],
  ['ETIMEDOUT', (to) => `the connection${to} timed out`],
  ['EHOSTUNREACH', (to) => `there is no route${to || ' to its host'}`],
  ['ENETUNREACH', fixed('there is no network')],
  ['EPIPE', (to) => `the connection${to} was closed`],
  ['UND_ERR_SOCKET', (to) => `the connection${to} was closed`],
  ['UND_ERR_CONNECT_TIMEOUT', (to) => `connecting${to} took too long`],
  ['UND_ERR_HEADERS_TIMEOUT', fixed('no answer arrived in time')],
  ['UND_ERR_BODY_TIMEOUT', fixed('nothing more arrived for too long')],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', fixed('the answer was cut short')],
  ['CERT_HAS_EXPIRED', (to) => `the certificate${of(to)} has expired`],
  ['CERT_NOT_YET_VALID', (to) => `the certificate${of(to)} is not valid yet`],
  ['ERR_TLS_CERT_ALTNAME_INVALID', (to) => `the certificate${of(to)} is for another host`],
]);

const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
]);

const unresolvable: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH']);
const unanswering: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function of(to: To): string {
  return to.replace(' to ', ' of ');
}

/**
 * A network error in words, from its code. `host` is the target of the connection. What the user can do about it
 * follows, if there is anything.
 */
export function networkWords(code: string, host: string | null = null): string {
  const to = host === null ? '' : ` to ${host}`;
  const remedy = remedyOf(code);
  return `${wordsOf(code, to)}${remedy === null ? '' : `; ${remedy}`}`;
}

function wordsOf(code: string, to: To): string {
  const words = wordsByCode.get(code)?.(to);
  if (words !== undefined) return /^[A-Z]/.test(code) ? `${words} (${code})` : words;
  if (untrusted.has(code)) return `the certificate${of(to)} is not signed by a trusted authority (${code})`;
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  return `the connection${to} failed (${code})`;
}

function remedyOf(code: string): string | null {
  if (untrusted.has(code)) {
    return 'if a proxy or firewall re-signs connections here, trust its root certificate: NODE_EXTRA_CA_CERTS=FILE.pem';
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'check the clock of this machine';
  if (unresolvable.has(code)) {
    return 'check the network and its DNS, or set HTTPS_PROXY if a proxy is needed';
  }
  return unanswering.has(code) ? 'check the network, or set HTTPS_PROXY if a proxy is needed' : null;
}

/** A connection failed at a proxy or on the way to it: nothing of the request has left. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly code = 'PROXY_FAILED';
}

/** The code of a network error, such as `ECONNREFUSED`; of the first one if several addresses were tried. */
export function networkCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'network error';
}

/** A network error in words: those of a proxy's failure, or from its code. */
export function troubleWords(error: unknown, host: string | null = null): string {
  return error instanceof ProxyFailure ? error.message : networkWords(networkCode(error), host);
}
