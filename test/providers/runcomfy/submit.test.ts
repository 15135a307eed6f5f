import type { Socket } from 'node:net';
import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { hostedApi } from '../../support/api-handlers.ts';
import {
  aJob,
  aRequest,
  calm,
  endpointAt,
  failureOf,
  kept,
  ownDispatcher,
  token,
} from '../../support/hosted-api.ts';
import { serveHandlers } from '../../support/loopback.ts';
import { http, submitTo } from '../../support/raw-answers.ts';

test('an accepted submit sends the input as it is, with slashes kept, and returns the id', async () => {
  const api = hostedApi({ token, linksOf: () => [] });
  const { origin } = await kept(serveHandlers(api.handlers));
  const request = await apiClient(endpointAt(`${origin}/v1`)).submit(
    aJob({ prompt: 'ein Kätzchen', seed: 1 }),
    calm(),
  );
  expect(request).toEqual({ id: 'req_1', model: 'ideogram/ideogram-v2/generate', ref: null });
  expect(api.accepted).toMatchObject([
    { model: 'ideogram/ideogram-v2/generate', input: { prompt: 'ein Kätzchen', seed: 1 } },
  ]);
});

test.each([
  [200, { error_code: 400002, error_message: 'top up' }, 'no_balance', 400002],
  [200, { error_code: '400004' }, 'unauthorized', 400004],
  [200, { error_code: 422001, error_message: 'Validation failed' }, 'invalid_input', 422001],
  [202, { error_code: '422001' }, 'invalid_input', 422001],
  [201, { error_code: 400003 }, 'invalid_input', 400003],
  [200, { error_code: 422 }, 'invalid_input', 422],
  [200, { error_code: 429001 }, 'rate_limited', 429001],
  [200, { error_code: 402001 }, 'no_balance', 402001],
  [200, { error_code: 401001 }, 'unauthorized', 401001],
  [200, { error_code: 404001 }, 'model_not_found', 404001],
  [200, { error_code: 'validation_error' }, 'invalid_input', 'validation_error'],
  [200, { error_code: 'ContentPolicyViolation' }, 'invalid_input', 'ContentPolicyViolation'],
  [200, { error_code: 'INSUFFICIENT_BALANCE' }, 'no_balance', 'INSUFFICIENT_BALANCE'],
  [200, { error_code: 'rate_limit_exceeded' }, 'rate_limited', 'rate_limit_exceeded'],
  [422, { error: 'Prompt or provided image failed the safety checks' }, 'refused', null],
  [400, { error_code: 400010, message: 'Rejected by content moderation' }, 'refused', 400010],
  [422, { detail: [{ loc: ['body', 'content'], msg: 'field required' }] }, 'invalid_input', null],
  [500, { error_code: 400002 }, 'no_balance', 400002],
  [402, {}, 'no_balance', null],
  [401, {}, 'unauthorized', null],
  [403, {}, 'unauthorized', null],
  [400, { error_code: 400001 }, 'model_not_found', 400001],
  [404, {}, 'model_not_found', null],
  [422, { detail: [{ loc: ['body', 'seed'], msg: 'too large' }] }, 'invalid_input', null],
  [400, { error_code: 400099, message: 'bad' }, 'invalid_input', 400099],
  [413, {}, 'invalid_input', null],
  [429, {}, 'rate_limited', null],
])('a submit answered %i %j is %s', async (status, body, kind, code) => {
  const api = hostedApi({ token, linksOf: () => [] });
  api.answerNext(() => HttpResponse.json(body, { status }));
  const { origin } = await kept(serveHandlers(api.handlers));
  const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
  expect(failure).toMatchObject({ kind, http: status, code });
});

