import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import { ReportedFailure } from '../../../src/core/job/failures.ts';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { hostedApi } from '../../support/api-handlers.ts';
import { aJob, aRequest, calm, endpointAt, failureOf, kept, token } from '../../support/hosted-api.ts';
import { serveHandlers, serveSockets } from '../../support/loopback.ts';

const links = ['https://files.runcomfy.net/a.png', 'https://files.runcomfy.net/b.png'];

async function hosted() {
  const api = hostedApi({ token, linksOf: () => links });
  const { origin } = await kept(serveHandlers(api.handlers));
  return { api, origin, client: apiClient(endpointAt(origin)) };
}

test('a request is followed from the queue to its links and its cost', async () => {
  const { api, client } = await hosted();
  const request = await client.submit(aJob(), calm());
  expect(await client.status(request, calm())).toEqual({ phase: 'queued', position: 1 });
  expect(await client.result(request, calm())).toEqual({ phase: 'unfinished', status: { phase: 'running' } });
  expect(await client.status(request, calm())).toEqual({ phase: 'running' });
  expect(await client.status(request, calm())).toEqual({ phase: 'finished' });
  const outputs = links.map((url) => ({ type: 'link', url, announced: 'image' }));
  expect(await client.result(request, calm())).toEqual({ phase: 'succeeded', outputs, costUsd: 0.08 });
  expect(api.calls.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
});

test('a cancel tells what really happened', async () => {
  const { client } = await hosted();
  const first = await client.submit(aJob(), calm());
  const second = await client.submit(aJob(), calm());
  await client.status(second, calm());
  expect(await client.cancel(first, calm())).toBe('cancelled');
  expect(await client.cancel(second, calm())).toBe('not_cancellable');
  expect((await failureOf(client.result(first, calm()))).failure.kind).toBe('cancelled');
});

test.each([
  [401, {}, 'unauthorized'],
  [400, { error_code: 400004 }, 'unauthorized'],
  [403, { error_code: 403001 }, 'lost'],
  [403, {}, 'lost'],
  [404, {}, 'lost'],
  [200, { error_code: 404001 }, 'lost'],
  [410, {}, 'lost'],
  [429, {}, 'rate_limited'],
  [408, {}, 'server_error'],
  [500, {}, 'server_error'],
  [503, { message: 'busy' }, 'server_error'],
  [200, { error_code: 777 }, 'server_error'],
  [400, { error_code: 400099 }, 'read_failed'],
  [302, {}, 'read_failed'],
  [200, {}, 'read_failed'],
  [200, { status: 5 }, 'read_failed'],
])('a read answered %i %j is %s, whichever read it is', async (status, body, kind) => {
  const { api, client } = await hosted();
  for (const call of ['status', 'result', 'cancel'] as const) {
    api.answerNext(() => HttpResponse.json(body, { status }));
    const { failure } = await failureOf(client[call](aRequest(), calm()));
    expect([call, failure.kind, failure.http]).toEqual([call, kind, status]);
  }
});

describe('an error in place of a result', () => {
  test.each([
    [422, { detail: [{ type: 'content_policy_violation', msg: 'Not this' }] }, 'plainly', 'refused'],
    [422, { detail: [{ loc: ['body', 'seed'], msg: 'too large' }] }, 'plainly', 'generation_failed'],
    [400, { error_code: 400099, message: 'bad' }, 'plainly', 'generation_failed'],
    [400, 'plain text', null, null],
    [403, { error_code: 403010, error_message: 'content moderation' }, 'plainly', 'refused'],
    [410, { message: 'Gone' }, 'plainly', 'generation_failed'],
    [409, { message: 'Conflict' }, 'perhaps', 'generation_failed'],
    [500, { error_code: 500123, error_message: 'worker crashed' }, 'perhaps', 'generation_failed'],
    [200, { error_code: 422001, error_message: 'no face' }, 'plainly', 'generation_failed'],
    [200, { error_code: 777 }, 'perhaps', 'generation_failed'],
    [500, { message: 'busy' }, null, null],
    [422, {}, null, null],
    [403, { message: 'Forbidden' }, null, null],
    [403, { error_code: 403001, message: 'Not yours' }, null, null],
    [404, { message: 'Not Found' }, null, null],
    [404, { error_code: 404001, message: 'Not Found' }, null, null],
    [401, { message: 'Unauthorized' }, null, null],
    [402, { message: 'Pay' }, null, null],
    [408, { error_code: 408001 }, null, null],
    [425, { message: 'Too early' }, null, null],
    [429, { error_code: 429001 }, null, null],
  ])('%i %j may tell that the generation failed: %s', async (status, body, how, kind) => {
    const { api, client } = await hosted();
    const answer = (): Response =>
      typeof body === 'string' ? new Response(body, { status }) : HttpResponse.json(body, { status });
    api.answerNext(answer);
    const failed = await failureOf(client.result(aRequest(), calm()));
    expect(failed instanceof ReportedFailure ? failed.told : null).toBe(how);
    if (failed instanceof ReportedFailure) {
      expect(failed.meant).toMatchObject({ kind, http: status });
      expect(failed.meant.message).toMatch(/^The (generation failed|provider's content policy refused)/);
    }
    api.answerNext(answer);
    expect(await failureOf(client.status(aRequest(), calm()))).not.toBeInstanceOf(ReportedFailure);
  });
});

test('a page with 403 or 404 comes from a gate in front of the API and loses no paid request', async () => {
  const { api, client } = await hosted();
  for (const status of [401, 403, 404]) {
    api.answerNext(() => new Response('<!DOCTYPE html><title>Blocked</title>', { status }));
    expect((await failureOf(client.status(aRequest(), calm()))).failure.kind).toBe('read_failed');
  }
});

test.each([
  ['status', '400', { phase: 'running' }],
  ['result', '400', { phase: 'unfinished', status: { phase: 'running' } }],
  ['result', '200', { phase: 'unfinished', status: { phase: 'running' } }],
] as const)('the code 400005 on %s with HTTP %s means: not finished yet', async (call, status, seen) => {
  const { api, client } = await hosted();
  api.answerNext(() => HttpResponse.json({ error_code: 400005, status: 400 }, { status: Number(status) }));
  expect(await client[call](aRequest(), calm())).toEqual(seen);
});

test.each([
  [
    { status: 'FAILED', error: { code: 'nsfw', reason: ['unsafe', 'prompt'] } },
    'refused',
    null,
    /unsafe; prompt/,
  ],
  [{ status: 'failed', error: 'broken', cost: '0.02' }, 'generation_failed', 0.02, /broken/],
  [
    { status: 'failed', error_code: 901, error_message: 'bad seed' },
    'generation_failed',
    null,
    /code 901.*bad seed/,
  ],
  [{ status: 'Canceled' }, 'cancelled', null, /cancelled/],
  [{ status: 'completed', output: { image: null }, cost: 0.08 }, 'no_output', 0.08, /no output/],
  [{ status: 'succeeded' }, 'no_output', null, /no output/],
])('a result of %j is %s, with what it cost', async (body, kind, costUsd, message) => {
  const { api, client } = await hosted();
  api.answerNext(() => HttpResponse.json(body));
  const failed = await failureOf(client.result(aRequest(), calm()));
  expect(failed.failure).toMatchObject({ kind, http: null });
  expect(failed.costUsd).toBe(costUsd);
  expect(failed.failure.message).toMatch(message);
});

test.each([
  [{ status: 'completed', output: { url: '', is_image_safe: false } }, 'refused', /is_image_safe is false/],
  [
    { status: 'completed', output: { images: [], has_nsfw_concepts: [true] } },
    'refused',
    /has_nsfw_concepts/,
  ],
  [{ status: 'completed', output: null, error: { type: 'content_policy_violation' } }, 'refused', /policy/],
  [{ status: 'completed', output: { images: [], seed: 7 } }, 'no_output', /answer is kept/],
])('a success of %j is %s, and its answer is passed on whole', async (body, kind, message) => {
  const { api, client } = await hosted();
  const text = JSON.stringify({ ...body, cost: 0.08, echo: `Bearer ${token}` }, null, 1);
  api.answerNext(() => new Response(text, { headers: { 'content-type': 'application/json' } }));
  const failed = await failureOf(client.result(aRequest(), calm()));
  expect(failed.failure).toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(failed.costUsd).toBe(0.08);
  expect(failed.answer).toBe(text.replace(token, '[token]'));
});

test('nothing that a result echoes brings the token into a file or to a host of files', async () => {
  const { api, client } = await hosted();
  const output = {
    text: `you sent ${token}`,
    url: `https://files.runcomfy.net/${token}/a.png`,
    image: links[0],
  };
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output }));
  const result = await client.result(aRequest(), calm());
  expect(JSON.stringify(result)).not.toContain(token);
  expect(result).toMatchObject({
    outputs: [
      { sentence: expect.stringContaining('token') },
      { url: links[0] },
      { text: 'you sent [token]' },
    ],
  });
});

