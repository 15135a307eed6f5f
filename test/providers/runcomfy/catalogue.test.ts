import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { catalogue } from '../../../src/providers/runcomfy/catalogue.ts';
import { readModel } from '../../../src/providers/runcomfy/catalogue-wire.ts';
import { readBalanceUsd } from '../../../src/providers/runcomfy-account.ts';
import { hostedApi } from '../../support/api-handlers.ts';
import { all, calm, endpointAt, kept, token } from '../../support/hosted-api.ts';
import { serveHandlers, serveSockets } from '../../support/loopback.ts';

const flux = {
  model_id: 'blackforestlabs/flux-2-klein/9b/text-to-image',
  display_name: 'FLUX.2 klein',
  description: 'Fast.\nSmall.',
  categories: ['text-to-image', 7],
  kind: 'image',
  base_price_usd: '0.014',
  price_unit: 'Output',
  pricing_note: null,
  model_url: 'https://www.runcomfy.com/models/flux',
  input_schema: { type: 'object', properties: { steps: { type: 'float' } } },
};

async function hosted(models: readonly Readonly<Record<string, unknown>>[]) {
  const api = hostedApi({ token, linksOf: () => [], models });
  const { origin } = await kept(serveHandlers(api.handlers));
  return { api, origin, models: catalogue(endpointAt(origin)) };
}

async function complaintOf(call: Promise<unknown>): Promise<UserError> {
  const end = await call.catch((error: unknown) => error);
  if (end instanceof UserError) return end;
  throw new Error(`expected a UserError, got ${JSON.stringify(end)}`, { cause: end });
}

test('a model is found by its id, with its price and its schema made standard', async () => {
  const { models } = await hosted([flux]);
  expect(await models.model(flux.model_id, calm())).toEqual({
    id: flux.model_id,
    displayName: 'FLUX.2 klein',
    description: 'Fast. Small.',
    categories: ['text-to-image'],
    kind: 'image',
    price: { usd: 0.014, unit: 'output' },
    pricingNote: null,
    modelUrl: 'https://www.runcomfy.com/models/flux',
    inputSchema: { type: 'object', properties: { steps: { type: 'number' } } },
  });
});

test('a model that the API does not know is null, and one that leads elsewhere is never asked for', async () => {
  const { api, models } = await hosted([flux]);
  expect(await models.model('no/such/model', calm())).toBeNull();
  expect(await models.model('../requests/x', calm())).toBeNull();
  expect(api.calls).toHaveLength(1);
});

test.each([
  [404, { error_code: 404001, error_message: 'Resource not found' }],
  [404, { error_code: 'ResourceNotFound' }],
  [404, { detail: 'Not Found' }],
  [404, 'Not Found'],
  [400, { error_code: 400001 }],
  [200, { error_code: 404001 }],
  [400, { message: 'Model not found' }],
  [422, { detail: 'No such model: a/b' }],
])('a model that is answered %i %j does not exist', async (status, body) => {
  const { api, models } = await hosted([flux]);
  api.answerNext(() => HttpResponse.json(body, { status }));
  expect(await models.model('a/b', calm())).toBeNull();
});

test('a list or a balance that is not there has lost no request', async () => {
  const { api, models } = await hosted([]);
  for (const call of [() => models.balanceUsd(calm()), () => all(models.search(null, calm()))]) {
    api.answerNext(() => HttpResponse.json({ error_code: 404001 }, { status: 404 }));
    const { message, about } = await complaintOf(call());
    expect(about).toBe('api_unreachable');
    expect(message).toContain('The API gave no usable answer (HTTP 404, code 404001)');
  }
});

test.each([
  [
    { base_price_usd: 0.5, price_unit: 'second' },
    { usd: 0.5, unit: 'second' },
  ],
  [
    { base_price_usd: 0, price_unit: 'output' },
    { usd: 0, unit: 'output' },
  ],
  [{ base_price_usd: 0.5 }, null],
  [{ base_price_usd: 0.5, price_unit: 'parsec' }, null],
  [{ base_price_usd: 'free', price_unit: 'output' }, null],
  [{ base_price_usd: -1, price_unit: 'output' }, null],
])('the price in %j is %j', (entry, price) => {
  expect(readModel({ model_id: 'a/b', ...entry }, token)?.price).toEqual(price);
});

