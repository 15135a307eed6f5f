import { type Dispatcher, request } from 'undici';

/** A request whose answer is wanted for its head; nothing is sent along, neither token nor cookies. */
export interface HeadWanted {
  readonly dispatcher: Dispatcher;
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** The longest wait for the head of the answer. */
  readonly headMs: number;
  /** The longest wait for more bytes of a body that is then read. */
  readonly idleMs: number;
}

/**
 * Sends one request without following anything; the caller reads the body or discards it. Rejects with undici's own
 * error, and with the signal's reason when aborted.
 */
export async function answerHead(
  url: URL,
  wanted: HeadWanted,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  signal.throwIfAborted();
  const opening = request(url, {
    dispatcher: wanted.dispatcher,
    method: wanted.method,
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'runcomfy-batch',
      ...wanted.headers,
    },
    headersTimeout: wanted.headMs,
    bodyTimeout: wanted.idleMs,
    signal,
  });
  // undici hears an abort only once the request has a socket.
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([opening, aborted.promise]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export function firstHeader(response: Pick<Dispatcher.ResponseData, 'headers'>, name: string): string | null {
  const value = response.headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

/** Gives up the body, and with it the socket where more of it was to come. */
export function discardBody(response: Dispatcher.ResponseData): void {
  response.body.on('error', () => {}).destroy();
}

export const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
