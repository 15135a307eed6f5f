import type { Dispatcher } from 'undici';
import {
  type Answer,
  type AnswerHeaders,
  type Broken,
  type ExchangeLimits,
  header,
  type Outgoing,
  type Transport,
} from '../core/transport.ts';
import { onceAborted } from './abort-listening.ts';
import { networkCode, ProxyFailure } from './network-words.ts';
import { unpackedBytes } from './unpacking.ts';

const decoder = new TextDecoder();

/**
 * Sends one request once and reads the whole answer; follows no redirect. Never rejects for what the network does.
 * `sent` is determined at the moment at which undici takes the request onto a socket, just before its first byte: what
 * fails earlier (name, connection, TLS, waiting for a socket) provably never reached the server.
 */
export function exchange(
  dispatcher: Dispatcher,
  outgoing: Outgoing,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Answer | Broken> {
  if (signal.aborted) return Promise.resolve({ type: 'broken', sent: false, why: 'aborted' });
  const { end, giveUp, handler } = reception(limits, () => forget());
  const forget = onceAborted(signal, () => giveUp('aborted'));
  dispatcher.dispatch({ ...outgoing, headersTimeout: 0, bodyTimeout: 0 }, handler);
  return end;
}

interface Reception {
  readonly end: Promise<Answer | Broken>;
  /** Ends the exchange, whatever it has come to. */
  giveUp(why: string): void;
  /** What undici reports the exchange to. */
  readonly handler: Dispatcher.DispatchHandler;
}

/** One exchange as undici reports it. `ended` is called once, before `end` resolves. */
function reception(limits: ExchangeLimits, ended: () => void): Reception {
  const { promise, resolve, reject } = Promise.withResolvers<Answer | Broken>();
  let socket: Dispatcher.DispatchController | null = null;
  let deadline: NodeJS.Timeout | undefined;
  let settled = false;
  let status = 0;
  let headers: AnswerHeaders = {};
  let bytes = 0;
  const chunks: Buffer[] = [];

  function settle(end: Answer | Broken): void {
    if (settled) return;
    settled = true;
    clearTimeout(deadline);
    ended();
    resolve(end);
  }
  function breakOff(why: string, words: string | null = null): void {
    if (settled) return;
    const text = textOf(Buffer.concat(chunks)) ?? '';
    const seen = { ...(words === null ? {} : { words }), ...(text === '' ? {} : { text }) };
    settle({ type: 'broken', sent: socket !== null, why, ...seen });
  }
  function giveUp(why: string): void {
    breakOff(why);
    socket?.abort(new Error(why));
  }
  /** null: it is too long once it is unpacked. */
  function textOf(packed: Uint8Array): string | null {
    const unpacked = unpackedBytes(packed, header(headers, 'content-encoding'), limits.answerBytes);
    return unpacked === null ? null : decoder.decode(unpacked);
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      if (settled || socket !== null) {
        // Given up while it waited for a socket, or queued again after its socket died: it must not leave (again).
        controller.abort(new Error('not sent'));
        giveUp('sent_twice');
        return;
      }
      socket = controller;
      deadline = setTimeout(() => giveUp('timeout'), limits.timeoutMs);
    },
    onResponseStart(_controller, seen, fields) {
      status = seen;
      headers = fields;
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
      if (bytes > limits.answerBytes) giveUp('too_long');
      else chunks.push(chunk);
    },
    onResponseEnd() {
      const [only = Buffer.alloc(0)] = chunks;
      const text = textOf(chunks.length < 2 ? only : Buffer.concat(chunks));
      if (text === null) breakOff('too_long');
      else settle({ type: 'answered', status, headers, text });
    },
    onResponseError(_controller, error) {
      const why = networkCode(error);
      if (why === 'UND_ERR_INVALID_ARG') reject(error);
      breakOff(why, error instanceof ProxyFailure ? error.message : null);
    },
  };
  return { end: promise, giveUp, handler };
}

/** Calls over these sockets. */
export function transportOver(dispatcher: Dispatcher, now: Transport['now']): Transport {
  return {
    exchange: (outgoing, limits, signal) => exchange(dispatcher, outgoing, limits, signal),
    now,
  };
}
