import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { JsonObject } from '../../src/core/json.ts';

/** What a client sees that does nothing by itself. `failure` is the error code of a connection that broke. */
export interface Seen {
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: JsonObject;
  readonly failure: string | null;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string | null;
  readonly body?: unknown;
  /** Gives up once this has resolved and no word has come: `failure` is then `silence`. */
  readonly until?: Promise<unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

const agent = new Agent({ keepAlive: false });

/** One HTTP request on a connection of its own; never throws. */
export function ask(url: string, how: Ask = {}): Promise<Seen> {
  const { method = 'GET', token = 'a-token', body } = how;
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let [status, headers]: [number | null, IncomingHttpHeaders] = [null, {}];
    const end = (failure: string | null): void => {
      const all = Buffer.concat(chunks);
      resolve({ status, headers, body: all, json: parsed(all), failure });
    };
    const sent = request(
      url,
      {
        method,
        agent,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
          ...how.headers,
        },
      },
      (res) => {
        status = res.statusCode ?? null;
        headers = res.headers;
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => end(null));
        res.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      },
    );
    void how.until?.then(() => {
      end('silence');
      sent.destroy();
    });
    sent.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    sent.end(text);
  });
}

function parsed(body: Buffer): JsonObject {
  try {
    return JSON.parse(body.toString('utf8')) as JsonObject;
  } catch {
    return {};
  }
}

export const ideogram = 'ideogram/ideogram-v2/generate';

/** Submits to a simulator and gives what was answered. */
export function submit(baseUrl: string, input: unknown, model: string = ideogram): Promise<Seen> {
  return ask(`${baseUrl}/v1/models/${model}`, { method: 'POST', body: input });
}

/** Submits and gives the id. */
export async function submitted(baseUrl: string, input: unknown, model: string = ideogram): Promise<string> {
  const { json, status } = await submit(baseUrl, input, model);
  if (typeof json.request_id !== 'string') throw new Error(`No id came: ${status} ${JSON.stringify(json)}`);
  return json.request_id;
}

/** A clock that stands still until it is moved. */
export function stillClock(start = Date.UTC(2030, 0, 1)): { now: () => number; pass: (ms: number) => void } {
  let at = start;
  return {
    now: () => at,
    pass: (ms) => {
      at += ms;
    },
  };
}
