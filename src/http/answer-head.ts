import type { Dispatcher } from 'undici';
import { onceAborted } from './abort-listening.ts';
import { type AnswerBody, answerBody } from './answer-body.ts';
import type { AnswerHeaders } from './exchange.ts';

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

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: AnswerHeaders;
  /** Throws undici's own error when it is cut short, and the signal's reason when aborted. For one reader. */
  readonly body: Pick<AnswerBody, 'read' | 'received'>;
  /** Gives up the body, and with it the socket where more of it was to come. */
  discard(): void;
}

/**
 * Sends one request without following anything; the caller reads the body or discards it. Rejects with undici's own
 * error, and with the signal's reason when aborted.
 */
export function answerHead(url: URL, wanted: HeadWanted, signal: AbortSignal): Promise<AnswerHead> {
  if (signal.aborted) return Promise.reject(signal.reason);
  const head = Promise.withResolvers<AnswerHead>();
  let sending: Dispatcher.DispatchController | null = null;
  let isOver = false;
  let hasEnded = false;
  const body = answerBody({
    pause: () => sending?.pause(),
    resume: () => sending?.resume(),
  });

  function finish(): void {
    isOver = true;
    forget();
  }
  function fail(error: unknown): void {
    finish();
    head.reject(error);
    body.fail(error);
  }
  function discard(): void {
    finish();
    if (!hasEnded) sending?.abort(new Error('not wanted'));
  }
  // undici hears an abort only once the request has a socket.
  const forget = onceAborted(signal, () => {
    fail(signal.reason);
    discard();
  });

  wanted.dispatcher.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: wanted.method,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'runcomfy-batch',
        ...wanted.headers,
      },
      headersTimeout: wanted.headMs,
      bodyTimeout: wanted.idleMs,
    },
    {
      onRequestStart(controller) {
        sending = controller;
        if (isOver) controller.abort(new Error('not wanted'));
      },
      onResponseStart(_controller, statusCode, headers) {
        // What is below announces the answer that is meant.
        if (statusCode >= 200) head.resolve({ statusCode, headers, body, discard });
      },
      onResponseData: (_controller, chunk) => body.push(chunk),
      onResponseEnd() {
        hasEnded = true;
        finish();
        body.end();
      },
      onResponseError(_controller, error) {
        hasEnded = true;
        fail(error);
      },
    },
  );
  return head.promise;
}

export function firstHeader({ headers }: Pick<AnswerHead, 'headers'>, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

export const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
