import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connections, openConnections } from '../../src/http/connections.ts';
import { fileNameOf, type ListAnswer, openListLink } from '../../src/http/list-links.ts';

let server: Server;
let connections: Connections;
let origin: string;
const targets = new Map<string, string>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const location = targets.get(request.url ?? '');
    if (location !== undefined) response.writeHead(302, { location }).end();
    else response.writeHead(200, { 'content-type': 'text/csv' }).end('prompt\na cat\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  connections = openConnections({ api: 1, files: 1 });
});
afterAll(async () => {
  await connections.close();
  server.close();
});

const open = (link: string, maxBytes = 1_000): Promise<ListAnswer> =>
  openListLink(new URL(link), { dispatcher: connections.files, maxBytes }, new AbortController().signal);

describe('a link to a list', () => {
  test.each([
    ['http://example.com/p.csv', 'redirects to a link that is not https'],
    ['ftp://example.com/p.csv', 'redirects to a link that is not https'],
    ['https://user:pw@example.com/p.csv', 'redirects to a link with a user name or a password'],
    ['https://accounts.google.com/ServiceLogin?continue=x', 'asks to sign in'],
    ['https://', 'redirects nowhere'],
  ])('is not followed to %s', async (location, why) => {
    targets.set('/away', location);
    expect(await open(`${origin}/away`)).toMatchObject({ type: 'refused', why });
  });

  test('is read to its end, or to what is allowed', async () => {
    targets.set('/there', '/list.csv#x');
    const answer = await open(`${origin}/there`);
    if (answer.type !== 'list') throw new Error(answer.why);
    expect([answer.url.pathname, answer.contentType]).toEqual(['/list.csv', 'text/csv']);
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.bytes) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('prompt\na cat\n');
    const long = await open(`${origin}/list.csv`, 5);
    if (long.type !== 'list') throw new Error(long.why);
    await expect(long.bytes[Symbol.asyncIterator]().next()).rejects.toThrow('sends more than');
  });
});

test.each([
  ['attachment; filename="a b.csv"', 'a b.csv'],
  ['attachment; filename=a.csv; size=3', 'a.csv'],
  [`attachment; filename="x.csv"; filename*=UTF-8''%E7%8C%AB.csv`, '猫.csv'],
  [`attachment; filename="x \\"y\\".csv"; filename*=UTF-8''%ff`, 'x "y".csv'],
  ['inline', null],
  [null, null],
])('the file name of %s is %s', (disposition, name) => {
  expect(fileNameOf(disposition)).toBe(name);
});
