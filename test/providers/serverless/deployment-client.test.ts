import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import type { FailureKind } from '../../../src/core/job/failures.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { ProviderClient, RemoteRequest } from '../../../src/core/provider.ts';
import { deploymentClient } from '../../../src/providers/serverless/deployment-client.ts';
import { type Answers, aDeployment, deploymentsApi } from '../../support/deployments-api.ts';
import { aJob, aRequest, calm, endpointAt, failureOf, kept } from '../../support/hosted-api.ts';
import { serveHandlers } from '../../support/loopback.ts';

const model = `deployment:${aDeployment}`;
const request: RemoteRequest = { ...aRequest('req-1'), model };

async function clientTo(answers: Answers): Promise<{
  readonly client: ProviderClient;
  readonly seen: ReturnType<typeof deploymentsApi>['seen'];
}> {
  const { handlers, seen } = deploymentsApi(answers);
  const server = await kept(serveHandlers(handlers));
  return { client: deploymentClient(endpointAt(server.origin)), seen };
}

test('keys of nodes become overrides, and the answer names the request', async () => {
  const { client, seen } = await clientTo({
    inference: { request_id: 'req-7', status_url: 'https://elsewhere.example/status' },
  });
  const input = { '6.text': 'a dog', '3.seed': 7, '12:3.image': 'data:image/png;base64,AAAA' };
  expect(await client.submit(aJob(input, model), calm())).toEqual({ id: 'req-7', model, ref: null });
  expect(seen).toEqual([
    {
      method: 'POST',
      path: `/prod/v2/deployments/${aDeployment}/inference`,
      body: {
        overrides: {
          '3': { inputs: { seed: 7 } },
          '6': { inputs: { text: 'a dog' } },
          '12:3': { inputs: { image: 'data:image/png;base64,AAAA' } },
        },
      },
      authorization: expect.stringMatching(/^Bearer /),
    },
  ]);
});

test('keys without a node go as they are', async () => {
  const { client, seen } = await clientTo({});
  const input = { prompt: 'a dog', lora_scale: 0.8, loras: [{ path: 'x', scale: 1 }] };
  await client.submit(aJob(input, model), calm());
  expect(seen[0]?.body).toEqual(input);
});

test.each<[string, Answers['inference'], FailureKind]>([
  [
    'HTTP 200 with a code that is a refusal',
    { error_code: 422_001, error_message: 'Bad overrides' },
    'invalid_input',
  ],
  [
    'HTTP 202 with such a code',
    HttpResponse.json({ error_code: 404_001, error_message: 'No deployment' }, { status: 202 }),
    'model_not_found',
  ],
  ['a code of its own: no balance', { error_code: 10_001, error_message: 'InsufficientFunds' }, 'no_balance'],
  [
    'a code of its own: disabled',
    { error_code: 10_002, error_message: 'DisabledDeployment' },
    'model_not_found',
  ],
  [
    'HTTP 200 with a code that proves nothing',
    { error_code: 500_001, error_message: 'Internal' },
    'unanswered',
  ],
  ['HTTP 200 with a message alone', { error_message: 'Something' }, 'unanswered'],
  ['HTTP 200 without an id', {}, 'unanswered'],
  ['a page', HttpResponse.html('<html><title>Busy</title></html>'), 'unanswered'],
  ['a redirect', new HttpResponse(null, { status: 302, headers: { location: '/login' } }), 'unanswered'],
  ['500', HttpResponse.json({ error_code: 500_001 }, { status: 500 }), 'unanswered'],
  ['429', HttpResponse.json({ message: 'Too many' }, { status: 429 }), 'rate_limited'],
  [
    '422',
    HttpResponse.json({ detail: [{ loc: ['body', 'overrides'], msg: 'missing' }] }, { status: 422 }),
    'invalid_input',
  ],
  [
    '401',
    HttpResponse.json({ error_code: 401_001, error_message: 'Unauthorized' }, { status: 401 }),
    'unauthorized',
  ],
  ['403 of the gateway', HttpResponse.json({ message: 'Forbidden' }, { status: 403 }), 'unauthorized'],
  ['403 of another account', HttpResponse.json({ error_code: 403_003 }, { status: 403 }), 'model_not_found'],
])('a submission that is answered with %s', async (_, inference, kind) => {
  const { client } = await clientTo({ inference });
  expect((await failureOf(client.submit(aJob({}, model), calm()))).failure.kind).toBe(kind);
});

test('a disabled deployment is told as one', async () => {
  const { client } = await clientTo({
    inference: HttpResponse.json(
      { error_code: 10_002, error_message: 'DisabledDeployment' },
      { status: 403 },
    ),
  });
  const { failure } = await failureOf(client.submit(aJob({}, model), calm()));
  expect(failure.message).toBe(
    'The deployment is disabled; enable it on its page (HTTP 403, code 10002): DisabledDeployment.',
  );
});

test('a model without a usable id never leaves', async () => {
  const { client, seen } = await clientTo({});
  for (const odd of ['deployment:', 'deployment:../x', 'deployment:a/b', 'acme/cat']) {
    expect((await failureOf(client.submit(aJob({}, odd), calm()))).failure.kind).toBe('model_not_found');
  }
  expect(seen).toEqual([]);
});

