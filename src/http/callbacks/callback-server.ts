import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { namedInPath } from '../../core/callbacks/callback-line.ts';
import { UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import { bodyOf } from './bounded-body.ts';
import { pathOpener } from './secret-path.ts';

/** Where the API calls back, and what is done with what it says. */
interface CallbackServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly secret: string;
  /** What may stand before the secret in a path. */
  readonly prefixes: readonly string[];
  /**
   * Keeps what a callback says of an attempt. Resolves once it cannot be lost; false: the body says nothing. Rejects
   * where it cannot be kept; the answer then makes the API try again.
   */
  hear(attempt: { readonly job: string; readonly attempt: number }, body: JsonObject): Promise<boolean>;
  /** Hears of what could not be kept. */
  failed(error: unknown): void;
}

interface CallbackServer {
  /** Without a path. */
  readonly origin: string;
  /** Takes nothing more, and waits for what is being kept. */
  close(): Promise<void>;
}

const bounds = {
  bodyBytes: 1024 * 1024,
  connections: 64,
  headerBytes: 16 * 1024,
  headersMs: 5_000,
  requestMs: 10_000,
  closingMs: 2_000,
} as const;

/**
 * Serves until it is closed. A path without the secret is answered like one that does not exist, before a byte of its
 * body is read. Throws `UserError` (`usage`) for an address that cannot be had.
 */
export async function callbackServer(options: CallbackServerOptions): Promise<CallbackServer> {
  const opened = pathOpener(options.secret, options.prefixes);
  const server = createServer({
    maxHeaderSize: bounds.headerBytes,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.headersMs,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = bounds.connections;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const found = opened(path);
    const [job = '', attempt = '', ...more] = found?.rest ?? [];
    if (found !== null && (found.rest.length === 0 || path.endsWith('/')) && job === '') {
      // Whoever knows the secret may ask whether the way leads here.
      return ended(response, request.method === 'GET' || request.method === 'HEAD' ? 204 : 404);
    }
    const named = more.length === 0 ? namedInPath(job, attempt) : null;
    if (named === null || request.method !== 'POST') return ended(response, 404);
    const body = await bodyOf(request, bounds.bodyBytes);
    if (body === 'too_large') return ended(response, 413);
    if (body === 'odd') return ended(response, 400);
    try {
      ended(response, (await options.hear(named, body)) ? 204 : 400);
    } catch (error) {
      options.failed(error);
      ended(response, 503);
    }
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    // A client that goes away during its request is not our fault.
    answer(request, response).catch(() => response.destroy());
  }
  server.on('request', serve);
  // Nobody is asked to send a body before its path is known to be right.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (opened((request.url ?? '').split('?')[0] ?? '') !== null) response.writeContinue();
    serve(request, response);
  });
  await listening(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () => closed(server),
  };
}

/** What is left of the request is not read, so its connection ends with the answer. */
function ended(response: ServerResponse, status: number): void {
  const { req: request } = response;
  const leaves = !request.complete;
  response.writeHead(status, { 'content-length': 0, ...(leaves ? { connection: 'close' } : {}) });
  response.end();
  if (leaves) request.resume();
}

function listening(server: Server, { host, port }: CallbackServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = words[error.code ?? ''] ?? `cannot be listened on (${error.code ?? error.message}).`;
      reject(
        new UserError('usage', `${host}:${port} ${why}`, 'Choose another one with --port or --host.', error),
      );
    });
    server.listen(port, host, resolve);
  });
}

const words: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program.',
  EACCES: 'may not be listened on by this user.',
  EADDRNOTAVAIL: 'is not an address of this machine.',
  ENOTFOUND: 'is not an address of this machine.',
};

async function closed(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), bounds.closingMs);
  await ended;
  clearTimeout(late);
}
