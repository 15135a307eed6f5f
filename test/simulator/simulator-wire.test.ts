import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { ask, ideogram, stillClock, submit, submitted } from './raw-client.ts';

const clock = stillClock();
let simulator: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<string> => {
  simulator = await startSimulator({ clock: clock.now, latency: { kind: 'fixed', ms: 1_000 }, ...options });
  return simulator.baseUrl;
};
afterEach(() => simulator.close());

const bodies = Array.from({ length: 60 }, (_, seed) => ({ prompt: 'a cat', seed }));

describe('answers in the forms that clients have met', () => {
  test('accept with three URLs, with 202 and a state, or with the id alone', async () => {
    const base = await start();
    const forms = new Set<string>();
    for (const body of bodies) {
      const { status, json } = await submit(base, body);
      forms.add(`${status} ${Object.keys(json)}`);
    }
    expect(forms).toEqual(
      new Set(['200 request_id,status_url,result_url,cancel_url', '202 request_id,status', '200 request_id']),
    );
  });

  test('name states by all their words, in both cases, each request by the same ones', async () => {
    const base = await start({ slots: 30, failRate: 0.5 });
    const ids: string[] = [];
    for (const body of bodies) ids.push(await submitted(base, body));
    const words = async (): Promise<readonly string[]> =>
      Promise.all(
        ids.map(async (id) => (await ask(`${base}/v1/requests/${id}/status`)).json.status as string),
      );
    const before = await words();
    expect(await words()).toEqual(before);
    const lower = (list: readonly string[]): Set<string> => new Set(list.map((word) => word.toLowerCase()));
    expect(lower(before)).toEqual(
      new Set(['in_queue', 'pending', 'waiting', 'in_progress', 'starting', 'processing']),
    );
    expect(before.some((word) => word === word.toUpperCase())).toBe(true);
    clock.pass(2_000);
    expect(lower(await words())).toEqual(new Set(['completed', 'failed']));
  });

  test('say on /status why a request has failed, in the words of /result', async () => {
    const base = await start({ failRate: 1 });
    const ids: string[] = [];
    for (const body of bodies) ids.push(await submitted(base, body));
    clock.pass(1_000);
    const errors: unknown[] = [];
    for (const id of ids) {
      const { json } = await ask(`${base}/v1/requests/${id}/status`);
      const result = (await ask(`${base}/v1/requests/${id}/result`)).json;
      expect((result.status as string).toLowerCase()).toBe('failed');
      errors.push(result.error);
      if (/failed/i.test(json.status as string)) expect(json.error).toEqual(result.error);
      else expect(json).not.toHaveProperty('error');
    }
    const lists = errors.filter((error): error is JsonObject[] => Array.isArray(error));
    for (const [entry] of lists)
      expect(Object.keys(entry ?? {})).toEqual(['errorCode', 'error', 'debugInfo']);
    expect(lists.length).toBeGreaterThan(0);
    expect(errors.some((error) => typeof error === 'string')).toBe(true);
  });

  test('carry times with microseconds and a numeric offset', async () => {
    const base = await start();
    const id = await submitted(base, { prompt: 'a cat' });
    clock.pass(1_000);
    const { json } = await ask(`${base}/v1/requests/${id}/result`);
    for (const name of ['created_at', 'finished_at']) {
      expect(json[name]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    }
    expect(Date.parse(json.finished_at as string)).toBe(clock.now());
  });
});

describe('the catalogue as clients of it read it', () => {
  test('names its categories, which are not a model', async () => {
    const base = await start();
    const { status, json } = await ask(`${base}/v1/models/categories`);
    expect([status, json]).toEqual([
      200,
      { categories: ['image-to-image', 'image-to-video', 'text-to-image'] },
    ]);
  });

  test('has kinds that say how a model is run, and filters by them', async () => {
    const base = await start();
    const kindsOf = async (query: string): Promise<readonly unknown[]> => {
      const { models } = (await ask(`${base}/v1/models${query}`)).json;
      return (models as JsonObject[]).map(({ kind }) => kind);
    };
    expect(new Set(await kindsOf(''))).toEqual(new Set(['model', 'workflow', 'inference']));
    for (const kind of ['model', 'workflow', 'inference']) {
      expect(new Set(await kindsOf(`?kind=${kind}`))).toEqual(new Set([kind]));
    }
    expect(await kindsOf('?kind=video')).toEqual([]);
  });

  test('names inputs and required inputs of each model', async () => {
    const base = await start();
    const { models } = (await ask(`${base}/v1/models?search=kontext`)).json;
    expect(models).toMatchObject([
      {
        inputs: ['prompt', 'image_url', 'aspect_ratio', 'guidance_scale', 'seed'],
        required_inputs: ['prompt', 'image_url'],
      },
    ]);
  });

  test('gives pages of its own size where that is smaller than what was asked for', async () => {
    const base = await start({ pageCap: 2 });
    const first = (await ask(`${base}/v1/models?limit=100`)).json;
    expect([first.total, first.limit, (first.models as unknown[]).length]).toEqual([5, 2, 2]);
    const last = (await ask(`${base}/v1/models?limit=100&offset=4`)).json;
    expect((last.models as unknown[]).length).toBe(1);
    expect((await ask(`${base}/v1/models?limit=1`)).json.limit).toBe(1);
  });

  test('has a price for the default model where it is given one, which is then charged', async () => {
    const base = await start({ priceUsd: 0.25 });
    const { json } = await ask(`${base}/v1/models/${ideogram}`);
    expect(json).toMatchObject({ base_price_usd: 0.25, price_unit: 'output' });
    expect(json.pricing_note).toMatch(/own, not RunComfy's/);
    const id = await submitted(base, { prompt: 'a cat' });
    clock.pass(1_000);
    expect((await ask(`${base}/v1/requests/${id}/result?include_cost=true`)).json.cost).toBe(0.25);
  });
});

describe('a token that a gateway refuses', () => {
  test('gets 403 and a message without a code, on every call', async () => {
    const base = await start({ token: 'right', tokenRefusal: 'gateway' });
    for (const path of ['/v1/models', '/prod/v2/balance', '/v1/requests/any/status']) {
      const { status, json } = await ask(`${base}${path}`, { token: 'wrong' });
      expect([status, json]).toEqual([403, { message: 'Forbidden' }]);
    }
    expect((await submit(base, { prompt: 'a cat' })).status).toBe(403);
  });
});

describe('limits', () => {
  test('let a burst of submits through, then an even rate', async () => {
    const base = await start({ submitsPerMinute: 15, submitBurst: 3 });
    let seed = 0;
    const statuses = async (n: number): Promise<readonly (number | null)[]> => {
      const seen: (number | null)[] = [];
      for (let i = 0; i < n; i += 1) {
        seed += 1;
        const { status } = await submit(base, { prompt: 'a cat', seed });
        seen.push(status === 429 ? 429 : 200);
      }
      return seen;
    };
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    clock.pass(3_999);
    expect(await statuses(1)).toEqual([429]);
    clock.pass(1);
    expect(await statuses(2)).toEqual([200, 429]);
    clock.pass(60_000);
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
  });

  test.each([
    ['seconds', ({ headers }) => headers['retry-after'] === '4'],
    ['date', ({ headers }) => Date.parse(headers['retry-after'] as string) === clock.now() + 4_000],
    ['body', ({ headers, json }) => json.retry_after === 4 && headers['retry-after'] === undefined],
    [
      'text',
      ({ headers, json }) => /~4s/.test(json.detail as string) && headers['retry-after'] === undefined,
    ],
    ['none', ({ headers, body }) => headers['retry-after'] === undefined && !/\d/.test(body.toString())],
  ] as const satisfies readonly (readonly [string, (seen: Awaited<ReturnType<typeof ask>>) => boolean])[])(
    'say when to come back: %s',
    async (retryAfter, tells) => {
      const base = await start({ submitsPerMinute: 15, submitBurst: 1, retryAfter });
      await submitted(base, { prompt: 'a cat' });
      const refused = await submit(base, { prompt: 'a dog' });
      expect(refused.status).toBe(429);
      expect(tells(refused), JSON.stringify([refused.headers, refused.json])).toBe(true);
    },
  );

  test('of the number in flight say so too where they are told to', async () => {
    const base = await start({ inFlightLimit: 1, retryAfter: 'seconds' });
    await submitted(base, { prompt: 'a cat' });
    expect((await submit(base, { prompt: 'a dog' })).headers['retry-after']).toBe('1');
  });
});
