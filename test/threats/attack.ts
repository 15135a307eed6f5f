import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { filesBelow } from '../support/command-line.ts';

export interface Listener {
  readonly origin: string;
  /** Method, path and headers of every request, in order. */
  readonly heard: readonly { readonly line: string; readonly headers: string }[];
}

/** A server on loopback that answers as the attacker likes; gone after the test. */
export async function listener(
  answer: (req: IncomingMessage, res: ServerResponse, body: string) => void,
): Promise<Listener> {
  const heard: { line: string; headers: string }[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    heard.push({ line: `${req.method} ${req.url}`, headers: req.rawHeaders.join('\n') });
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => answer(req, res, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An API whose every request finishes at once with the links (or the failure) that the attacker chose. */
export function finishing(resultOf: (id: string, auth: string) => unknown) {
  let accepted = 0;
  return (req: IncomingMessage, res: ServerResponse): void => {
    const [, id = '', what] = /^\/v1\/requests\/([^/]+)\/(status|result)/.exec(req.url ?? '') ?? [];
    if (req.method === 'POST') sendJson(res, 200, { request_id: `req-${++accepted}` });
    else if (what === 'status') sendJson(res, 200, { status: 'completed' });
    else if (what === 'result') sendJson(res, 200, resultOf(id, req.headers.authorization ?? ''));
    else sendJson(res, 404, { error_code: 400001, error_message: 'not found' });
  };
}

/** The files below a folder that hold one of the texts, each as `file: text`. */
export function filesHolding(dir: string, texts: readonly string[]): readonly string[] {
  return filesBelow(dir).flatMap((file) => {
    const bytes = readFileSync(join(dir, file));
    return texts.filter((text) => bytes.includes(text)).map((text) => `${file}: ${text}`);
  });
}

/** What a terminal would obey in a text, other than line ends and our own colours. */
export function obeyed(text: string): readonly string[] {
  const bare = text.replace(/\u001b\[[0-9;]{0,5}m/g, '');
  return (
    bare.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu) ??
    []
  ).map((character) => `U+${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`);
}

/** CSI, OSC 52 and 8, BEL, C1, CR, a line break, direction changes. No colour code: those are ours alone. */
export const escapes =
  'x\u001b]52;c;aGk=\u0007\u001b[2J\u001b]8;;http://evil\u001b\\\u009b5n\r\u202e\u2066\u2028y';

export const quickly = ['--poll', '0.1', '--retries', '0', '--outage', '1s'] as const;

/** For what is not about the page. */
export const withoutPage = [...quickly, '--no-view'] as const;