test('a text inside a result is rid of the token too', async () => {
  const { api, client } = await hosted();
  const output = `data:text/plain,you sent ${token}`;
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output }));
  const result = await client.result(aRequest(), calm());
  expect(result).toMatchObject({ outputs: [{ type: 'bytes', bytes: Buffer.from('you sent [token]') }] });
});

test('a link with the token in it is no result by itself', async () => {
  const { api, client } = await hosted();
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output: `https://x.example/${token}` }));
  expect((await failureOf(client.result(aRequest(), calm()))).failure.kind).toBe('no_output');
});

test('a result may be larger than any other answer', async () => {
  const { api, client } = await hosted();
  const picture = Buffer.alloc(6_000_000, 7).toString('base64');
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output: { b64_json: picture } }));
  expect(await client.result(aRequest(), calm())).toMatchObject({ outputs: [{ type: 'bytes' }] });
});

test('what was sent is no result', async () => {
  const { api, client } = await hosted();
  const sent = { prompt: 'a cat', image_url: 'https://example.com/in.png' };
  const echo = { image: links[0], image_url: sent.image_url };
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output: echo }));
  expect(await client.result(aRequest(), calm(), sent)).toMatchObject({ outputs: [{ url: links[0] }] });
  api.answerNext(() => HttpResponse.json({ status: 'succeeded', output: { image_url: sent.image_url } }));
  expect((await failureOf(client.result(aRequest(), calm(), sent))).failure.kind).toBe('no_output');
});

