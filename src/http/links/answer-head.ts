import type { Dispatcher } from 'undici';
import { showDuration } from '../../core/pacing/pace.ts';
import type { AnswerHeaders } from '../../core/transport.ts';
import { onceAborted } from '../abort-listening.ts';
import { type AnswerBody, answerBody } from './answer-body.ts';

/** A request for the head of an answer, without token and cookies. */
interface HeadWanted {
  readonly dispatcher: Dispatcher;
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for the head of the answer, informational answers aside. */
  readonly headMs: number;
  /** How long to wait for more bytes of a body that is then read. */
  readonly idleMs: number;
  /** How slowly a body may come; any speed by default. */
  readonly speed?: SpeedLimits;
}

export interface SpeedLimits {
  /** At least this many bytes in each period in which the server does not have to wait for the reader. */
  readonly minBytes: number;
  readonly periodMs: number;
  /** How long the whole body may take. */
  readonly wholeMs: number;
}

/** A body comes too slowly. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: AnswerHeaders;
  /** Throws undici's own error when it is cut short, and the signal's reason when aborted. For one reader. */
  readonly body: Pick<AnswerBody, 'read' | 'received'>;
  /** Gives up the body, and the socket with it if more of it was to come. */
  discard(): void;
}

/**
 * Sends one request and follows no redirect; the caller reads the body or discards it. Rejects with undici's own error,
 * and with the signal's reason when aborted.
 */
export function answerHead(url: URL, wanted: HeadWanted, signal: AbortSignal): Promise<AnswerHead> {
  if (signal.aborted) return Promise.reject(signal.reason);
  const { head, giveUp, handler } = reception(wanted, () => forget());
  // undici hears an abort only once the request has a socket.
  const forget = onceAborted(signal, () => giveUp(signal.reason));
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
      // It would start again with each informational answer.
      headersTimeout: 0,
      bodyTimeout: wanted.idleMs,
    },
    handler,
  );
  return head;
}

interface Reception {
  readonly head: Promise<AnswerHead>;
  giveUp(error: Error): void;
  /** What undici reports the answer to. */
  readonly handler: Dispatcher.DispatchHandler;
}

/** One answer as undici reports it. `ended` is called when nothing more of it is wanted or comes. */
function reception(wanted: HeadWanted, ended: () => void): Reception {
  const head = Promise.withResolvers<AnswerHead>();
  let sending: Dispatcher.DispatchController | null = null;
  let isOver = false;
  let hasEnded = false;
  let deadline: NodeJS.Timeout | undefined;
  let endWatch: (() => void) | null = null;
  const body = answerBody({
    pause: () => sending?.pause(),
    resume: () => sending?.resume(),
  });

  function finish(): void {
    isOver = true;
    clearTimeout(deadline);
    endWatch?.();
    ended();
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
  function giveUp(error: Error): void {
    fail(error);
    discard();
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      sending = controller;
      if (isOver) controller.abort(new Error('not wanted'));
      else deadline = setTimeout(() => giveUp(new HeadLate()), wanted.headMs);
    },
    onResponseStart(_controller, statusCode, headers) {
      // Informational answers precede the final one.
      if (statusCode < 200) return;
      clearTimeout(deadline);
      if (wanted.speed !== undefined) endWatch = watchSpeed(body, wanted.speed, giveUp);
      head.resolve({ statusCode, headers, body, discard });
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
  };
  return { head: head.promise, giveUp, handler };
}

/** No head came in time. */
class HeadLate extends Error {
  readonly code = 'UND_ERR_HEADERS_TIMEOUT';
}

/** Gives up a body that comes too slowly. The result ends the watch. */
function watchSpeed(
  body: Pick<AnswerBody, 'received' | 'waitedForReader'>,
  { minBytes, periodMs, wholeMs }: SpeedLimits,
  giveUp: (error: Error) => void,
): () => void {
  let before = body.received();
  const period = setInterval(() => {
    const bytes = body.received() - before;
    before = body.received();
    const isReaderSlow = body.waitedForReader();
    if (bytes >= minBytes || isReaderSlow) return;
    giveUp(new TooSlow(`less than ${minBytes} bytes came in ${showDuration(periodMs)}`));
  }, periodMs);
  const whole = setTimeout(
    () => giveUp(new TooSlow(`it had not ended after ${showDuration(wholeMs)}`)),
    wholeMs,
  );
  return () => {
    clearInterval(period);
    clearTimeout(whole);
  };
}

export function firstHeader({ headers }: Pick<AnswerHead, 'headers'>, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

export const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
