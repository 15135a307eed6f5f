import type { Dispatcher } from 'undici';
import { type AnswerHeaders, header } from '../core/transport.ts';
import { onceAborted } from './abort-listening.ts';

/** One request whose body, or whose answer, may be as large as a file. */
export interface Sending {
  readonly origin: string;
  /** Starts with `/` and is sent as it stands. */
  readonly path: string;
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array> | string | null;
}

/** An answer whose head has arrived. Its body has to be read to its end, by one of these. */
export interface Received {
  readonly status: number;
  header(name: string): string | null;
  /** Up to `maxBytes` of it; what is beyond is thrown away. */
  text(maxBytes: number): Promise<string>;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Sends one request once and follows no redirect. Rejects with the network's error, or the signal's reason. */
export type Transfer = (sending: Sending, signal: AbortSignal) => Promise<Received>;

// Between two signs of life of the other side; while a body is sent, each chunk that it takes is one.
const quietMs = 60_000;

export function transferOver(dispatcher: Dispatcher): Transfer {
  return async (sending, signal) => {
    signal.throwIfAborted();
    const aborting = new AbortController();
    const forget = onceAborted(signal, () => aborting.abort(signal.reason));
    try {
      const { statusCode, headers, body } = await dispatcher.request({
        ...sending,
        signal: aborting.signal,
        headersTimeout: quietMs,
        bodyTimeout: quietMs,
      } as Dispatcher.RequestOptions);
      body.once('close', forget).on('error', () => {});
      return {
        status: statusCode,
        header: (name) => header(headers as AnswerHeaders, name),
        text: (maxBytes) => textOf(body, maxBytes),
        chunks: body,
      };
    } catch (error) {
      forget();
      signal.throwIfAborted();
      throw error;
    }
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) break;
    kept.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(kept));
}