test('an unknown state is told as it came, harmless to a terminal', async () => {
  const { api, client } = await hosted();
  api.answerNext(() => HttpResponse.json({ status: 'thawing\u001b[2J' }));
  expect(await client.status(aRequest(), calm())).toEqual({
    phase: 'unrecognised',
    word: 'thawing\\u001b[2J',
  });
  api.answerNext(() => HttpResponse.json({ status: 'constructor' }));
  expect(await client.result(aRequest(), calm())).toEqual({
    phase: 'unfinished',
    status: { phase: 'unrecognised', word: 'constructor' },
  });
});

describe('a read that is cut off or late is free to repeat', () => {
  test.each<[string, string]>([
    ['reset', ''],
    ['cut short', 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"status":'],
  ])('when it is %s', async (_name, answer) => {
    const { origin } = await kept(
      serveSockets((socket) =>
        socket.once('data', () => (answer ? socket.end(answer) : socket.resetAndDestroy())),
      ),
    );
    expect((await failureOf(apiClient(endpointAt(origin)).status(aRequest(), calm()))).failure.kind).toBe(
      'read_failed',
    );
  });

  test('when no server is there', async () => {
    const server = await serveSockets(() => {});
    await server.close();
    const { failure } = await failureOf(apiClient(endpointAt(server.origin)).result(aRequest(), calm()));
    expect(failure.kind).toBe('read_failed');
  });

  test('when no answer comes in time', async () => {
    const { origin } = await kept(serveSockets(() => {}));
    const client = apiClient(endpointAt(origin, { readMs: 30 }));
    expect((await failureOf(client.status(aRequest(), calm()))).failure.kind).toBe('read_failed');
  });
});

test('an aborted read rejects with the reason of its signal', async () => {
  const stop = new AbortController();
  const reason = new Error('leave');
  const { origin } = await kept(serveSockets((socket) => socket.once('data', () => stop.abort(reason))));
  await expect(apiClient(endpointAt(origin)).status(aRequest(), stop.signal)).rejects.toBe(reason);
});

test('the token never comes back in a failure, whatever the server echoes', async () => {
  const { api, client } = await hosted();
  const echoes = [
    { status: 401, body: { error_message: `bad token ${token}` } },
    { status: 400, body: { error_code: `E-${token}`, detail: [{ loc: ['header', token], msg: token }] } },
    { status: 200, body: { status: 'failed', error: { [token]: [token] } } },
  ];
  for (const { status, body } of echoes) {
    api.answerNext(() => HttpResponse.json(body, { status }));
    const failed = await failureOf(client.result(aRequest(), calm()));
    const everything = [failed.message, failed.stack, JSON.stringify(failed.failure), String(failed.cause)];
    expect(everything.join('\n')).not.toContain(token);
    expect(failed.message).toContain('[token]');
  }
});

test('a token that no header can carry is refused without being shown', () => {
  for (const odd of ['', 'a b', 'abc\n', 'ä']) {
    expect(() => apiClient(endpointAt('http://127.0.0.1:1', { token: odd }))).toThrow(
      /^The API token is empty or/,
    );
  }
});
