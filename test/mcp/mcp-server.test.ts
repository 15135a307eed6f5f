import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { main, manifestOf, workFolder } from '../support/command-line.ts';
import { isAlive, until } from '../support/processes.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ priceUsd: 0.08 });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
  simulator.setOptions({ latency: { kind: 'fixed', ms: 0 }, failRate: 0 });
});

interface Answer {
  readonly isError: boolean;
  readonly said: Record<string, unknown>;
  readonly images: readonly { readonly mimeType: string; readonly data: string }[];
}

/** A server as a process of its own, and what its client calls. */
async function serving(env: Readonly<Record<string, string>> = {}) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, 'mcp', '--base-url', simulator.baseUrl],
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, RUNCOMFY_API_TOKEN: 'a-token', ...env },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'a test', version: '1' });
  await client.connect(transport);
  const pids: number[] = [];
  onTestFinished(async () => {
    await client.close();
    await until(() => !pids.some(isAlive));
  });
  return {
    client,
    async call(name: string, given: Record<string, unknown>): Promise<Answer> {
      const result = await client.callTool({ name, arguments: given });
      const content = result.content as unknown as readonly {
        type: string;
        text: string;
        mimeType: string;
        data: string;
      }[];
      const text = content.find(({ type }) => type === 'text')?.text ?? '';
      const pid = /"pid":(\d+)/.exec(text)?.[1];
      if (pid !== undefined) pids.push(Number(pid));
      return {
        isError: result.isError === true,
        said: text.startsWith('{') ? JSON.parse(text) : { text },
        images: content.filter(({ type }) => type === 'image'),
      };
    },
  };
}

const rows = [
  { id: 'cat', prompt: 'a cat' },
  { id: 'dog', prompt: 'a dog' },
];

test('an agent plans, runs with a cap, waits, looks at a picture, and retries', async () => {
  const { client, call } = await serving();
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['plan', 'run', 'status', 'wait', 'retry', 'show', 'models', 'schema']),
  );
  const batch = { rows, axes: { style: ['anime', 'realistic'] }, out: 'out/pets' };
  const plan = await call('plan', batch);
  expect(plan).toMatchObject({ isError: false, said: { jobs: 4, to_submit: 4, usd: 0.32 } });

  simulator.setOptions({ failRate: 1 });
  const run = await call('run', { ...batch, max_cost: 5 });
  expect(run.said).toMatchObject({
    outcome: 'running',
    dir: 'out/pets',
    pid: expect.any(Number),
    max_cost: 5,
  });
  const ended = await call('wait', { dir: 'out/pets' });
  expect(ended.said).toMatchObject({ outcome: 'ended', counts: { failed: 4 }, next: ['rcb retry out/pets'] });
  expect(ended.said.failures).toEqual(expect.arrayContaining([expect.objectContaining({ class: 'model' })]));

  simulator.setOptions({ failRate: 0 });
  const retry = await call('retry', { dir: 'out/pets', max_cost: 5 });
  expect(retry.said).toMatchObject({ outcome: 'running', retried: 4 });
  expect((await call('wait', { dir: 'out/pets' })).said).toMatchObject({
    outcome: 'ended',
    counts: { done: 4 },
  });
  expect((await call('status', { dir: 'out/pets' })).said).toMatchObject({ pid: null, cost: 0.32 });

  const [line] = manifestOf(join(cwd, 'out/pets'));
  const one = await call('show', { dir: 'out/pets', job: line?.job ?? '' });
  expect(one.said).toMatchObject({ state: 'done', job: line?.job });
  const [image] = one.images;
  expect(image?.mimeType).toMatch(/^image\/(jpeg|webp|png)$/);
  expect(Buffer.from(image?.data ?? '', 'base64').length).toBeGreaterThan(500);
  expect((await call('show', { dir: 'out/pets', job: 'nothing' })).isError).toBe(true);

  const before = simulator.census().acceptedTotal;
  expect((await call('run', { ...batch, max_cost: 5 })).said).toMatchObject({ outcome: 'nothing_to_do' });
  expect(simulator.census().acceptedTotal).toBe(before);
});

