import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Outgoing, Transport } from '../../../src/core/transport.ts';
import { deploymentCatalogue } from '../../../src/providers/serverless/deployment-catalogue.ts';
import { nodeTypesAt, readNodeTypes } from '../../../src/providers/serverless/object-info.ts';
import { aDeployment, aDeploymentBody, aWorkflow, deploymentsApi } from '../../support/deployments-api.ts';
import { calm, endpointAt, kept, token } from '../../support/hosted-api.ts';
import { serveHandlers } from '../../support/loopback.ts';

const described: JsonObject = {
  KSampler: {
    input: {
      required: {
        seed: ['INT', { default: 0, min: 0, max: 2 ** 64 }],
        steps: ['INT', { min: 1, max: 10_000 }],
        cfg: ['FLOAT', { min: 0, max: 100, step: 0.1 }],
        denoise: ['FLOAT', { min: 2, max: 3 }],
        sampler_name: [['euler', 'heun']],
        model: ['MODEL'],
      },
      optional: { tiled: ['BOOLEAN', {}], mode: ['COMBO', { options: ['a', 'b'] }] },
    },
  },
  LoadImage: { input: { required: { image: [['x.png'], { image_upload: true }] } } },
  CheckpointLoaderSimple: { input: { required: { ckpt_name: [['another.safetensors']] } } },
  Odd: { input: 7 },
};
const kinds = new Set(['KSampler', 'LoadImage', 'CheckpointLoaderSimple', 'Odd', '__proto__']);

test('types, ranges and choices are read, and what is odd is left out', () => {
  const types = readNodeTypes(described, kinds);
  expect(Object.fromEntries(types.get('KSampler') ?? [])).toEqual({
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    steps: { type: 'integer', minimum: 1, maximum: 10_000 },
    cfg: { type: 'number', minimum: 0, maximum: 100 },
    denoise: { type: 'number', minimum: 2, maximum: 3 },
    sampler_name: { enum: ['euler', 'heun'] },
    tiled: { type: 'boolean' },
    mode: { enum: ['a', 'b'] },
  });
  expect(types.get('LoadImage')?.get('image')).toEqual({ type: 'string', format: 'image_uri' });
  expect([...types.keys()]).not.toContain('Odd');
});

test('a deployment takes them, but for those that its own workflow contradicts', async () => {
  const { handlers } = deploymentsApi();
  const info = http.get('*/object_info.json', () => HttpResponse.json(described));
  const deployment = http.get('*/prod/v2/deployments/:id', ({ request }) =>
    HttpResponse.json(
      aDeploymentBody({
        payload: {
          workflow_api_json: aWorkflow,
          object_info_url: `${new URL(request.url).origin}/object_info.json`,
        },
      }),
    ),
  );
  const { origin } = await kept(serveHandlers([info, deployment, ...handlers]));
  const model = await deploymentCatalogue(endpointAt(origin)).model(`deployment:${aDeployment}`, calm());
  const properties = (model?.inputSchema?.properties ?? {}) as Record<string, JsonObject>;
  expect(properties['3.sampler_name']).toMatchObject({ enum: ['euler', 'heun'], default: 'euler' });
  expect(properties['3.steps']).toMatchObject({ type: 'integer', minimum: 1 });
  expect(properties['3.denoise']).toMatchObject({ type: 'number', default: 1 });
  expect(properties['3.denoise']).not.toHaveProperty('minimum');
  expect(properties['4.ckpt_name']).not.toHaveProperty('enum');
});

function listening(answer: string) {
  const asked: Outgoing[] = [];
  const transport: Transport = {
    now: () => 0 as never,
    async exchange(outgoing) {
      asked.push(outgoing);
      return { type: 'answered', status: 200, headers: {}, text: answer };
    },
  };
  return { asked, endpoint: { base: new URL('https://api.runcomfy.net'), token, transport } };
}

test('only the own hosts are asked, and only that of the API with the token', async () => {
  const { asked, endpoint } = listening('{}');
  for (const address of [
    'https://evil.example/x.json',
    'http://files.runcomfy.net/x.json',
    'https://files.runcomfy.net:8443/x.json',
    'https://runcomfy.net.evil.example/x',
    'https://u:p@runcomfy.net/x',
    'http://127.0.0.1/x',
    'file:///etc/passwd',
    'x',
  ]) {
    expect((await nodeTypesAt(address, kinds, endpoint, calm())).size).toBe(0);
  }
  expect(asked).toEqual([]);
  await nodeTypesAt('https://files.runcomfy.net/x.json?a=1', kinds, endpoint, calm());
  await nodeTypesAt('https://api.runcomfy.net/x.json', kinds, endpoint, calm());
  expect(asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/x.json?a=1', undefined],
    ['/x.json', `Bearer ${token}`],
  ]);
});

test.each(['', '<html>', '[]', '{"KSampler": 7}'])('an answer of %j says nothing', async (answer) => {
  const { endpoint } = listening(answer);
  expect((await nodeTypesAt('https://api.runcomfy.net/x', kinds, endpoint, calm())).size).toBe(0);
});
