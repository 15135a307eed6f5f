import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { failure, JobFailure } from '../../../src/core/job/failures.ts';
import type { JobId } from '../../../src/core/job/job.ts';
import type { ProviderClient } from '../../../src/core/provider.ts';
import { apiClient } from '../../../src/providers/runcomfy/client.ts';
import { DoubtfulRefusal } from '../../../src/providers/wire/faults.ts';
import { withRefusalsTold } from '../../../src/providers/wire/refused-submissions.ts';
import { aJob, aRequest, calm, endpointAt, failureOf } from '../../support/hosted-api.ts';
import { http, submitTo } from '../../support/raw-answers.ts';

const page = '<!DOCTYPE html><title>Attention Required!</title>';
const moderation = '{"error_code":403010,"error_message":"content moderation"}';
const forbidden = '{"message":"Forbidden"}';
const accepted = http('200 OK', '{"request_id":"req_1"}');
const balance = http('200 OK', '{"balance_usd":3}');

type Answers = Readonly<Record<'submit' | 'ping', string | ((socket: Socket) => void)>>;

/** A client of a server that answers every submit, and everything free, as told. */
async function told(answers: Answers): Promise<{ client: ProviderClient; requests: string[] }> {
  const { origin, requests } = await submitTo((socket, request) => {
    const answer = request.startsWith('POST') ? answers.submit : answers.ping;
    if (typeof answer === 'string') socket.write(answer);
    else answer(socket);
  });
  return { client: withRefusalsTold(apiClient(endpointAt(origin))), requests };
}

test.each([
  [
    'JSON that speaks of moderation',
    moderation,
    'refused',
    /^The provider's content policy refused .*403010/,
  ],
  ['a page of a firewall', page, 'refused', /Attention Required!/],
  ['plain text of a firewall', 'error code: 1020', 'refused', /error code: 1020/],
  ['nothing', '', 'refused', /HTTP 403/],
  ['JSON of a gateway', forbidden, 'invalid_input', /^The API refused this input \(HTTP 403\): Forbidden\.$/],
])('a 403 with %s is about the row where the token is accepted elsewhere', async (_, body, kind, message) => {
  const { client } = await told({ submit: http('403 No', body), ping: balance });
  const { failure } = await failureOf(client.submit(aJob(), calm()));
  expect(failure).toMatchObject({ kind, http: 403 });
  expect(failure.message).toMatch(message);
});

test.each(['404 None', '405 Not so', '501 None'])(
  'an API without anything free answers %s, which is an answer to the token all the same',
  async (status) => {
    const { client, requests } = await told({ submit: http('403 No', page), ping: http(status, '') });
    expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('refused');
    expect(requests.map((request) => request.split('\r\n', 1)[0])).toEqual([
      'POST /v1/models/ideogram/ideogram-v2/generate HTTP/1.1',
      'GET /prod/v2/balance HTTP/1.1',
      'GET /v1/models?limit=1 HTTP/1.1',
    ]);
  },
);

test('a code of 403 beside HTTP 200 is such a refusal, too', async () => {
  const { client } = await told({ submit: http('200 OK', moderation), ping: balance });
  expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('refused');
});

test.each([
  [http('401 No', '{"error_code":400004}')],
  [http('401 No', '')],
  [http('403 No', forbidden)],
  [http('200 OK', '{"error_code":400004}')],
])('a 403 is about the token where something free is refused as well: %j', async (ping) => {
  const { client } = await told({ submit: http('403 No', forbidden), ping });
  const { failure } = await failureOf(client.submit(aJob(), calm()));
  expect(failure).toMatchObject({ kind: 'unauthorized', http: 403 });
});

test.each<[string, Answers['ping']]>([
  ['answers with a page', http('403 No', page)],
  ['answers with a page of 401', http('401 No', page)],
  ['answers with a page of 404', http('404 No', page)],
  ['answers 403 without JSON', http('403 No', 'no')],
  ['reports an error of its own', http('503 Busy', '')],
  ['asks for fewer calls', http('429 Slow', '{}')],
  ['hangs up', (socket) => socket.destroy()],
])('a 403 is submitted again where the free call %s: nothing was accepted', async (_, ping) => {
  const { client } = await told({ submit: http('403 No', forbidden), ping });
  const { failure } = await failureOf(client.submit(aJob(), calm()));
  expect(failure).toMatchObject({ kind: 'unreachable', http: 403 });
  expect(failure.message).toMatch(
    /^The API refused a submission \(HTTP 403\): Forbidden, and whether it accepts the token could not be asked\. The API /,
  );
});

test('the code that names the token needs no question', async () => {
  const { client, requests } = await told({
    submit: http('403 No', '{"error_code":400004}'),
    ping: balance,
  });
  expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('unauthorized');
  expect(requests).toHaveLength(1);
});

test('many refusals that come together ask once', async () => {
  const aboutToken = new JobFailure(failure('unauthorized', 'The API refused the token.', { http: 403 }));
  const aboutInput = failure('refused', 'Not this prompt.', { http: 403 });
  const answered = Promise.withResolvers<void>();
  let pings = 0;
  const { client } = await told({ submit: accepted, ping: balance });
  const refusing: ProviderClient = {
    ...client,
    submit: async () => {
      throw new DoubtfulRefusal(aboutToken, aboutInput);
    },
    ping: () => {
      pings += 1;
      return answered.promise;
    },
  };
  const asking = withRefusalsTold(refusing);
  const calls = [1, 2, 3].map((seed) => failureOf(asking.submit(aJob({ prompt: 'a', seed }), calm())));
  await setImmediate();
  answered.resolve();
  const kinds = (await Promise.all(calls)).map((failed) => failed.failure.kind);
  expect(kinds).toEqual(['refused', 'refused', 'refused']);
  expect(pings).toBe(1);
  await failureOf(asking.submit(aJob(), calm()));
  expect(pings).toBe(2);
});

test('a 401 stands before anything was accepted, and later fails the row that gets it twice', async () => {
  let isRefusing = true;
  const { client, requests } = await told({
    submit: (socket) => socket.write(isRefusing ? http('401 No', '{"message":"Unauthorized"}') : accepted),
    ping: balance,
  });
  expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('unauthorized');
  isRefusing = false;
  await client.submit(aJob(), calm());
  isRefusing = true;
  const other = { ...aJob({ prompt: 'a dog' }), id: 'other' as JobId };
  const first = await failureOf(client.submit(aJob(), calm()));
  expect(first.failure).toMatchObject({ kind: 'unreachable', http: 401 });
  expect(first.message).toContain('though it accepts the token for other calls.');
  expect((await failureOf(client.submit(other, calm()))).failure.kind).toBe('unreachable');
  expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('invalid_input');
  expect(requests.filter((each) => each.startsWith('GET'))).toHaveLength(3);
});

test('a refusal whose question is stopped ends as the run does', async () => {
  const stop = new AbortController();
  const reason = new Error('leave');
  const { client } = await told({ submit: http('403 No', page), ping: () => stop.abort(reason) });
  await expect(client.submit(aJob(), stop.signal)).rejects.toBe(reason);
});

test('everything else passes through', async () => {
  const { client } = await told({
    submit: http('422 No', '{}'),
    ping: http('200 OK', '{"status":"pending"}'),
  });
  expect((await failureOf(client.submit(aJob(), calm()))).failure.kind).toBe('invalid_input');
  expect(await client.status(aRequest(), calm())).toEqual({ phase: 'queued', position: null });
  expect(await client.result(aRequest(), calm())).toMatchObject({ phase: 'unfinished' });
});
