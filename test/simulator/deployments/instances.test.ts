import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/simulator.ts';
import { ask, stillClock } from '../raw-client.ts';
import { asked, inferred, poster, prompting } from './deployed.ts';

const clock = stillClock();
let simulator: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<string> => {
  simulator = await startSimulator({
    clock: clock.now,
    latency: { kind: 'fixed', ms: 1_000 },
    coldStartMs: 3_000,
    keepWarmMs: 10_000,
    cancelMs: 100,
    wording: 'plain',
    ...options,
  });
  return simulator.baseUrl;
};
afterEach(() => simulator.close());

const several = (base: string, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => inferred(base, prompting(`number ${n}`))));
const statusOf = async (base: string, id: string) => (await asked(base, 'status', id)).json;
const statusesOf = (base: string, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await statusOf(base, id)).status));
const standingOf = async (base: string) => (await ask(`${base}/prod/v2/deployments/${poster}`)).json.status;

describe('instances', () => {
  test('start when a request waits, stay warm for the next one, and are shut down', async () => {
    const base = await start();
    const first = await inferred(base, prompting('a cat'));
    expect(await standingOf(base)).toBe('active');
    expect(await statusOf(base, first)).toMatchObject({ status: 'in_queue', queue_position: 1 });
    clock.pass(3_000);
    const running = await statusOf(base, first);
    expect(running.status).toBe('in_progress');
    clock.pass(2_000);
    const second = await inferred(base, prompting('a dog'));
    // The warm instance takes it at once.
    expect(await statusOf(base, second)).toMatchObject({
      status: 'in_progress',
      instance_id: running.instance_id as string,
    });
    clock.pass(11_000);
    expect(await standingOf(base)).toBe('standby');
    const third = await inferred(base, prompting('a fox'));
    expect((await statusOf(base, third)).status).toBe('in_queue');
    clock.pass(3_000);
    const again = await statusOf(base, third);
    expect(again.instance_id).not.toBe(running.instance_id);
  });

  test('are as many as the queue asks for, up to the most', async () => {
    const base = await start({
      maxInstances: 3,
      queueSize: 2,
      coldStartMs: 0,
      latency: { kind: 'fixed', ms: 9_000 },
    });
    const ids: string[] = [];
    const running = async () => (await statusesOf(base, ids)).filter((word) => word === 'in_progress').length;
    const counts: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      ids.push(await inferred(base, prompting(`number ${n}`)));
      counts.push(await running());
    }
    // Two that wait for each instance start another one, which takes one of them.
    expect(counts).toEqual([1, 1, 2, 2, 2, 3, 3, 3, 3]);
    const listed = await ask(`${base}/prod/v2/deployments/${poster}`);
    expect(listed.json).toMatchObject({
      max_instances: 3,
      queue_size: 2,
      keep_warm_duration_in_seconds: 10,
    });
  });

  test('become more when the deployment is allowed more', async () => {
    const base = await start({ maxInstances: 1, coldStartMs: 0 });
    const ids = await several(base, 4);
    const running = async () => (await statusesOf(base, ids)).filter((word) => word === 'in_progress').length;
    expect(await running()).toBe(1);
    simulator.setOptions({ maxInstances: 3 });
    await running();
    expect(await running()).toBeGreaterThan(1);
  });

  test('take requests in the order in which they came', async () => {
    const base = await start({ maxInstances: 1 });
    const ids = await several(base, 3);
    const positions = await Promise.all(ids.map(async (id) => (await statusOf(base, id)).queue_position));
    expect(positions.toSorted()).toEqual([1, 2, 3]);
    clock.pass(3_000 + 1_000);
    const words = await statusesOf(base, ids);
    expect(words.toSorted()).toEqual(['completed', 'in_progress', 'in_queue']);
  });

  test('start in twice a run time where no other is given', async () => {
    const base = await start({ coldStartMs: null });
    const id = await inferred(base, prompting('a cat'));
    clock.pass(1_999);
    expect((await statusOf(base, id)).status).toBe('in_queue');
    clock.pass(1);
    expect((await statusOf(base, id)).status).toBe('in_progress');
  });
});

