import { afterEach, describe, expect, test } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { ask, ideogram, stillClock, submit, submitted } from './raw-client.ts';

const clock = stillClock();
let simulator: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<string> => {
  simulator = await startSimulator({
    clock: clock.now,
    latency: { kind: 'fixed', ms: 1_000 },
    wording: 'plain',
    ...options,
  });
  return simulator.baseUrl;
};
afterEach(() => simulator.close());

const cat = { prompt: 'a purple cat', seed: 1 };

describe('the life of a request', () => {
  test('goes from the queue through running to a result with links and cost', async () => {
    const base = await start({ slots: 1 });
    const first = await submit(base, cat);
    expect(first.status).toBe(200);
    const id = first.json.request_id as string;
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    expect(first.json.status_url).toBe(`${base}/v1/requests/${id}/status`);
    expect(first.json.result_url).toBe(`${base}/v1/requests/${id}/result`);
    expect(first.json.cancel_url).toBe(`${base}/v1/requests/${id}/cancel`);
    const second = await submitted(base, { ...cat, seed: 2 });
    const third = await submitted(base, { ...cat, seed: 3 });

    const look = async (request: string) => (await ask(`${base}/v1/requests/${request}/status`)).json;
    expect((await look(id)).status).toBe('in_progress');
    expect(await look(id)).not.toHaveProperty('queue_position');
    expect(await look(second)).toMatchObject({ status: 'in_queue', queue_position: 1, request_id: second });
    expect(await look(third)).toMatchObject({ status: 'in_queue', queue_position: 2 });
    expect((await ask(`${base}/v1/requests/${third}/result`)).json).toEqual({
      request_id: third,
      status: 'in_queue',
      queue_position: 2,
    });

    clock.pass(1_000);
    expect((await look(id)).status).toBe('completed');
    expect((await look(second)).status).toBe('in_progress');
    const { json } = await ask(`${base}/v1/requests/${id}/result?include_cost=true`);
    const output = json.output as { image: string; images: string[] };
    expect(json).toMatchObject({ request_id: id, status: 'completed', cost: 0.08 });
    expect(output.images).toEqual([output.image]);
    expect(output.image.startsWith(`${simulator.filesUrl}/`)).toBe(true);
    expect(Date.parse(json.finished_at as string) - Date.parse(json.created_at as string)).toBe(1_000);
    expect((await ask(`${base}/v1/requests/${id}/result`)).json).not.toHaveProperty('cost');
  });

  test('can be cancelled while it waits and not afterwards, and those behind move up', async () => {
    const base = await start({ slots: 1 });
    const [running, waiting, last] = [
      await submitted(base, cat),
      await submitted(base, { ...cat, seed: 2 }),
      await submitted(base, { ...cat, seed: 3 }),
    ];
    const cancel = (id: string) => ask(`${base}/v1/requests/${id}/cancel`, { method: 'POST' });
    const refusal = await cancel(running);
    expect(refusal.status).toBe(202);
    expect(refusal.json).toMatchObject({ outcome: 'not_cancellable', status: 'in_progress' });
    const done = await cancel(waiting);
    expect([done.status, done.json.outcome, done.json.status]).toEqual([202, 'cancelled', 'cancelled']);
    expect((await cancel(waiting)).json.outcome).toBe('not_cancellable');
    expect((await ask(`${base}/v1/requests/${waiting}/result`)).json.status).toBe('cancelled');
    expect((await ask(`${base}/v1/requests/${last}/status`)).json.queue_position).toBe(1);
    clock.pass(2_000);
    expect((await ask(`${base}/v1/requests/${last}/status`)).json.status).toBe('completed');
  });

  test('can fail with an error, uncharged', async () => {
    const base = await start({ failRate: 1 });
    const id = await submitted(base, cat);
    clock.pass(1_000);
    expect((await ask(`${base}/v1/requests/${id}/status`)).json.status).toBe('completed');
    const { json } = await ask(`${base}/v1/requests/${id}/result?include_cost=true`);
    expect(json).toMatchObject({ status: 'failed', cost: 0 });
    expect(json.error).toBeTruthy();
    expect(json).not.toHaveProperty('output');
  });

  test.each([
    [ideogram, { seed: 3 }, 'images of 1', 0.08],
    ['blackforestlabs/flux-1-kontext/pro/edit', { image_url: 'https://x.test/a.png' }, 'images of 1', 0.04],
    ['blackforestlabs/flux-2-klein/9b/text-to-image', { steps: 4 }, 'images of 1', 0.012],
    ['google/nano-banana-2/text-to-image', { num_images: 3 }, 'images of 3', 0.18],
    [
      'wan-ai/wan-3.0/image-to-video',
      { image_url: 'https://x.test/a.png', duration: 10 },
      'videos of 1',
      0.5,
    ],
  ])('%s answers an object and has its own price', async (model, input, form, cost) => {
    const base = await start();
    const id = await submitted(base, { prompt: 'a cat', ...input }, model);
    clock.pass(1_000);
    const { json } = await ask(`${base}/v1/requests/${id}/result?include_cost=true`);
    expect(['completed', 'succeeded']).toContain(json.status);
    expect(json.cost).toBe(cost);
    const [one, many] = Object.entries(json.output as Record<string, string | string[]>);
    expect(many?.[0]).toBe(`${one?.[0]}s`);
    expect(`${many?.[0]} of ${new Set(many?.[1]).size}`).toBe(form);
    expect(many?.[1][0]).toBe(one?.[1]);
  });

  test.each([
    ['bare', (output: unknown) => typeof output === 'string' || Array.isArray(output)],
    ['objects', (output: unknown) => typeof output === 'object' && !Array.isArray(output)],
    ['mixed', () => true],
  ] as const)('a server whose outputs are %s is one too', async (outputs, fits) => {
    const base = await start({ outputs });
    const forms = new Set<string>();
    for (let seed = 0; seed < 24; seed += 1) {
      const id = await submitted(base, { ...cat, seed });
      clock.pass(1_000);
      const { output } = (await ask(`${base}/v1/requests/${id}/result`)).json;
      expect((await ask(`${base}/v1/requests/${id}/result`)).json.output).toEqual(output);
      expect(fits(output)).toBe(true);
      forms.add(Array.isArray(output) ? 'array' : typeof output);
    }
    expect(forms.size).toBe({ bare: 2, objects: 1, mixed: 3 }[outputs]);
  });
});