test.each([
  ...['image', 'Images', 'outputs', 'per image', '/output', 'video', 'image(s)'].map((unit) => [
    unit,
    'output',
  ]),
  ...['seconds', 'per second', 'sec', 's'].map((unit) => [unit, 'second']),
])('a price per %s is one per %s', (price_unit, unit) => {
  const model = readModel({ model_id: 'a/b', base_price_usd: 0.5, price_unit: String(price_unit) }, token);
  expect(model?.price).toEqual({ usd: 0.5, unit });
});

test('every page of a search is read, and each model comes once', async () => {
  const many = Array.from({ length: 230 }, (_, n) => ({ model_id: `made/cat-${n}` }));
  const { api, models } = await hosted([...many, { model_id: 'made/dog' }, { display_name: 'no id' }]);
  const found = (await all(models.search('cat', calm()))).map(({ id }) => id);
  expect(found).toEqual(many.map(({ model_id }) => model_id));
  expect(api.calls.map(({ path }) => path)).toEqual(
    [0, 100, 200].map((offset) => `/v1/models?limit=100&offset=${offset}&search=cat`),
  );
  expect(await all(models.search(null, calm()))).toHaveLength(231);
});

test('a server that ignores the offset does not keep a search going for ever', async () => {
  const { api, models } = await hosted([]);
  const page = (): Response => HttpResponse.json({ models: [{ model_id: 'a/b' }, { model_id: 'c/d' }] });
  api.answerNext(page);
  api.answerNext(page);
  expect(await all(models.search(null, calm()))).toHaveLength(2);
  expect(api.calls).toHaveLength(2);
});

test('a server that has ever more models does not keep a search going for ever either', async () => {
  const { api, models } = await hosted([]);
  let calls = 0;
  const page = (): Response => {
    calls += 1;
    api.answerNext(page);
    return HttpResponse.json({ models: [{ model_id: `a/${calls}` }] });
  };
  api.answerNext(page);
  expect((await all(models.search(null, calm()))).length).toBeLessThanOrEqual(200);
});

test('the balance is read in dollars', async () => {
  const { api, models } = await hosted([]);
  expect(await models.balanceUsd(calm())).toBe(12.5);
  expect(api.calls[0]?.path).toBe('/prod/v2/balance');
});

test.each([
  [{ balance_usd: -0.25 }, -0.25],
  [{ balance_usd: '3.5' }, 3.5],
  [{ balance_microdollars: 250_000 }, 0.25],
  [{ balance_usd: 'much' }, null],
  [{}, null],
])('the balance in %j is %j', (body, usd) => {
  expect(readBalanceUsd(body)).toBe(usd);
});

test.each([
  [401, {}, 'token'],
  [403, {}, 'token'],
  [200, { error_code: 400004 }, 'token'],
  [429, {}, 'api_unreachable'],
  [500, {}, 'api_unreachable'],
  [302, {}, 'api_unreachable'],
  [200, { error_code: 1 }, 'api_unreachable'],
  [200, {}, 'api_unreachable'],
])(
  'a catalogue answered %i %j is a complaint about %s, with a hint and without the token',
  async (status, body, about) => {
    const { api, models } = await hosted([flux]);
    for (const call of [
      () => models.model(flux.model_id, calm()),
      () => models.balanceUsd(calm()),
      () => all(models.search(null, calm())),
    ]) {
      api.answerNext(() => HttpResponse.json({ ...body, message: `no, ${token}` }, { status }));
      const complaint = await complaintOf(call());
      expect(complaint.about).toBe(about);
      expect(complaint.hint).not.toBeNull();
      expect(complaint.message).not.toContain(token);
    }
  },
);

test('an API that is not there is a complaint, and an abort rejects with its reason', async () => {
  const server = await serveSockets(() => {});
  await server.close();
  expect((await complaintOf(catalogue(endpointAt(server.origin)).balanceUsd(calm()))).about).toBe(
    'api_unreachable',
  );
  const stop = new AbortController();
  const reason = new Error('leave');
  const { origin } = await kept(serveSockets((socket) => socket.once('data', () => stop.abort(reason))));
  await expect(catalogue(endpointAt(origin)).model('a/b', stop.signal)).rejects.toBe(reason);
});