describe('a cancellation', () => {
  const cancelled = async (base: string, id: string) => {
    const { status, json } = await asked(base, 'cancel', id);
    return [status, json.status];
  };

  test('takes a queued request out at once, and those behind move up', async () => {
    const base = await start({ maxInstances: 1, coldStartMs: 0 });
    const running = await inferred(base, prompting('a cat'));
    const [second, third] = [
      await inferred(base, prompting('a dog')),
      await inferred(base, prompting('a fox')),
    ];
    expect((await statusOf(base, running)).status).toBe('in_progress');
    expect(await cancelled(base, second)).toEqual([202, 'cancellation_requested']);
    expect((await statusOf(base, second)).status).toBe('canceled');
    expect((await asked(base, 'result', second)).json).toMatchObject({ status: 'canceled' });
    expect(await statusOf(base, third)).toMatchObject({ queue_position: 1 });
    expect(await cancelled(base, second)).toEqual([202, 'not_cancellable']);
  });

  test('of a running request is only requested, and takes a little', async () => {
    const base = await start({ maxInstances: 1, coldStartMs: 0 });
    const id = await inferred(base, prompting('a cat'));
    expect(await cancelled(base, id)).toEqual([202, 'cancellation_requested']);
    expect((await statusOf(base, id)).status).toBe('in_progress');
    expect(await cancelled(base, id)).toEqual([202, 'cancellation_requested']);
    const next = await inferred(base, prompting('a dog'));
    clock.pass(100);
    expect((await statusOf(base, id)).status).toBe('canceled');
    // Its instance is free for the next one.
    expect((await statusOf(base, next)).status).toBe('in_progress');
  });

  test('that comes too late to take effect leaves the result as it is', async () => {
    const base = await start({ coldStartMs: 0 });
    const id = await inferred(base, prompting('a cat'));
    clock.pass(950);
    expect(await cancelled(base, id)).toEqual([202, 'cancellation_requested']);
    clock.pass(100);
    expect((await asked(base, 'result', id)).json.status).toBe('succeeded');
    expect(await cancelled(base, id)).toEqual([202, 'not_cancellable']);
  });
});

test('files are deleted when their time is over, and the result still names them', async () => {
  const base = await start({ coldStartMs: 0, filesKeptMs: 60_000 });
  const id = await inferred(base, prompting('a cat'));
  clock.pass(1_000);
  const linkIn = async (): Promise<string> => {
    const { outputs } = (await asked(base, 'result', id)).json as {
      outputs: { '9': { images: [{ url: string }] } };
    };
    return outputs['9'].images[0].url;
  };
  const link = await linkIn();
  expect((await ask(link, { token: null })).status).toBe(200);
  clock.pass(60_000);
  expect((await ask(link, { token: null })).status).toBe(403);
  expect(await linkIn()).toBe(link);
});

test('the journal keeps requests, instances and cancellations over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const journal = join(folder, 'requests.jsonl');
  const options = { journal, maxInstances: 1, coldStartMs: 0 };
  const base = await start(options);
  const ids = [];
  for (const text of ['a cat', 'a dog', 'a fox']) ids.push(await inferred(base, prompting(text)));
  const [cat, dog, fox] = ids as [string, string, string];
  await asked(base, 'cancel', dog);
  const { accepted } = simulator.census();
  await simulator.close();

  clock.pass(1_500);
  const again = await start(options);
  expect((await statusOf(again, cat)).status).toBe('completed');
  expect((await statusOf(again, dog)).status).toBe('canceled');
  expect((await statusOf(again, fox)).status).toBe('in_progress');
  expect(simulator.census().accepted).toEqual(accepted);
  expect(await inferred(again, prompting('a cat'))).not.toBe(cat);
  expect(simulator.census().doubled).toHaveLength(1);
});