test.each([
  [
    { status: 'in_queue', queue_position: 4 },
    { phase: 'queued', position: 4 },
  ],
  [{ status: 'in_progress', instance_id: 'i-1' }, { phase: 'running' }],
  [{ status: 'completed' }, { phase: 'finished' }],
  [{ status: 'succeeded' }, { phase: 'finished' }],
  [{ status: 'failed', error: 'x' }, { phase: 'finished' }],
  [{ status: 'canceled' }, { phase: 'finished' }],
  [{ status: 'cancelled' }, { phase: 'finished' }],
  [{ status: 'cancellation_requested' }, { phase: 'running' }],
  [{ status: 'warming' }, { phase: 'unrecognised', word: 'warming' }],
])('a status of %j', async (status, shown) => {
  const { client, seen } = await clientTo({ status });
  expect(await client.status(request, calm())).toEqual(shown);
  expect(seen[0]?.path).toBe(`/prod/v2/deployments/${aDeployment}/requests/req-1/status`);
});

describe('a result that failed', () => {
  const failed = async (more: JsonObject): Promise<string> => {
    const { client } = await clientTo({ result: { status: 'failed', ...more } });
    const { failure } = await failureOf(client.result(request, calm(), { '6.text': 'nsfw, a cat' }));
    return `${failure.kind}: ${failure.message}`;
  };

  test.each<[string, JsonObject, string]>([
    ['a text', { error: 'It broke' }, 'generation_failed: The generation failed: It broke.'],
    [
      'a list',
      { error: [{ errorCode: 30_001, error: 'Timed out', debugInfo: 'pod gone' }] },
      'generation_failed: The generation failed: Timed out (30001, pod gone).',
    ],
    [
      'what broke in a node',
      {
        error: {
          node_id: '3',
          node_type: 'KSampler',
          exception_message: 'shape mismatch',
          exception_type: 'X',
        },
      },
      'generation_failed: The generation failed: node 3 (KSampler): shape mismatch.',
    ],
    [
      'the same as a text in a list',
      {
        error: [
          {
            errorCode: 2,
            error: 'Execution failed',
            debugInfo: JSON.stringify({
              node_id: 3,
              node_type: 'KSampler',
              exception_message: 'shape mismatch',
              current_inputs: { text: ['nsfw content policy violation'] },
            }),
          },
        ],
      },
      'generation_failed: The generation failed: node 3 (KSampler): shape mismatch.',
    ],
    [
      'a lack of memory',
      {
        error: {
          node_id: 3,
          node_type: 'KSampler',
          exception_type: 'torch.OutOfMemoryError',
          exception_message: 'Allocation on device',
        },
      },
      'generation_failed: The generation failed: node 3 (KSampler) ran out of memory (use smaller inputs, or hardware with more memory): Allocation on device.',
    ],
    [
      'inputs that a node refused',
      {
        error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation' },
        node_errors: {
          '3': {
            class_type: 'KSampler',
            errors: [
              {
                type: 'value_not_in_list',
                message: 'Value not in list',
                details: "sampler_name: 'x' not in ['nsfw']",
              },
            ],
          },
        },
      },
      "generation_failed: The generation failed: node 3 (KSampler): Value not in list: sampler_name: 'x' not in ['nsfw'].",
    ],
    [
      'a kind of node that is not installed',
      {
        error: {
          type: 'missing_node_type',
          message: "Node 'Fancy' not found. The custom node may not be installed.",
          extra_info: { node_id: '5', class_type: 'Fancy', node_title: 'Fancy' },
        },
        node_errors: {},
      },
      "generation_failed: The generation failed: node 5 (Fancy): Node 'Fancy' not found. The custom node may not be installed.",
    ],
    [
      'a content policy, told by a node',
      { error: { node_id: 8, node_type: 'Safety', exception_message: 'Content policy violation' } },
      "refused: The provider's content policy refused this input: node 8 (Safety): Content policy violation.",
    ],
  ])('by %s', async (_, more, told) => {
    expect(await failed(more)).toBe(told);
  });
});

test('inputs that a node refuses at once are named with it', async () => {
  const { client } = await clientTo({
    inference: HttpResponse.json(
      {
        error: { message: 'invalid prompt' },
        node_errors: {
          '6': {
            errors: [{ message: 'Required input is missing', details: 'clip' }],
            class_type: 'CLIPTextEncode',
          },
        },
      },
      { status: 400 },
    ),
  });
  const { failure } = await failureOf(client.submit(aJob({}, model), calm()));
  expect(failure.kind).toBe('invalid_input');
  expect(failure.message).toContain('node 6 (CLIPTextEncode): Required input is missing: clip');
});

test('a free call goes to the balance', async () => {
  const { client, seen } = await clientTo({});
  await client.ping(calm());
  expect(seen.map(({ path }) => path)).toEqual(['/prod/v2/balance']);
});

test.each<[string, JsonObject, number | undefined]>([
  [
    'both ends',
    { started_at: '2026-01-15T09:30:00.500000+00:00', finished_at: '2026-01-15T09:30:08.000000+00:00' },
    7_500,
  ],
  ['no start', { created_at: '2026-01-15T09:30:00Z', finished_at: '2026-01-15T09:30:08Z' }, undefined],
  [
    'an end before its start',
    { started_at: '2026-01-15T09:30:08Z', finished_at: '2026-01-15T09:30:00Z' },
    undefined,
  ],
  ['no times', { started_at: 7, finished_at: 'soon' }, undefined],
])('a result tells how long an instance worked, with %s', async (_, times, busyMs) => {
  const outputs = {
    '9': { images: [{ url: 'https://files.runcomfy.net/a.png', filename: 'a.png', type: 'output' }] },
  };
  const { client } = await clientTo({ result: { status: 'succeeded', outputs, ...times } });
  const result = await client.result(request, calm());
  expect(result).toMatchObject({ phase: 'succeeded', costUsd: null });
  expect(result.phase === 'succeeded' ? result.busyMs : null).toBe(busyMs);
});
