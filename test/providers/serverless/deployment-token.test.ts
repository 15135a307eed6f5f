import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import type { RemoteRequest } from '../../../src/core/provider.ts';
import { deploymentCatalogue } from '../../../src/providers/serverless/deployment-catalogue.ts';
import { deploymentClient } from '../../../src/providers/serverless/deployment-client.ts';
import {
  type Answers,
  aDeployment,
  aDeploymentBody,
  aWorkflow,
  deploymentsApi,
} from '../../support/deployments-api.ts';
import { aJob, aRequest, calm, endpointAt, kept, token } from '../../support/hosted-api.ts';
import { onEachRequest, serveHandlers, serveSockets } from '../../support/loopback.ts';

const model = `deployment:${aDeployment}`;
const request: RemoteRequest = { ...aRequest('req-1'), model };

test('the token goes to the API alone, whatever addresses and redirects an answer names', async () => {
  const heard: string[] = [];
  const elsewhere = await kept(
    serveSockets((socket) =>
      onEachRequest(socket, (text) => {
        heard.push(text);
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      }),
    ),
  );
  const away = HttpResponse.json({}, { status: 307, headers: { location: elsewhere.origin } });
  const urls = { status_url: elsewhere.origin, result_url: elsewhere.origin, cancel_url: elsewhere.origin };
  for (const answers of [
    { inference: { request_id: 'req-1', ...urls }, status: { status: 'in_queue', ...urls } },
    { inference: away, status: away, result: away, cancel: away, deployment: away, deployments: away },
  ] satisfies Answers[]) {
    const { handlers, seen } = deploymentsApi(answers);
    const { origin } = await kept(serveHandlers(handlers));
    const endpoint = endpointAt(origin);
    const client = deploymentClient(endpoint);
    for (const call of [
      () => client.submit(aJob({}, model), calm()),
      () => client.status(request, calm()),
      () => client.result(request, calm()),
      () => client.cancel(request, calm()),
      () => client.ping(calm()),
      () => deploymentCatalogue(endpoint).model(model, calm()),
    ]) {
      await call().catch(() => {});
    }
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect(seen.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
  }
  expect(heard).toEqual([]);
});

test('no error, title or description holds the token', async () => {
  const told = { error_code: 422_001, error_message: `Bad ${token}`, detail: [{ msg: `${token}!` }] };
  const payload = {
    workflow_api_json: {
      ...aWorkflow,
      '6': { class_type: 'A', inputs: { text: 'x' }, _meta: { title: `T ${token}` } },
    },
  };
  const { handlers } = deploymentsApi({
    inference: HttpResponse.json(told, { status: 422 }),
    status: { status: `odd ${token}` },
    result: { status: 'failed', error: { node_id: token, exception_message: token } },
    deployment: aDeploymentBody({ name: token, payload }),
  });
  const { origin } = await kept(serveHandlers(handlers));
  const client = deploymentClient(endpointAt(origin));
  const said = await Promise.all(
    [
      client.submit(aJob({}, model), calm()),
      client.status(request, calm()),
      client.result(request, calm()),
      deploymentCatalogue(endpointAt(origin)).model(model, calm()),
    ].map((call) =>
      call.then(
        (value: unknown) => JSON.stringify(value),
        (error: Error) => error.message,
      ),
    ),
  );
  expect(said.every((text) => text.length > 0)).toBe(true);
  expect(said.join('\n')).not.toContain(token);
});
