import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { until } from '../../support/processes.ts';
import { stillClock } from '../raw-client.ts';
import { infer, portrait, poster, prompting } from './deployed.ts';

interface Heard {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: JsonObject;
}

const usual = {
  latency: { kind: 'fixed', ms: 1_000 },
  coldStartMs: 1_000,
  wording: 'plain',
  webhookRetryMs: 0,
} as const;

let simulator: Simulator;
let receiver: Server;
let address: string;
let heard: Heard[];
let waiting: (() => void)[];
/** The statuses of its next answers; then 204. */
let answers: number[];
let clock: ReturnType<typeof stillClock>;

beforeEach(async () => {
  [heard, waiting, answers] = [[], [], []];
  receiver = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
    heard.push({ path: req.url ?? '', type: req.headers['content-type'], body });
    res.writeHead(answers.shift() ?? 204).end();
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  clock = stillClock();
  simulator = await startSimulator({ ...usual, clock: clock.now });
});
afterEach(async () => {
  await simulator.close();
  receiver.close();
});

async function untilHeard(count: number): Promise<readonly JsonObject[]> {
  while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  return heard.map(({ body }) => body);
}

const hook = (path: string, more = '') => `?webhook=${encodeURIComponent(address + path)}${more}`;

describe('a webhook', () => {
  test('tells of every state where it is asked to, and of the outputs last', async () => {
    const { json } = await infer(
      simulator.baseUrl,
      prompting('a cat'),
      poster,
      hook('/secret/job-1?x=y', '&webhook_intermediate_status=true'),
    );
    const names = { request_id: json.request_id, deployment_id: poster };
    await untilHeard(1);
    clock.pass(1_000);
    await untilHeard(2);
    clock.pass(1_000);
    expect(await untilHeard(3)).toEqual([
      { ...names, status: 'in_queue', queue_position: 1 },
      { ...names, status: 'in_progress', instance_id: expect.any(String) },
      {
        ...names,
        status: 'completed',
        outcome: 'succeeded',
        created_at: expect.any(String),
        finished_at: expect.any(String),
        outputs: { '9': { images: [expect.objectContaining({ url: expect.stringMatching(/^http/) })] } },
      },
    ]);
    expect(heard.map(({ path }) => path)).toEqual(Array(3).fill('/secret/job-1?x=y'));
    expect(new Set(heard.map(({ type }) => type))).toEqual(new Set(['application/json']));
  });

  test('tells of the end alone where no more is asked for, by query or by body', async () => {
    await infer(simulator.baseUrl, prompting('a cat'), poster, hook('/query'));
    await infer(simulator.baseUrl, { prompt: 'a face', webhook: `${address}/body` }, portrait);
    clock.pass(2_000);
    await untilHeard(2);
    expect(heard.map(({ path }) => path).toSorted()).toEqual(['/body', '/query']);
    expect(heard.find(({ path }) => path === '/body')?.body).toMatchObject({
      outcome: 'succeeded',
      output: { image: expect.any(String) },
    });
    // The address is no part of what is paid for.
    await infer(simulator.baseUrl, prompting('a cat'));
    expect(simulator.census().doubled).toHaveLength(1);
  });

  test('tells of nothing that is over by the time', async () => {
    simulator.setOptions({ coldStartMs: 0 });
    const intermediate = '&webhook_intermediate_status=true';
    await infer(simulator.baseUrl, prompting('a cat'), poster, hook('/warm', intermediate));
    await untilHeard(1);
    clock.pass(1_000);
    const bodies = await untilHeard(2);
    expect(bodies.map(({ status }) => status)).toEqual(['in_progress', 'completed']);
  });

  test('is sent again until it is answered with 2xx', async () => {
    answers = [500, 302, 404, 200];
    await infer(simulator.baseUrl, prompting('a cat'), poster, hook('/late'));
    clock.pass(2_000);
    const bodies = await untilHeard(4);
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  test('is sent by the next process where the first one ended before, and only then', async () => {
    await simulator.close();
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { ...usual, clock: clock.now, journal: join(folder, 'requests.jsonl') };
    simulator = await startSimulator(options);
    const first = await infer(simulator.baseUrl, prompting('a cat'), poster, hook('/first'));
    await simulator.close();
    clock.pass(2_000);
    simulator = await startSimulator(options);
    expect(await untilHeard(1)).toMatchObject([{ request_id: first.json.request_id, outcome: 'succeeded' }]);
    await until(() => readFileSync(options.journal, 'utf8').includes('"told"'));
    await simulator.close();
    simulator = await startSimulator(options);
    const second = await infer(simulator.baseUrl, prompting('a dog'), poster, hook('/second'));
    clock.pass(2_000);
    expect(await untilHeard(2)).toMatchObject([{}, { request_id: second.json.request_id }]);
  });

  test('tells why a run failed, or that it was cancelled', async () => {
    simulator.setOptions({ failRate: 1 });
    await infer(simulator.baseUrl, prompting('a cat'), poster, hook('/failed'));
    clock.pass(2_000);
    expect(await untilHeard(1)).toMatchObject([
      { outcome: 'failed', error: [{ errorCode: expect.any(Number), error: expect.any(String) }] },
    ]);
  });

  test('goes to nobody but this machine', async () => {
    for (const url of ['http://192.0.2.1/x', 'https://example.com/x', 'http://127.0.0.1.example.com/']) {
      const { status } = await infer(
        simulator.baseUrl,
        prompting(url),
        poster,
        `?webhook=${encodeURIComponent(url)}`,
      );
      expect(status).toBe(200);
    }
    expect(simulator.census().calls.webhook).toEqual({ elsewhere: 3 });
  });
});
