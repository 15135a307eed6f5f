import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { bodyKey } from '../../../src/simulator/census.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/simulator.ts';
import { ask, stillClock } from '../raw-client.ts';
import {
  asked,
  infer,
  inferred,
  portrait,
  poster,
  prompting,
  repaint,
  retired,
  unlisted,
} from './deployed.ts';

const clock = stillClock();
let simulator: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<string> => {
  simulator = await startSimulator({
    clock: clock.now,
    latency: { kind: 'fixed', ms: 1_000 },
    coldStartMs: 0,
    wording: 'plain',
    ...options,
  });
  return simulator.baseUrl;
};
afterEach(() => simulator.close());

const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;

describe('deployments', () => {
  test('are a bare list, with a payload where it is asked for', async () => {
    const base = await start();
    const all = JSON.parse((await ask(`${base}/prod/v2/deployments`)).body.toString()) as JsonObject[];
    expect(all.map(({ id }) => id)).toEqual([poster, repaint, portrait, retired, unlisted]);
    expect(all[0]).toMatchObject({
      name: 'poster',
      hardware: ['AMPERE_48'],
      min_instances: 0,
      max_instances: 4,
      queue_size: 1,
      keep_warm_duration_in_seconds: 60,
      status: 'standby',
      is_enabled: true,
      created_at: expect.stringMatching(microseconds),
    });
    expect(all[0]).not.toHaveProperty('payload');
    expect(all[3]).toMatchObject({ is_enabled: false });
    const two = await ask(
      `${base}/prod/v2/deployments?ids=${poster}&ids=${unlisted}&includes=payload&includes=readme`,
    );
    const [first, last] = JSON.parse(two.body.toString()) as JsonObject[];
    expect(first).toMatchObject({ id: poster, readme: expect.any(String) });
    expect(last).toMatchObject({ id: unlisted, payload: null });
  });

  test('tell their workflow, with links between nodes, and what its kinds of nodes take', async () => {
    const base = await start();
    const { json } = await ask(`${base}/prod/v2/deployments/${poster}?includes=payload`);
    const payload = json.payload as JsonObject;
    expect(payload.workflow_api_json).toMatchObject({
      '6': { class_type: 'CLIPTextEncode', inputs: { clip: ['10', 1] }, _meta: { title: 'Positive prompt' } },
      '10': { class_type: 'LoraLoader', inputs: { strength_model: 0.8, model: ['4', 0] } },
      '31': { class_type: 'KSampler', inputs: { seed: 42 } },
    });
    // The file beside the worked example, for deployments that do not tell their workflow.
    const file = readFileSync('jobs/workflow_api.json', 'utf8');
    expect(payload.workflow_api_json).toEqual(JSON.parse(file));
    const info = await ask(payload.object_info_url as string);
    expect(info.json).toMatchObject({
      KSampler: { input: { required: { seed: ['INT', expect.anything()] } } },
    });
    expect(info.json).not.toHaveProperty('LoadImage');
    const lora = await ask(`${base}/prod/v2/deployments/${portrait}?includes=payload`);
    expect(lora.json.payload).toMatchObject({ input_schema: { required: ['prompt'] } });
  });

  test('that do not exist or are switched off say so with their own codes', async () => {
    const base = await start();
    const none = '99999999-9999-4999-8999-999999999999';
    for (const seen of [
      await ask(`${base}/prod/v2/deployments/${none}`),
      await infer(base, prompting('a cat'), none),
      await asked(base, 'status', none),
    ]) {
      expect([seen.status, seen.json.error_code]).toEqual([404, 404001]);
    }
    const off = await infer(base, prompting('a cat'), retired);
    expect([off.status, off.json.error_code]).toEqual([200, 10002]);
    expect(simulator.census().acceptedTotal).toBe(0);
  });

  test('refuse a missing token with 401001, or as the gateway does', async () => {
    const base = await start({ tokenRefusal: 'code' });
    const bare = await ask(`${base}/prod/v2/deployments`, { token: null });
    expect([bare.status, bare.json.error_code]).toEqual([401, 401001]);
    simulator.setOptions({ tokenRefusal: 'gateway' });
    const gateway = await ask(`${base}/prod/v2/deployments`, { token: null });
    expect([gateway.status, gateway.json]).toEqual([403, { message: 'Forbidden' }]);
  });
});

