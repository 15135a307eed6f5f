import type { LookupFunction, Socket } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { aJob, calm, endpointAt, failureOf, kept, ownDispatcher } from '../../support/hosted-api.ts';
import { serveSockets } from '../../support/loopback.ts';
import { http, submitTo } from '../../support/raw-answers.ts';

async function ownAgent(options: Agent.Options): Promise<Dispatcher> {
  const agent = new Agent({ allowH2: false, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}

describe('a submit that fails before a byte has left is unreachable', () => {
  test('when the port is closed', async () => {
    const server = await serveSockets(() => {});
    await server.close();
    const { failure } = await failureOf(apiClient(endpointAt(server.origin)).submit(aJob(), calm()));
    expect(failure).toMatchObject({ kind: 'unreachable', http: null, code: null });
    expect(failure.message).toContain('ECONNREFUSED');
  });

  test('when the name of the host cannot be resolved', async () => {
    const lookup: LookupFunction = (_host, _options, done) => {
      done(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), '', 0);
    };
    const dispatcher = await ownAgent({ connect: { lookup } });
    const client = apiClient(endpointAt('https://api.example', { dispatcher }));
    expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('unreachable');
  });

  test('when TLS cannot be agreed on', async () => {
    const plain = await kept(serveSockets((socket) => socket.end('this is not TLS')));
    const base = plain.origin.replace('http:', 'https:');
    const { failure } = await failureOf(apiClient(endpointAt(base)).submit(aJob(), calm()));
    expect(failure.kind).toBe('unreachable');
  });

  test('when connecting takes too long', async () => {
    const dispatcher = await ownAgent({ connect: { lookup: () => {}, timeout: 10 } });
    const client = apiClient(endpointAt('https://api.example', { dispatcher }));
    const { failure } = await failureOf(client.submit(aJob(), calm()));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('UND_ERR_CONNECT_TIMEOUT');
  });
});

describe('a submit that left without a clear answer is unanswered', () => {
  const accepted = '{"request_id":"req_1"}';
  test.each<[string, (socket: Socket) => void]>([
    ['the server resets the connection after reading', (socket) => socket.resetAndDestroy()],
    ['the server closes the connection without an answer', (socket) => socket.end()],
    ['the head of the answer is cut off', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    ['the answer is cut off half-way', (socket) => socket.end(http('200 OK', accepted).slice(0, -5))],
    ['what comes is not HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n')],
    ['a 500 comes', (socket) => socket.end(http('500 Oops', '{"detail":"oops"}'))],
    ['a 502 with a web page comes', (socket) => socket.end(http('502 Bad', '<html><h1>Bad</h1></html>'))],
    ['a 503 comes', (socket) => socket.end(http('503 Busy', '', 'retry-after: 3\r\n'))],
    ['a 504 comes', (socket) => socket.end(http('504 Late', ''))],
    ['a 408 comes', (socket) => socket.end(http('408 Late', ''))],
    ['a page comes with 200', (socket) => socket.end(http('200 OK', '<!doctype html><p>hi'))],
    ['broken JSON comes', (socket) => socket.end(http('200 OK', '{"request_id":"req_1"'))],
    ['the answer is no object', (socket) => socket.end(http('200 OK', '["req_1"]'))],
    ['the id is missing', (socket) => socket.end(http('200 OK', '{"status":"in_queue"}'))],
    ['the id is unusable', (socket) => socket.end(http('200 OK', '{"request_id":"../../x"}'))],
    ['the answer is empty', (socket) => socket.end('HTTP/1.1 204 No\r\n\r\n')],
    [
      'an error that we do not know comes with 200',
      (socket) => socket.end(http('200 OK', '{"error_code":599123}')),
    ],
  ])('when %s', async (_name, respond) => {
    const { origin, requests } = await submitTo(respond);
    const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
    expect(failure.kind).toBe('unanswered');
    expect(failure.message).toMatch(/^The submission got no usable answer; .*\.$/);
    expect(requests).toHaveLength(1);
  });

  test('when the server resets before it reads what came', async () => {
    const { origin } = await kept(
      serveSockets((socket) => socket.once('readable', () => socket.resetAndDestroy())),
    );
    const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
    expect(failure.kind).toBe('unanswered');
  });

  test('when the socket had taken it, and unreachable only when the server got nothing, as connections die at once', async () => {
    let bytes = 0;
    const { origin } = await kept(
      serveSockets((socket) => {
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        setImmediate(() => socket.resetAndDestroy());
      }),
    );
    const client = apiClient(endpointAt(origin, { dispatcher: ownDispatcher(2) }));
    for (let n = 0; n < 50; n += 1) {
      bytes = 0;
      const { kind } = (await failureOf(client.submit(aJob(), calm()))).failure;
      expect(['unanswered', ...(bytes === 0 ? ['unreachable'] : [])]).toContain(kind);
    }
  });

  test('when no answer comes in time, and the connection is given up', async () => {
    const closed = Promise.withResolvers<void>();
    const { origin, requests } = await submitTo((socket) => socket.once('close', () => closed.resolve()));
    const { failure } = await failureOf(
      apiClient(endpointAt(origin, { submitMs: 30 })).submit(aJob(), calm()),
    );
    expect(failure.kind).toBe('unanswered');
    await closed.promise;
    expect(requests).toHaveLength(1);
  });

  test('when the answer has no end', async () => {
    const { origin } = await submitTo((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(5_000)}`),
    );
    const client = apiClient(endpointAt(origin, { answerBytes: 1_000 }));
    expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('unanswered');
  });

  test('when it is aborted after it left', async () => {
    const stop = new AbortController();
    const { origin } = await submitTo(() => stop.abort(new Error('leave')));
    const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), stop.signal));
    expect(failure.kind).toBe('unanswered');
  });

  test('when a connection that was kept alive dies under it', async () => {
    let seen = 0;
    const { origin, requests } = await submitTo((socket) => {
      seen += 1;
      if (seen === 1) socket.write(http('200 OK', accepted));
      else socket.resetAndDestroy();
    });
    const client = apiClient(endpointAt(origin, { dispatcher: ownDispatcher(1) }));
    await client.submit(aJob(), calm());
    expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('unanswered');
    expect(requests).toHaveLength(2);
  });

  test('when the answer redirects, and the target is never asked', async () => {
    const target = await submitTo((socket) => socket.end(http('200 OK', accepted)));
    for (const status of [301, 302, 303, 307, 308]) {
      const { origin } = await submitTo((socket) =>
        socket.end(http(`${status} Elsewhere`, '', `location: ${target.origin}/v1/models/x\r\n`)),
      );
      const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
      expect(failure).toMatchObject({ kind: 'unanswered', http: status });
    }
    expect(target.requests).toEqual([]);
  });
});