describe('refusals', () => {
  test('asks for a token on every call and for the right one if told so', async () => {
    const base = await start({ token: 'right' });
    const missing = await ask(`${base}/v1/models`, { token: null });
    expect([missing.status, missing.json.error_code]).toEqual([401, 400004]);
    expect((await ask(`${base}/prod/v2/balance`, { token: 'wrong' })).status).toBe(401);
    expect((await submit(base, cat)).status).toBe(401);
    expect((await ask(`${base}/v1/models`, { token: 'right' })).status).toBe(200);
    expect(simulator.census().acceptedTotal).toBe(0);
  });

  test('names the place of everything wrong in an input, and lets unknown fields pass', async () => {
    const base = await start();
    const wrong = { style: 'ugly', seed: -1, expand_prompt: 'yes', aspect_ratio: '1:1', colour: 'red' };
    const { status, json } = await submit(base, wrong);
    expect(status).toBe(422);
    const detail = json.detail as { loc: string[]; type: string }[];
    expect(detail.map(({ loc, type }) => `${loc.join('.')} ${type}`)).toEqual([
      'body.prompt missing',
      'body.style enum',
      'body.expand_prompt boolean_type',
      'body.seed greater_than_equal',
    ]);
    expect((await submit(base, { prompt: 'a cat', colour: 'red' })).status).toBe(200);
    expect((await submit(base, { prompt: 'a cat', negative_prompt: null })).status).toBe(200);
    const klein = 'blackforestlabs/flux-2-klein/9b/text-to-image';
    expect((await submit(base, { prompt: 'a cat', steps: 2.5 }, klein)).status).toBe(422);
    const wan = { prompt: 'a cat', image_url: 'https://x.test/a.png', duration: 7 };
    expect((await submit(base, wan, 'wan-ai/wan-3.0/image-to-video')).status).toBe(422);
  });

  test('answers 400 to what is no JSON object, 404 to what does not exist', async () => {
    const base = await start();
    for (const body of ['{"prompt":', '[]', '']) expect((await submit(base, body)).status).toBe(400);
    const model = await submit(base, cat, 'no/such/model');
    expect([model.status, model.json.error_code]).toEqual([404, 400001]);
    for (const what of ['status', 'result']) {
      const { status, json } = await ask(`${base}/v1/requests/nobody/${what}`);
      expect([status, json.error_code]).toEqual([404, 404001]);
    }
    expect((await ask(`${base}/requests/nobody/status`)).status).toBe(404);
    expect((await ask(`${base}/v1/requests/nobody/cancel`)).status).toBe(405);
  });

  test('answers 402 once the balance is used up, and gives back what failed or was cancelled', async () => {
    const base = await start({ slots: 1, balanceUsd: 0.2 });
    const balance = async () => (await ask(`${base}/prod/v2/balance`)).json;
    expect(await balance()).toEqual({
      balance_usd: 0.2,
      balance_microdollars: 200_000,
      currency: 'USD',
    });
    await submitted(base, cat);
    const second = await submitted(base, { ...cat, seed: 2 });
    const third = await submit(base, { ...cat, seed: 3 });
    expect([third.status, third.json.error_code]).toEqual([402, 400002]);
    await ask(`${base}/v1/requests/${second}/cancel`, { method: 'POST' });
    expect((await balance()).balance_usd).toBe(0.12);

    simulator.setOptions({ failRate: 1 });
    await submitted(base, { ...cat, seed: 4 });
    expect((await balance()).balance_usd).toBe(0.04);
    clock.pass(2_000);
    expect((await balance()).balance_usd).toBe(0.12);
  });

  test('answers 429 above each of its limits, and counts who comes back too early', async () => {
    const base = await start({ inFlightLimit: 1 });
    await submitted(base, cat);
    const full = await submit(base, { ...cat, seed: 2 });
    expect([full.status, full.headers['retry-after']]).toEqual([429, undefined]);

    simulator.setOptions({ inFlightLimit: null, submitsPerMinute: 2 });
    await submitted(base, { ...cat, seed: 3 });
    const late = await submit(base, { ...cat, seed: 4 });
    expect([late.status, late.headers['retry-after']]).toEqual([429, '60']);
    expect(simulator.census().early).toBe(0);
    clock.pass(59_000);
    expect((await submit(base, { ...cat, seed: 4 })).status).toBe(429);
    expect(simulator.census().early).toBe(1);
    clock.pass(2_000);
    expect((await submit(base, { ...cat, seed: 4 })).status).toBe(200);
    expect(simulator.census().early).toBe(1);

    simulator.setOptions({ requestsPerSecond: 3 });
    clock.pass(1_000);
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ask(`${base}/v1/models`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('the catalogue', () => {
  test('lists, searches and pages, with schemas only on request', async () => {
    const base = await start();
    const { json } = await ask(`${base}/v1/models`);
    expect(json).toMatchObject({ total: 5, limit: 50, offset: 0 });
    const models = json.models as { model_id: string; base_price_usd: number | null }[];
    expect(models.filter((each) => each.base_price_usd === null).map((each) => each.model_id)).toEqual([
      ideogram,
    ]);
    expect(models[0]).not.toHaveProperty('input_schema');
    const page = (await ask(`${base}/v1/models?limit=2&offset=4&include_schema=true`)).json;
    expect((page.models as unknown[]).length).toBe(1);
    expect(page).toMatchObject({ total: 5, models: [{ price_unit: 'second', input_schema: {} }] });
    expect((await ask(`${base}/v1/models?search=FLUX`)).json.total).toBe(2);
    expect((await ask(`${base}/v1/models?kind=workflow&category=image-to-video`)).json.total).toBe(1);
    expect((await ask(`${base}/v1/models?limit=501`)).status).toBe(422);
    const one = await ask(`${base}/v1/models/${ideogram}`);
    expect(one.json).toMatchObject({ model_id: ideogram, input_schema: { required: ['prompt'] } });
    expect((await ask(`${base}/v1/models/no/such`)).json.error_code).toBe(400001);
  });
});
