import { UserError } from '../../core/complaints.ts';
import type { Answer, Broken, Transport } from '../../core/transport.ts';
import type { ErrorCodes, ErrorWords } from './answers.ts';

/** The API as one run sees it. The token goes to the base's origin (and the balance's) and nowhere else. */
export interface Endpoint {
  readonly base: URL;
  readonly token: string;
  readonly transport: Transport;
  /** The longest wait for a whole answer to a submit; two minutes by default. */
  readonly submitMs?: number;
  /** The longest wait for a whole answer to anything else; half a minute by default. */
  readonly readMs?: number;
  /** The largest answer that is read; 4 MiB by default, but for results, which may hold files: 64 MiB. */
  readonly answerBytes?: number;
}

/** The same, and how its errors are read. */
export interface CodedEndpoint extends Endpoint {
  readonly codes: ErrorCodes;
  readonly words?: ErrorWords | undefined;
}

/** Calls that carry the token. `path` follows the base's own path. */
export interface AuthorizedCalls {
  submit(path: string, body: string, signal: AbortSignal): Promise<Answer | Broken>;
  read(method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<Answer | Broken>;
  /** For an answer that may hold files: it may be large, and take its time. */
  readLong(path: string, signal: AbortSignal): Promise<Answer | Broken>;
  readAt(url: URL, signal: AbortSignal): Promise<Answer | Broken>;
}

// A picture or a short video as base64, over a slow line.
const longAnswerBytes = 64 * 1024 * 1024;
const longReadFactor = 4;

/** Throws `UserError` (`token`) for a token that no header can carry. */
export function authorizedCalls(endpoint: Endpoint): AuthorizedCalls {
  const { base, token, transport } = endpoint;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError(
      'token',
      'The API token is empty or holds characters that no token has.',
      'Look for blanks and line breaks in the place where the token is kept.',
    );
  }
  const prefix = base.pathname.replace(/\/+$/, '');
  const answerBytes = endpoint.answerBytes ?? 4 * 1024 * 1024;
  const reads = { timeoutMs: endpoint.readMs ?? 30_000, answerBytes };
  const longReads = {
    timeoutMs: longReadFactor * reads.timeoutMs,
    answerBytes: Math.max(answerBytes, longAnswerBytes),
  };
  const submits = { timeoutMs: endpoint.submitMs ?? 120_000, answerBytes };
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    // Nothing here unpacks an answer.
    'accept-encoding': 'identity',
    'user-agent': 'runcomfy-batch',
  };
  const json = { ...headers, 'content-type': 'application/json' };
  const { origin } = base;

  return {
    submit: (path, body, signal) =>
      transport.exchange(
        { origin, path: `${prefix}${path}`, method: 'POST', headers: json, body },
        submits,
        signal,
      ),
    read: (method, path, signal) =>
      transport.exchange({ origin, path: `${prefix}${path}`, method, headers, body: null }, reads, signal),
    readLong: (path, signal) =>
      transport.exchange(
        { origin, path: `${prefix}${path}`, method: 'GET', headers, body: null },
        longReads,
        signal,
      ),
    readAt: (url, signal) =>
      transport.exchange(
        { origin: url.origin, path: `${url.pathname}${url.search}`, method: 'GET', headers, body: null },
        reads,
        signal,
      ),
  };
}

/** A model id as a path: its slashes stay, everything else is escaped; null where it could lead elsewhere. */
export function modelPath(id: string): string | null {
  const parts = id.split('/');
  if (!id.isWellFormed() || parts.some((part) => part === '' || part === '.' || part === '..')) return null;
  return parts.map(encodeURIComponent).join('/');
}
