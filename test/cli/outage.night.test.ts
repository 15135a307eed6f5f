import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { isNight, sized } from '../support/tiers.ts';

type Answer = (response: ServerResponse) => void;

const page = '<!doctype html><html><body>We are back soon.</body></html>';
const sends =
  (status: number, type: string, body: string, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };
const answers: Readonly<Record<string, Answer>> = {
  'HTTP 500 with JSON': sends(500, 'application/json', '{"error_code":500000,"message":"Internal"}'),
  'HTTP 502 with a page': sends(502, 'text/html', page),
  'HTTP 503 with a page': sends(503, 'text/html', page),
  'HTTP 504 with nothing': sends(504, 'text/plain', ''),
  'HTTP 520': sends(520, 'text/html', page),
  'HTTP 522': sends(522, 'text/html', page),
  'HTTP 530': sends(530, 'text/html', page),
  'a page with HTTP 200': sends(200, 'text/html', page),
  'a redirect': sends(302, 'text/html', '', { location: 'https://status.example.com/' }),
  'a reset': (response) => {
    response.socket?.resetAndDestroy();
  },
};

interface Front {
  readonly url: string;
  /** POSTs that came in for a generation while the API was out. */
  readonly refused: () => number;
  readonly posts: () => number;
}

interface Bad {
  readonly of: 'submits' | 'all';
  readonly answer: Answer;
  /** The outage begins with this POST. */
  readonly from: number;
  /** It ends when this many calls were turned away. */
  readonly calls: number;
}

/** What stands between the program and its API, and turns calls away for a while. */
async function front(apiUrl: string, bad: Bad): Promise<Front> {
  let [posts, turnedAway, refused] = [0, 0, 0];
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isSubmit = request.method === 'POST' && request.url?.startsWith('/v1/models/') === true;
    if (isSubmit) posts += 1;
    if (posts >= bad.from && turnedAway < bad.calls && (bad.of === 'all' || isSubmit)) {
      turnedAway += 1;
      if (isSubmit) refused += 1;
      bad.answer(response);
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const answered = await fetch(`${apiUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answered.arrayBuffer()));
  }
  const server: Server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, refused: () => refused, posts: () => posts };
}

function folderWith(rows: number): string {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'p.txt'), Array.from({ length: rows }, (_, n) => `prompt number ${n}\n`).join(''));
  return cwd;
}

function countsOf(cwd: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of manifestOf(join(cwd, 'out/p'))) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

const common = ['run', 'p.txt', '--json', '--no-view', '--poll', '0.2'];

describe('an API that is out for a while', () => {
  // One that tells the machine of a proxy, and one that tells nothing; all of them at night.
  test.each(isNight ? Object.keys(answers) : ['HTTP 503 with a page', 'a reset'])(
    'with %s to every call costs a handful of rows and no more',
    async (how) => {
      const simulator = await startSimulator({ slots: 16, latency: { kind: 'fixed', ms: 100 } });
      onTestFinished(() => simulator.close());
      const answer = answers[how] as Answer;
      const { url, refused } = await front(simulator.baseUrl, { of: 'all', answer, from: 30, calls: 40 });
      const cwd = folderWith(120);
      const { code, stdout } = await rcb([...common, '--base-url', url, '--outage', '5m'], { cwd });
      expect(code).toBe(76);
      expect(stdout).toMatch(/"event":"waiting","for":"api"[\s\S]*"event":"resumed","for":"api"/);
      const counts = countsOf(cwd);
      expect(counts.unknown).toBe(refused());
      expect(counts.unknown).toBeLessThanOrEqual(10);
      expect(counts.done).toBe(120 - (counts.unknown ?? 0));
      expect(simulator.census().acceptedTotal).toBe(counts.done);
    },
  );

  test('to submissions alone is tried by one submission now and then', async () => {
    const simulator = await startSimulator({ slots: 16, latency: { kind: 'fixed', ms: 100 } });
    onTestFinished(() => simulator.close());
    const answer = answers['HTTP 503 with a page'] as Answer;
    const { url } = await front(simulator.baseUrl, { of: 'submits', answer, from: 1, calls: 4 });
    const cwd = folderWith(60);
    const { code } = await rcb([...common, '--base-url', url, '--outage', '2m'], { cwd });
    expect(code).toBe(76);
    expect(countsOf(cwd)).toEqual({ unknown: 4, done: 56 });
  });

  test('for ever ends the run with 75 and says why, and a healthy API finishes all but those few', async () => {
    const simulator = await startSimulator({ slots: 16, latency: { kind: 'fixed', ms: 100 } });
    onTestFinished(() => simulator.close());
    const answer = answers['HTTP 503 with a page'] as Answer;
    const bad = { of: 'all', answer, from: 1, calls: Number.POSITIVE_INFINITY } as const;
    const { url, posts } = await front(simulator.baseUrl, bad);
    const rows = sized(200, 1_000);
    const cwd = folderWith(rows);
    const { code, stdout, stderr } = await rcb([...common, '--base-url', url, '--outage', '3s'], { cwd });
    expect(code).toBe(75);
    expect(posts()).toBeLessThanOrEqual(10);
    expect(stdout).toContain('"event":"waiting","for":"api"');
    expect(stderr).toContain('HTTP 503');
    expect(stderr).toContain('--outage');
    const unknown = countsOf(cwd).unknown ?? 0;
    expect(unknown).toBe(posts());
    // Elsewhere now, as far as the folder can tell.
    const again = await rcb([...common, '--base-url', simulator.baseUrl, '--this-account'], { cwd });
    expect(again.code).toBe(76);
    expect(countsOf(cwd)).toEqual({ unknown, done: rows - unknown });
  });
});
