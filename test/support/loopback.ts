import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { getResponse, type RequestHandler } from 'msw';

/** A real server on 127.0.0.1. */
export interface Loopback {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Cuts every connection and waits until the port is free. */
  close(): Promise<void>;
}

/** Serves msw handlers over real sockets. `HttpResponse.error()` resets the connection; an unknown route answers 501. */
export async function serveHandlers(handlers: readonly RequestHandler[]): Promise<Loopback> {
  const server = createServer((incoming, outgoing) => {
    answer(handlers, incoming, outgoing).catch(() => outgoing.destroy());
  });
  return listening(server);
}

async function answer(
  handlers: readonly RequestHandler[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const bodyless = incoming.method === 'GET' || incoming.method === 'HEAD';
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: pairs(incoming.rawHeaders),
    ...(bodyless ? {} : { body: Buffer.concat(chunks) }),
  });
  const response = (await getResponse([...handlers], request)) ?? new Response(null, { status: 501 });
  if (response.type === 'error') {
    incoming.socket.resetAndDestroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as NodeReadableStream), outgoing);
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  }
  return headers;
}

/** A bare TCP server, for what no HTTP server would do. */
export async function serveSockets(onSocket: (socket: Socket) => void): Promise<Loopback> {
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listening(server);
}

/** Calls back with each whole request on a connection, as text: its head, and the body that Content-Length tells. */
export function onEachRequest(socket: Socket, respond: (request: string) => void): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = requestEnd(text); end !== null; end = requestEnd(text)) {
      const request = text.slice(0, end);
      text = text.slice(end);
      respond(request);
    }
  });
}

function requestEnd(text: string): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return null;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : null;
}

async function listening(server: Server): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const opened = Promise.withResolvers<void>();
  server.once('error', opened.reject);
  server.listen(0, '127.0.0.1', opened.resolve);
  await opened.promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}