describe('the life of an inference', () => {
  test.each(['v1', 'v2'])('under /prod/%s goes from queue to outputs by node', async (version) => {
    const base = await start({ maxInstances: 1 });
    const path = `${base}/prod/${version}/deployments/${poster}`;
    const first = await ask(`${path}/inference`, { method: 'POST', body: prompting('a cat') });
    const id = first.json.request_id as string;
    expect(first.json).toEqual({
      request_id: id,
      status_url: `${path}/requests/${id}/status`,
      result_url: `${path}/requests/${id}/result`,
      cancel_url: `${path}/requests/${id}/cancel`,
    });
    const second = await inferred(base, prompting('a dog'));
    const { json: running } = await ask(first.json.status_url as string);
    expect(running).toMatchObject({ request_id: id, status: 'in_progress', instance_id: expect.any(String) });
    expect((await asked(base, 'status', second)).json).toMatchObject({
      status: 'in_queue',
      queue_position: 1,
    });
    expect((await asked(base, 'result', second)).json).toMatchObject({ status: 'in_queue' });

    clock.pass(1_000);
    expect((await asked(base, 'status', id)).json).toMatchObject({ status: 'completed' });
    const { json: result } = await ask(first.json.result_url as string);
    expect(result).toEqual({
      request_id: id,
      status: 'succeeded',
      created_at: expect.stringMatching(microseconds),
      finished_at: expect.stringMatching(microseconds),
      outputs: {
        '9': {
          images: [
            {
              url: expect.stringMatching(`^${simulator.filesUrl}/.*ComfyUI_00001_[.]png$`),
              filename: 'ComfyUI_00001_.png',
              subfolder: '',
              type: 'output',
            },
          ],
        },
      },
    });
    const { outputs } = result as { outputs: { '9': { images: [{ url: string }] } } };
    const file = await ask(outputs['9'].images[0].url, { token: null });
    expect(file.body.toString('latin1', 1, 4)).toBe('PNG');
    expect(simulator.census().accepted[bodyKey(`deployment:${poster}`, { '6.text': 'a cat' })]).toBe(1);
  });

  test('has outputs of several nodes and batches, in the order of the workflow', async () => {
    const base = await start();
    const body = { overrides: { '1': { inputs: { image: 'https://example.com/a.png' } } } };
    const id = await inferred(base, body, repaint);
    const batch = await inferred(base, { overrides: { '5': { inputs: { batch_size: 3 } } } });
    clock.pass(1_000);
    const { outputs } = (await asked(base, 'result', id, repaint)).json as { outputs: JsonObject };
    expect(outputs).toMatchObject({
      '9': { images: [{ filename: 'repainted_00001_.png' }] },
      '12': { images: [{ filename: 'large_00001_.png' }] },
    });
    const many = (await asked(base, 'result', batch)).json.outputs as { '9': { images: { url: string }[] } };
    expect(many['9'].images).toHaveLength(3);
    const bodies = await Promise.all(many['9'].images.map(({ url }) => ask(url, { token: null })));
    expect(new Set(bodies.map(({ body: bytes }) => bytes.toString('base64'))).size).toBe(3);
  });

  test('of a LoRA takes flat inputs and gives one output', async () => {
    const base = await start();
    const wrong = await infer(base, { seed: 1 }, portrait);
    expect(wrong.json).toMatchObject({ error_code: 422001, detail: [{ loc: ['body', 'prompt'] }] });
    const id = await inferred(base, { prompt: 'a face', network_multiplier: 0.5 }, portrait);
    clock.pass(1_000);
    const { json } = await asked(base, 'result', id, portrait);
    expect(json).toMatchObject({ status: 'succeeded', output: { image: expect.stringMatching(/^http/) } });
    expect(json).not.toHaveProperty('outputs');
    simulator.setOptions({ outputs: 'bare' });
    expect(JSON.stringify((await asked(base, 'result', id, portrait)).json.output)).toMatch(/^\[?"http/);
  });

  test('may run a workflow of its own', async () => {
    const base = await start();
    const own = {
      a: { class_type: 'CLIPTextEncode', inputs: { text: 'mine' } },
      b: { class_type: 'SaveImage', inputs: { images: ['a', 0], filename_prefix: 'mine' } },
    };
    const id = await inferred(base, { workflow_api_json: own });
    clock.pass(1_000);
    expect((await asked(base, 'result', id)).json.outputs).toMatchObject({
      b: { images: [{ filename: 'mine_00001_.png' }] },
    });
    expect((await infer(base, { workflow_api_json: { a: {} } })).status).toBe(422);
  });

  test('can fail with a list of errors', async () => {
    const base = await start({ failRate: 1 });
    const id = await inferred(base, prompting('a cat'));
    clock.pass(1_000);
    expect((await asked(base, 'status', id)).json.status).toBe('completed');
    expect((await asked(base, 'result', id)).json).toMatchObject({
      status: 'failed',
      error: [{ errorCode: expect.any(Number), error: expect.any(String), debugInfo: expect.any(String) }],
    });
  });

  test('pays for instances from wake-up to shutdown, out of the wallet of the Model API', async () => {
    const base = await start({ balanceUsd: 1, coldStartMs: 1_000, keepWarmMs: 1_000 });
    await inferred(base, prompting('a cat'));
    clock.pass(10_000);
    const { json } = await ask(`${base}/prod/v2/balance`);
    // Three seconds at 2.50 dollars an hour.
    expect(json.balance_usd).toBeCloseTo(1 - (3 * 2.5) / 3_600, 6);
    simulator.setOptions({ balanceUsd: 0 });
    expect((await infer(base, prompting('a dog'))).json).toMatchObject({ error_code: 10001 });
  });
});

describe('what a deployment cannot run', () => {
  const overriding = (id: string, inputs: JsonObject) => ({ overrides: { [id]: { inputs } } });
  const wrong: readonly (readonly [string, unknown])[] = [
    ['no overrides', {}],
    ['overrides that are a list', { overrides: [] }],
    ['a node that is not there', overriding('77', { text: 'x' })],
    ['an input that is not there', overriding('6', { words: 'x' })],
    ['a node without inputs', { overrides: { '6': { text: 'x' } } }],
    ['a number for a text', overriding('6', { text: 7 })],
    ['a text for a number', overriding('31', { seed: '7' })],
    ['half a seed', overriding('31', { seed: 7.5 })],
    ['too many steps', overriding('31', { steps: 20_000 })],
    ['a sampler that does not exist', overriding('31', { sampler_name: 'quick' })],
    ['a value in place of a link', overriding('31', { model: 'mine' })],
    ['a link to nowhere', overriding('31', { model: ['99', 0] })],
    ['a link that is no link', { ...overriding('6', { text: 'x' }), webhook: 'mailto:me' }],
  ];

  test.each(wrong)('%s is 422001 with a list of details, and is not accepted', async (_, body) => {
    const base = await start();
    const { status, json } = await infer(base, body);
    expect(status).toBe(422);
    expect(json).toMatchObject({
      error_code: 422001,
      detail: [{ loc: expect.any(Array), msg: expect.any(String) }],
    });
    expect(simulator.census().acceptedTotal).toBe(0);
  });

  test('comes in each of its forms where answers vary', async () => {
    const base = await start({ wording: 'varied' });
    const forms = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const { status, json } = await infer(base, overriding('77', { seed }));
      forms.add(`${status} ${json.error_code ?? 'no code'}`);
    }
    expect([...forms].sort()).toEqual([
      '200 422001',
      '202 422001',
      '400 no code',
      '422 422001',
      '422 no code',
    ]);
  });

  const photos: readonly (readonly [string, number])[] = [
    ['https://example.com/photo.jpg', 200],
    [`data:image/png;base64,${Buffer.from('a picture').toString('base64')}`, 200],
    ['photo.png', 200],
    ['other.png', 422],
    ['data:image/png;base64,####', 422],
    ['data:text/plain;base64,YQ==', 422],
    ['ftp://example.com/a.png', 422],
  ];
  test.each(photos)('LoadImage given %s is answered %i', async (image, status) => {
    const base = await start();
    const seen = await infer(base, overriding('1', { image }), repaint);
    expect(seen.status).toBe(status);
  });

  test('is not a linked text that a value takes the place of, nor another link', async () => {
    const base = await start();
    expect((await infer(base, overriding('6', { text: 'mine' }), repaint)).status).toBe(200);
    expect((await infer(base, overriding('31', { positive: ['7', 0] }))).status).toBe(200);
  });
});

describe('pictures', () => {
  const bytesOf = async (base: string, body: unknown): Promise<string> => {
    const id = await inferred(base, body);
    clock.pass(1_000);
    const { outputs } = (await asked(base, 'result', id)).json as {
      outputs: { '9': { images: [{ url: string }] } };
    };
    return (await ask(outputs['9'].images[0].url, { token: null })).body.toString('base64');
  };

  test('depend on the prompt, the seed and the strength of the LoRA, and on nothing else', async () => {
    const base = await start();
    const body = (text: string, seed: number, strength: number) => ({
      overrides: {
        '6': { inputs: { text } },
        '31': { inputs: { seed } },
        '10': { inputs: { strength_model: strength } },
      },
    });
    const all = [
      await bytesOf(base, body('a cat', 1, 0.5)),
      await bytesOf(base, body('a dog', 1, 0.5)),
      await bytesOf(base, body('a cat', 2, 0.5)),
      await bytesOf(base, body('a cat', 1, 0.6)),
    ];
    expect(new Set(all).size).toBe(4);
    expect(await bytesOf(base, body('a cat', 1, 0.5))).toBe(all[0]);
  });
});
