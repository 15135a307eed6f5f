import { beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../../src/providers/runcomfy/catalogue.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { hostedApi } from '../../support/api-handlers.ts';
import { all, calm, endpointAt, kept, token } from '../../support/hosted-api.ts';
import { serveHandlers } from '../../support/loopback.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ balanceUsd: 12.5 });
  return () => simulator.close();
});

const simulated = () => catalogue(endpointAt(simulator.baseUrl));

test('the simulator lists its models with kind, categories and price, without schemas', async () => {
  const models = await all(simulated().search(null, calm()));
  expect(models.map(({ id }) => id)).toContain('wan-ai/wan-3.0/image-to-video');
  expect(models.find(({ id }) => id.startsWith('wan-ai/'))).toMatchObject({
    categories: ['image-to-video'],
    kind: 'workflow',
    price: { usd: 0.05, unit: 'second' },
    inputSchema: null,
  });
});

test('words narrow the list, and words that match nothing give none', async () => {
  const ids = async (words: string) => (await all(simulated().search(words, calm()))).map(({ id }) => id);
  expect(await ids('banana')).toEqual(['google/nano-banana-2/text-to-image']);
  expect(await ids('no such model & more')).toEqual([]);
});

test('every listed model can be asked for with its schema', async () => {
  const models = await all(simulated().search(null, calm()));
  for (const { id } of models) {
    const model = await simulated().model(id, calm());
    expect(model?.inputSchema).toMatchObject({ type: 'object', properties: { prompt: {} } });
  }
  expect(await simulated().model('no/such/model', calm())).toBeNull();
});

test('the balance of the simulator is read', async () => {
  expect(await simulated().balanceUsd(calm())).toBe(12.5);
});

test('a list of more than 500 models is read to its end, also where a server gives smaller pages', async () => {
  const many = Array.from({ length: 730 }, (_, n) => ({ model_id: `made/model-${n}`, categories: ['made'] }));
  const api = hostedApi({ token, linksOf: () => [], models: many });
  const { origin } = await kept(serveHandlers(api.handlers));
  const models = await all(catalogue(endpointAt(origin)).search(null, calm()));
  expect(models.map(({ id }) => id)).toEqual(many.map(({ model_id }) => model_id));
  expect(models.every(({ categories }) => categories[0] === 'made')).toBe(true);
  expect(api.calls).toHaveLength(8);

  api.answerNext(() => Response.json({ models: many.slice(0, 7), total: 730 }));
  expect(await all(catalogue(endpointAt(origin)).search(null, calm()))).toHaveLength(730);
});

test('a model is said to be out of reach where its catalogue is, with a way to go on', async () => {
  const gone = await startSimulator({});
  await gone.close();
  const asked = catalogue(endpointAt(gone.baseUrl));
  await expect(asked.model('a/b', calm())).rejects.toMatchObject({
    name: 'UserError',
    about: 'api_unreachable',
    message: `The model a/b could not be read, since the API cannot be reached: the connection to ${new URL(gone.baseUrl).host} was refused (ECONNREFUSED).`,
    hint: 'Try again later, check --base-url, or give its inputs with --schema FILE.',
  });
  await expect(asked.balanceUsd(calm())).rejects.toMatchObject({
    about: 'api_unreachable',
    message: expect.stringMatching(/^The balance could not be read, since the API cannot be reached/),
  });
});
