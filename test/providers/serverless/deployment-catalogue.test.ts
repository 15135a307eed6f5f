import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Model } from '../../../src/core/models.ts';
import { compileInputs } from '../../../src/plan/models/schema.ts';
import { deploymentCatalogue } from '../../../src/providers/serverless/deployment-catalogue.ts';
import {
  type Answers,
  aDeployment,
  aDeploymentBody,
  aWorkflow,
  deploymentsApi,
} from '../../support/deployments-api.ts';
import { all, calm, endpointAt, kept } from '../../support/hosted-api.ts';
import { serveHandlers } from '../../support/loopback.ts';

const id = `deployment:${aDeployment}`;

async function catalogueOf(answers: Answers) {
  const { handlers, seen } = deploymentsApi(answers);
  const server = await kept(serveHandlers(handlers));
  return { catalogue: deploymentCatalogue(endpointAt(server.origin)), seen };
}

function propertiesOf(model: Model | null): Record<string, JsonObject> {
  return (model?.inputSchema?.properties ?? {}) as Record<string, JsonObject>;
}

test('a deployment is a model whose inputs are those of its nodes', async () => {
  const { catalogue, seen } = await catalogueOf({});
  const model = await catalogue.model(id, calm());
  expect(seen[0]?.path).toBe(`/prod/v2/deployments/${aDeployment}?includes=payload`);
  expect(model).toMatchObject({
    id,
    displayName: 'text to image',
    kind: 'deployment',
    price: { usd: 2.5 / 3600, unit: 'machine_second' },
    capacity: 6,
    coldStartMs: 240_000,
    machines: 3,
    keepWarmMs: 60_000,
  });
  expect(model?.pricingNote).toContain('$2.50 per hour of a machine (AMPERE_48');
  const properties = propertiesOf(model);
  expect(properties['6.text']).toEqual({
    title: 'Positive prompt · text',
    'x-names': ['Positive prompt.text', 'CLIPTextEncode.text'],
    type: 'string',
    default: 'a cat',
  });
  expect(properties['3.seed']).toMatchObject({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
  });
  expect(properties['3.steps']?.type).toBe('integer');
  expect(properties['3.cfg']).toMatchObject({ type: 'number', default: 8, 'x-names': ['KSampler.cfg'] });
  expect(properties['3.model']).toMatchObject({
    readOnly: true,
    description: 'Linked to node 4 (CheckpointLoaderSimple), output 1.',
  });
  expect(properties['12:3.image']).toMatchObject({
    type: 'string',
    format: 'image_uri',
    default: 'example.png',
  });
  expect(compileInputs(model as NonNullable<typeof model>).doubt).toBeNull();
});

test('what a deployment changes of its workflow is its default', async () => {
  const body = aDeploymentBody();
  const payload = { ...(body.payload as JsonObject), overrides: { '6': { inputs: { text: 'a fox' } } } };
  const { catalogue } = await catalogueOf({ deployment: { ...body, payload } });
  const model = await catalogue.model(id, calm());
  const properties = propertiesOf(model);
  expect(properties['6.text']?.default).toBe('a fox');
});

test('a LoRA has a flat schema of its own', async () => {
  const input_schema = {
    properties: { prompt: { type: 'str' }, lora_scale: { type: 'float', default: 1 } },
    required: ['prompt'],
  };
  const { catalogue } = await catalogueOf({ deployment: aDeploymentBody({ payload: { input_schema } }) });
  expect((await catalogue.model(id, calm()))?.inputSchema).toMatchObject({
    required: ['prompt'],
    properties: { prompt: { type: 'string' }, lora_scale: { type: 'number', default: 1 } },
  });
});

test.each<[string, JsonObject]>([
  ['as a text', { payload: { workflow_api_json: JSON.stringify(aWorkflow) } }],
  ['in a payload that is a text', { payload: JSON.stringify({ workflow_api_json: aWorkflow }) }],
  ['as the payload itself', { payload: aWorkflow }],
  ['beside the settings of the deployment', { payload: null, workflow_api_json: aWorkflow }],
])('the workflow is found %s', async (_, more) => {
  const { catalogue } = await catalogueOf({ deployment: aDeploymentBody(more) });
  const model = await catalogue.model(id, calm());
  expect(propertiesOf(model)['6.text']?.title).toBe('Positive prompt · text');
});

test.each(['deployment', 'data'])('a deployment is found below "%s"', async (key) => {
  const { catalogue } = await catalogueOf({ deployment: { [key]: aDeploymentBody() } });
  expect((await catalogue.model(id, calm()))?.displayName).toBe('text to image');
});

test('a deployment without a workflow has unknown inputs', async () => {
  const { catalogue } = await catalogueOf({ deployment: aDeploymentBody({ payload: null }) });
  expect((await catalogue.model(id, calm()))?.inputSchema).toBeNull();
});

test('machines that are always on are told, and there is no cold start', async () => {
  const { catalogue } = await catalogueOf({ deployment: aDeploymentBody({ min_instances: 2 }) });
  const model = await catalogue.model(id, calm());
  expect(model?.coldStartMs).toBeUndefined();
  expect(model?.pricingNote).toContain('2 machines are always on, which costs $5.00 per hour');
});

test('a disabled deployment is named, with what to do', async () => {
  const { catalogue } = await catalogueOf({ deployment: aDeploymentBody({ is_enabled: false }) });
  await expect(catalogue.model(id, calm())).rejects.toMatchObject({
    message: `The deployment ${id} ("text to image") is disabled.`,
    hint: expect.stringMatching(/^Enable it/),
  });
});

test.each([
  ['404', HttpResponse.json({ error_code: 404_001, error_message: 'Not found' }, { status: 404 })],
  ['HTTP 200 with a code', HttpResponse.json({ error_code: 404_001, error_message: 'Not found' })],
  ['one that was deleted', HttpResponse.json({ error_code: 10_003 }, { status: 410 })],
  [
    'an id of another form',
    HttpResponse.json(
      { error_code: 422_001, detail: [{ type: 'uuid_parsing', loc: ['path', 'deployment_id'], msg: 'Bad' }] },
      { status: 422 },
    ),
  ],
  ['one of another account', HttpResponse.json({ error_code: 403_003 }, { status: 403 })],
])('there is no such deployment: %s', async (_, deployment) => {
  const { catalogue } = await catalogueOf({ deployment });
  expect(await catalogue.model(id, calm())).toBeNull();
});

test('deployments are listed, and found by words of their names', async () => {
  const list = [
    aDeploymentBody({ payload: null }),
    aDeploymentBody({ id: 'b2', name: 'Video upscale' }),
    7,
    { id: '../x' },
  ];
  for (const deployments of [list, { deployments: list }]) {
    const { catalogue } = await catalogueOf({ deployments });
    expect((await all(catalogue.search(null, calm()))).map((each) => each.id)).toEqual([id, 'deployment:b2']);
    expect((await all(catalogue.search('UPSCALE', calm()))).map((each) => each.id)).toEqual([
      'deployment:b2',
    ]);
  }
});

test('the balance is that of the account', async () => {
  const { catalogue } = await catalogueOf({});
  expect(await catalogue.balanceUsd(calm())).toBe(12.5);
});

test('a refused token is told as one', async () => {
  const { handlers } = deploymentsApi();
  const server = await kept(serveHandlers(handlers));
  const catalogue = deploymentCatalogue(endpointAt(server.origin, { token: 'another-token' }));
  await expect(catalogue.balanceUsd(calm())).rejects.toMatchObject({ about: 'token' });
});
