import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { realClock } from '../../../src/app/real-clock.ts';
import type { RemoteRequest } from '../../../src/core/provider.ts';
import { transportOver } from '../../../src/http/exchange.ts';
import { deploymentClient } from '../../../src/providers/serverless/deployment-client.ts';
import { serverless } from '../../../src/providers/serverless/serverless.ts';
import { aDeployment, deploymentsApi } from '../../support/deployments-api.ts';
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

const model = `deployment:${aDeployment}`;

test.each([
  ['a number', { request_id: 1234567 }, '1234567'],
  ['another key', { id: 'abc-1' }, 'abc-1'],
  [
    'a link alone',
    { status_url: `https://api.runcomfy.net/prod/v1/deployments/x/requests/abc-2/status` },
    'abc-2',
  ],
  ['dots and colons', { request_id: 'a.b:c' }, 'a.b:c'],
  ['an error beside it', { request_id: 'abc-3', error_code: 422_001, error_message: 'Bad' }, 'abc-3'],
])('an id in an odd form is held and offered, never submitted again: %s', async (_, inference, id) => {
  const { handlers } = deploymentsApi({ inference });
  const { origin } = await kept(serveHandlers(handlers));
  const { failure } = await failureOf(deploymentClient(endpointAt(origin)).submit(aJob({}, model), calm()));
  expect(failure).toMatchObject({ kind: 'unanswered', offeredId: id });
  expect(serverless.requestId(id)).toBe(id);
});

test.each([['..'], ['a/b'], ['a b'], [''], ['x'.repeat(200)]])('no path is made of the id %j', async (id) => {
  const { handlers } = deploymentsApi({ inference: { request_id: id } });
  const { origin } = await kept(serveHandlers(handlers));
  const { failure } = await failureOf(deploymentClient(endpointAt(origin)).submit(aJob({}, model), calm()));
  expect([failure.kind, failure.offeredId ?? null]).toEqual(['unanswered', null]);
});

test('a request that a person named is found by its encoded id', async () => {
  const { handlers, seen } = deploymentsApi();
  const { origin } = await kept(serveHandlers(handlers));
  const request: RemoteRequest = { ...aRequest('a.b:c%2f'), model };
  await deploymentClient(endpointAt(origin)).status(request, calm());
  expect(seen[0]?.path).toBe(`/prod/v2/deployments/${aDeployment}/requests/a.b%3Ac%252f/status`);
});

test('a 403 of the gateway refuses one row where the token is good elsewhere', async () => {
  const { handlers } = deploymentsApi({
    inference: HttpResponse.json({ message: 'Forbidden' }, { status: 403 }),
  });
  const { origin } = await kept(serveHandlers(handlers));
  const transport = transportOver(ownDispatcher(), realClock.now);
  const client = await serverless.open({ base: serverless.address.parse(origin), token }, transport);
  const { failure } = await failureOf(client.submit(aJob({}, model), calm()));
  expect(failure.kind).toBe('invalid_input');
});

test('a 403 of the gateway is about the token where that is refused everywhere', async () => {
  const { handlers } = deploymentsApi();
  const { origin } = await kept(serveHandlers(handlers));
  const transport = transportOver(ownDispatcher(), realClock.now);
  const access = { base: serverless.address.parse(origin), token: 'another-token' };
  const client = await serverless.open(access, transport);
  const { failure } = await failureOf(client.submit(aJob({}, model), calm()));
  expect(failure.kind).toBe('unauthorized');
});

test.each([
  ['https://api.runcomfy.net', 'https://api.runcomfy.net/'],
  ['https://api.runcomfy.net/prod/v1/', 'https://api.runcomfy.net/'],
  ['https://api.runcomfy.net/prod', 'https://api.runcomfy.net/'],
  ['https://proxy.example/rc/prod/v2', 'https://proxy.example/rc'],
])('the address %s is read as %s', (text, href) => {
  expect(serverless.address.parse(text).href).toBe(href);
});