test.each([
  [{ error_code: 500001, error_message: 'worker crashed' }],
  [{ error_code: 'internal_error' }],
  [{ error_code: 408001 }],
  [{ error_code: 'content_generation_timeout' }],
])('a submit answered 200 %j may have been accepted all the same', async (body) => {
  const { origin } = await submitTo((socket) => socket.end(http('200 OK', JSON.stringify(body))));
  const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
  expect(failure.kind).toBe('unanswered');
});

test('an error beside an id leaves the submit in doubt, and offers the id', async () => {
  const { origin } = await submitTo((socket) =>
    socket.end(http('200 OK', '{"request_id":"req_7","error_code":400002,"error_message":"top up"}')),
  );
  const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
  expect(failure).toMatchObject({ kind: 'unanswered', code: 400002, offeredId: 'req_7' });
  expect(failure.message).toContain('top up; it named the id req_7');
});

test.each([
  ['text/plain', 'prompt is too long\n', 'prompt is too long'],
  ['application/json', '["no seed","no style"]', 'no seed; no style'],
  ['text/html', '<html><head><title>413 Too Large</title>', '("413 Too Large")'],
])('what a refusal of type %s says is kept', async (type, body, said) => {
  const { origin } = await submitTo((socket) =>
    socket.end(http('400 Bad', body, `content-type: ${type}\r\n`)),
  );
  const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
  expect(failure.kind).toBe('invalid_input');
  expect(failure.message).toContain(said);
});

test.each([201, 202, 207])('a submit answered %i with an id is accepted', async (status) => {
  const { origin } = await submitTo((socket) =>
    socket.end(http(`${status} Yes`, '{"request_id":"Ab-_9","error_code":null}')),
  );
  expect(await apiClient(endpointAt(origin)).submit(aJob(), calm())).toMatchObject({ id: 'Ab-_9' });
});

test('a 429 tells how long the server asks to wait, in seconds or until a date', async () => {
  for (const [header, ms] of [
    ['7', 7_000],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['soon', null],
  ] as const) {
    const { origin } = await submitTo((socket) =>
      socket.end(http('429 Slow', '', `retry-after: ${header}\r\n`)),
    );
    const failed = await failureOf(apiClient(endpointAt(origin)).submit(aJob(), calm()));
    expect(failed.retryAfterMs).toBe(ms);
  }
});

test('a submit aborted while it waits for a socket rejects with the reason at once and never leaves', async () => {
  const stop = new AbortController();
  const held = Promise.withResolvers<Socket>();
  const { origin, requests } = await submitTo((socket, request) => {
    if (request.startsWith('GET')) socket.write(http('200 OK', '{"status":"in_queue"}'));
    else held.resolve(socket);
  });
  const client = apiClient(endpointAt(origin, { dispatcher: ownDispatcher(1) }));
  const first = client.submit(aJob(), calm());
  const socket = await held.promise;
  const second = client.submit(aJob({ prompt: 'never' }), stop.signal);
  const third = client.status(aRequest(), calm());
  stop.abort(new Error('leave'));
  await expect(second).rejects.toThrow('leave');
  socket.write(http('200 OK', '{"request_id":"req_1"}'));
  await first;
  expect(await third).toEqual({ phase: 'queued', position: null });
  expect(requests.map((request) => request.split(' ', 1)[0])).toEqual(['POST', 'GET']);
});

test('a submit with a signal that is already aborted rejects with its reason', async () => {
  const { origin, requests } = await submitTo(() => {});
  const reason = new Error('leave');
  const call = apiClient(endpointAt(origin)).submit(aJob(), AbortSignal.abort(reason));
  await expect(call).rejects.toBe(reason);
  expect(requests).toEqual([]);
});

test('a model name that would lead to another address is never sent', async () => {
  const { origin, requests } = await submitTo(() => {});
  for (const model of ['../requests/x', 'a//b', '', 'a/./b']) {
    const { failure } = await failureOf(apiClient(endpointAt(origin)).submit(aJob({}, model), calm()));
    expect(failure.kind).toBe('model_not_found');
  }
  expect(requests).toEqual([]);
});