describe('money', () => {
  test('nothing is spent without a cap in the call', async () => {
    const { call } = await serving();
    for (const max_cost of [undefined, 0, -1, '5', null]) {
      const given = max_cost === undefined ? {} : { max_cost };
      const answer = await call('run', { rows, out: 'out/pets', ...given }).catch(() => ({ isError: true }));
      expect(answer.isError, String(max_cost)).toBe(true);
    }
    expect((await call('status', { dir: 'out/pets' })).isError).toBe(true);
  });

  test('the cap of the call holds, and that of the environment above it', async () => {
    const { call } = await serving({ RCB_MAX_COST: '0.10' });
    const run = await call('run', { rows, out: 'out/pets', max_cost: 100 });
    expect(run.said).toMatchObject({ outcome: 'running', max_cost: 0.1 });
    const ended = await call('wait', { dir: 'out/pets' });
    expect(ended.said).toMatchObject({ counts: { done: 1, pending: 1 }, next: ['rcb resume out/pets'] });
  });
});

test('a plan that has changed since it was agreed to is not run', async () => {
  const { call } = await serving();
  const { said } = await call('plan', { rows, out: 'out/pets' });
  const expect_ = { out: 'out/pets', max_cost: 5, expect: said.plan_id };
  const before = simulator.census().acceptedTotal;
  const changed = await call('run', { rows: [...rows, { prompt: 'a bird' }], ...expect_ });
  expect(changed).toMatchObject({ isError: true, said: { error: { class: 'usage' } } });
  expect(simulator.census().acceptedTotal).toBe(before);
  expect((await call('run', { rows, ...expect_ })).said).toMatchObject({ outcome: 'running' });
});

describe('what a client may reach', () => {
  test('paths lie below the working directory, through links too', async () => {
    const outside = workFolder();
    writeFileSync(join(outside, 'secret.csv'), 'prompt\na secret\n');
    writeFileSync(join(cwd, 'sweep.yaml'), 'input: ../secret.csv\n');
    symlinkSync(outside, join(cwd, 'away'));
    symlinkSync(join(outside, 'secret.csv'), join(cwd, 'inner.csv'));
    const { call } = await serving();
    const escapes = [
      { files: [join(outside, 'secret.csv')] },
      { files: ['away/secret.csv'] },
      { files: ['inner.csv'] },
      { files: ['../x.csv'] },
      { files: ['sweep.yaml'] },
      { files: ['https://example.com/list.csv'] },
      { rows, out: '../out' },
      { rows, out: 'away/out' },
      { rows: [{ prompt: 'a', image: `@${join(outside, 'x.png')}` }], out: 'out/pets' },
    ];
    for (const given of escapes) {
      const answer = await call('plan', given);
      expect(answer, JSON.stringify(given)).toMatchObject({
        isError: true,
        said: { error: { class: 'usage' } },
      });
      expect(JSON.stringify(answer.said)).not.toContain('a secret');
    }
    for (const tool of ['status', 'wait']) {
      expect((await call(tool, { dir: outside })).isError).toBe(true);
    }
  });

  test('mistakes in rows are named, and nothing but the protocol is on stdout', async () => {
    const { call } = await serving();
    const refused = await call('run', {
      rows: [{ prompt: 'a', style: 'animee' }],
      out: 'out/p',
      max_cost: 1,
    });
    expect(refused.isError).toBe(true);
    expect(refused.said.problems).toEqual([expect.objectContaining({ key: 'style', suggestion: 'anime' })]);
    expect((await call('models', { search: 'ideogram' })).said.models).toEqual(expect.any(Array));
    const deployed = (await call('models', { deployments: true })).said.models as { id: string }[];
    expect(deployed.every(({ id }) => id.startsWith('deployment:'))).toBe(true);
    expect((await call('schema', {})).said).toMatchObject({ inputs: { properties: expect.anything() } });
  });

  test('a wait is over before the time of a tool', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 600_000 } });
    const { call } = await serving();
    const { said } = await call('run', { rows, out: 'out/pets', max_cost: 5 });
    expect((await call('wait', { dir: 'out/pets', seconds: 0.2 })).said).toMatchObject({
      outcome: 'running',
      next: expect.stringContaining('again'),
    });
    process.kill(said.pid as number, 'SIGKILL');
    expect((await call('wait', { dir: 'out/pets', seconds: 51 })).isError).toBe(true);
  });
});
