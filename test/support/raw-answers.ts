import type { Socket } from 'node:net';
import { onEachRequest, serveSockets } from '../support/loopback.ts';
import { kept } from './hosted-api.ts';

/** A server that treats every submit as told, and what it got. */
export async function submitTo(respond: (socket: Socket, request: string) => void) {
  const requests: string[] = [];
  const server = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, (request) => {
        requests.push(request);
        respond(socket, request);
      }),
    ),
  );
  return { origin: server.origin, requests };
}

/** One whole answer, as it goes over the wire. */
export function http(status: string, body: string, headers = ''): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}
