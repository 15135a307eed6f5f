import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RequestId } from '../../../src/core/job/job.ts';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { adoptableId, offeredId } from '../../../src/providers/wire/wire.ts';
import { aJob, aRequest, calm, endpointAt, failureOf, token } from '../../support/hosted-api.ts';
import { http, submitTo } from '../../support/raw-answers.ts';

test.each([
  ['{"request_id":12345}', '12345'],
  ['{"request_id":12345678901234567890}', '12345678901234567890'],
  ['{"request_id":"urn:req.1:x"}', 'urn:req.1:x'],
  ['{"requestId":"r1"}', 'r1'],
  ['{"id":"r1","status":"in_queue"}', 'r1'],
  ['{"request":{"id":"r1"}}', 'r1'],
  ['{"data":{"request_id":"r1"}}', 'r1'],
  ['{"prediction":{"id":"r1"}}', 'r1'],
  ['{"prediction_id":"r1"}', 'r1'],
  ['{"status_url":"https://x.example/prod/v1/requests/r%3A1/status"}', 'r:1'],
  ['{"request_id":"r1","status":"in_que', 'r1'],
  ['{"request_id":"r1"', 'r1'],
  ['[{"request_id":"r1"}]', 'r1'],
  ['{"request_id":777,', '777'],
  ['{"request_id":77', null],
  ['{"request_id":"r1', null],
  ['{"request_id":"../../x"}', null],
  ['{"request_id":".."}', null],
  ['{"request_id":"a b"}', null],
  ['{"request_id":-1}', null],
  ['{"request_id":1.5}', null],
  ['{"request_id":true}', null],
  ['<html><script>{"request_id":"r1"}</script>', null],
  ['accepted', null],
  ['', null],
])('the answer %j offers %j', (text, id) => {
  expect(offeredId(text)).toBe(id);
});

test('any answer may be looked through for an id, and what is found can stand in a path', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const id = offeredId(text);
      return id === null || (adoptableId(id) === id && /^[^/?#\s]+$/.test(encodeURIComponent(id)));
    }),
  );
});

async function failureAfter(respond: (socket: Socket) => void) {
  const { origin } = await submitTo(respond);
  return (await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()))).failure;
}

test('an id that no answer should hold stays unknown and is kept for whoever adopts it', async () => {
  const failure = await failureAfter((socket) => socket.end(http('200 OK', '{"request_id":4711}')));
  expect(failure).toMatchObject({ kind: 'unanswered', offeredId: '4711' });
  expect(failure.message).toContain('it named the id 4711.');
});

test('an answer that breaks off after its id offers it', async () => {
  const failure = await failureAfter((socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"request_id":"req_8","status":'),
  );
  expect(failure).toMatchObject({ kind: 'unanswered', offeredId: 'req_8' });
  expect(failure.message).toContain('what came of the answer named the id req_8');
});

test('a token that comes back as an id is not offered', async () => {
  const failure = await failureAfter((socket) => socket.end(http('200 OK', JSON.stringify({ id: token }))));
  expect(failure.offeredId).toBeUndefined();
  expect(failure.message).not.toContain(token);
});

test.each<[string, (text: string) => Buffer]>([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
  ['zstd', zstdCompressSync],
  ['gzip', Buffer.from],
])('an answer packed as %s is read though nobody asked for it', async (encoding, pack) => {
  const { origin } = await submitTo((socket, request) => {
    const body = pack(request.startsWith('POST') ? '{"request_id":"req_9"}' : '{"status":"in_queue"}');
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
  const client = apiClient(endpointAt(origin));
  const request = await client.submit(aJob(), calm());
  expect(request.id).toBe('req_9');
  expect(await client.status(request, calm())).toEqual({ phase: 'queued', position: null });
});

test('an answer that grows beyond all measure when it is unpacked is given up', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const failure = await failureAfter((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.end(bomb);
  });
  expect(failure.kind).toBe('unanswered');
  expect(failure.message).toContain('larger than any answer should be');
});

test('an adopted id of an unusual form is percent-encoded in every path', async () => {
  const { origin, requests } = await submitTo((socket) =>
    socket.write(http('200 OK', '{"status":"queued"}')),
  );
  const client = apiClient(endpointAt(origin));
  const request = aRequest(adoptableId('urn:a.b?c#d%') as RequestId);
  await client.status(request, calm());
  await client.result(request, calm());
  await client.cancel(request, calm());
  const path = '/v1/requests/urn%3Aa.b%3Fc%23d%25';
  expect(requests.map((request) => request.split(' ')[1])).toEqual([
    `${path}/status`,
    `${path}/result?include_cost=true`,
    `${path}/cancel`,
  ]);
});
