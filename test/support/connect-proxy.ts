import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createServer, type Server as TlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Loopback, onEachRequest, serveSockets } from './loopback.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** A certificate for hosts of runcomfy.net that nobody trusts by itself: for `NODE_EXTRA_CA_CERTS`. */
export const certificateFile = fixture('certificate.pem');

export interface ConnectProxy extends Loopback {
  /** The head of each CONNECT that came. */
  readonly heads: readonly string[];
  /** All that came from clients, the tunnelled bytes as well. */
  bytes(): Buffer;
}

/**
 * A proxy that leads every CONNECT to a port of this machine, whatever host it names. `refuses`: it answers with that
 * status line instead.
 */
export async function connectProxy(
  port: number,
  { refuses = null, login = null }: { refuses?: string | null; login?: string | null } = {},
): Promise<ConnectProxy> {
  const heads: string[] = [];
  const came: Buffer[] = [];
  const proxy = await serveSockets((socket: Socket) => {
    socket.on('data', (chunk) => came.push(Buffer.from(chunk)));
    socket.once('data', (chunk) => {
      const head = chunk.toString('latin1');
      heads.push(head);
      const isKnown = login === null || head.includes(`Basic ${Buffer.from(login).toString('base64')}`);
      if (refuses !== null || !isKnown) {
        socket.end(`HTTP/1.1 ${refuses ?? '407 Login'}\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const there = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
      there.on('error', () => socket.destroy());
      socket.on('close', () => there.destroy());
    });
  });
  return { ...proxy, heads, bytes: () => Buffer.concat(came) };
}

interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** An HTTPS server with that certificate, which answers each request as told. */
export function serveTls(respond: (socket: Socket, request: string) => void): Promise<Served> {
  return serveTlsSockets((socket) => onEachRequest(socket, (request) => respond(socket, request)));
}

/** HTTPS with that certificate in front of a plain server on this machine. */
export function tlsInFrontOf(port: number): Promise<Served> {
  return serveTlsSockets((socket) => {
    const there = connect(port, '127.0.0.1');
    there.on('error', () => socket.destroy());
    socket.on('close', () => there.destroy());
    there.pipe(socket).pipe(there);
  });
}

async function serveTlsSockets(onSocket: (socket: Socket) => void): Promise<Served> {
  const sockets = new Set<Socket>();
  const server: TlsServer = createServer(
    { key: readFileSync(fixture('key.pem')), cert: readFileSync(certificateFile) },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      onSocket(socket);
    },
  );
  server.on('tlsClientError', () => {});
  const opened = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', opened.resolve);
  await opened.promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}
