import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer, to be sent as it stands. */
export interface OddAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is odd about an API; null, or nothing at all: it answers as it should. */
export interface Oddities {
  submit?(prompt: string): OddAnswer | null;
  status?(id: string): OddAnswer | null;
  result?(id: string): OddAnswer | null;
  balance?(): OddAnswer | null;
  /** Changes every answer before it is sent. */
  every?(answer: OddAnswer): OddAnswer;
}

export interface OddApi {
  readonly origin: string;
  readonly port: number;
  /** `POST /v1/models/…`, `GET /prod/v2/balance`, … in the order in which they came. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** The one model of its catalogue, of which it tells nothing but the name. */
export const knownModel = 'made/up/model';

/** One red pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export const json = (status: number, body: unknown): OddAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

/**
 * The smallest API that the program can work with, on this machine: every request ends at once with one file. Its ids
 * are the prompts.
 */
export async function oddApi(odd: Oddities = {}): Promise<OddApi> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = request.url ?? '';
    calls.push(`${request.method} ${url}`);
    const answer = answerTo(request.method ?? '', url, Buffer.concat(chunks).toString());
    const { status, body, headers } = odd.every?.(answer) ?? answer;
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  });

  function answerTo(method: string, url: string, body: string): OddAnswer {
    if (url.startsWith('/v1/models?')) return json(200, { models: [{ model_id: knownModel }], total: 1 });
    if (url.startsWith('/v1/models/') && method === 'GET') {
      return json(404, { error_code: 404001, error_message: 'Resource not found' });
    }
    if (url.startsWith('/v1/models/')) {
      const prompt = String(JSON.parse(body).prompt);
      return odd.submit?.(prompt) ?? json(200, { request_id: idOf(prompt) });
    }
    if (url.includes('/balance')) return odd.balance?.() ?? json(200, { balance_usd: 5 });
    if (url.startsWith('/files/'))
      return { status: 200, body: pixel, headers: { 'content-type': 'image/png' } };
    const [, id = '', what = ''] = /^\/v1\/requests\/([^/]+)\/(\w+)/.exec(url) ?? [];
    if (what === 'status') return odd.status?.(id) ?? json(200, { status: 'completed' });
    const { port } = server.address() as AddressInfo;
    const image = `http://127.0.0.1:${port}/files/${id}.png`;
    return odd.result?.(id) ?? json(200, { status: 'succeeded', output: { image }, cost: 0.08 });
  }

  const opened = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', opened.resolve);
  await opened.promise;
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    calls,
    async close() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

/** The id of the request for a prompt. */
export function idOf(prompt: string): string {
  return prompt.replace(/[^A-Za-z0-9]+/g, '-');
}
