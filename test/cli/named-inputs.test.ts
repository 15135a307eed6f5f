import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandAgain } from '../../src/core/command-again.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  writeFileSync(join(cwd, 'foxes.yaml'), sweep);
  const ended = await asked('run', 'foxes.yaml', '-y', '--poll', '0.1');
  expect(ended).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await simulator.close();
  rmSync(cwd, { recursive: true, force: true });
});

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const sweep = `model: ${poster}
map: { prompt: 6.text, lora: 10.strength_model, seed: 31.seed }
rows:
  - { id: a, prompt: "a fox, asleep" }
  - { id: b, prompt: a corgi at sea }
axes: { lora: [0.4, 0.8] }
defaults: { seed: 7 }
`;

const asked = (...args: readonly string[]): Promise<Ended> =>
  rcb([...args, '--base-url', simulator.baseUrl], { cwd });
const inFolder = (...args: readonly string[]): Promise<Ended> => rcb(args, { cwd });
const lines = (): ManifestLine[] => manifestOf(join(cwd, 'out/foxes'));
const idsOf = ({ stdout }: Ended): string[] =>
  stdout.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] as string]));

interface PlanTold {
  readonly jobs: number;
  readonly new: number;
  readonly samples: readonly { readonly body: unknown }[];
}

async function planned(...args: readonly string[]): Promise<PlanTold> {
  const { stdout, stderr } = await asked('plan', ...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as PlanTold;
}

test('the manifest, lists and one job show inputs by their names', async () => {
  expect(lines()[0]).toMatchObject({
    provider: 'serverless',
    input: { prompt: 'a fox, asleep', lora: 0.4, seed: 7 },
    names: { prompt: '6.text', lora: '10.strength_model', seed: '31.seed' },
    axes: { lora: 0.4 },
  });
  const corgis = lines().filter(({ id }) => id === 'b');
  for (const condition of ['prompt~corgi', '6.text~corgi', 'Prompt=a corgi at sea']) {
    expect(idsOf(await inFolder('ls', 'out/foxes', '--where', condition))).toEqual(
      corgis.map(({ job }) => job),
    );
  }
  const all = await inFolder('ls', 'out/foxes');
  expect(all.stdout).toMatch(/\ta corgi at sea\t.*\tlora=0\.4\n/);
  const wrong = await inFolder('ls', 'out/foxes', '--where', 'promt~x');
  expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining('did you mean "prompt"?') });
  const shown = await inFolder('show', 'out/foxes', corgis[0]?.job ?? '');
  expect(shown.stdout).toMatch(/prompt \(6\.text\) +a corgi at sea\n/);
  expect(shown.stdout).toMatch(/lora \(10\.strength_model\) +0\.4\n/);
});

test('whatever reads jobs back finds the very same jobs', async () => {
  await inFolder('export', 'out/foxes', '-o', 'rows.csv', '--as', 'input');
  await inFolder('export', 'out/foxes', '-o', 'rows.jsonl', '--as', 'input');
  for (const file of ['out/foxes/manifest.jsonl', 'out/foxes/manifest.csv', 'rows.csv', 'rows.jsonl']) {
    const { stdout } = await asked('plan', file, '-o', 'out/foxes', '--json');
    expect([file, JSON.parse(stdout)]).toEqual([file, expect.objectContaining({ jobs: 4, new: 0, done: 4 })]);
  }
  const [fox] = lines();
  copyFileSync(join(cwd, 'out/foxes', fox?.outputs[0]?.path ?? ''), join(cwd, 'fox.png'));
  const { names, input } = fox as ManifestLine;
  const told = await inFolder('show', 'fox.png');
  expect(told.stdout).toMatch(/prompt \(6\.text\) +a fox, asleep\n/);
  const recipe = JSON.parse((await inFolder('show', 'fox.png', '--json')).stdout);
  expect(recipe).toMatchObject({ names, input: { '6.text': input.prompt, '31.seed': 7 } });
  const { stdout } = await asked('plan', '--from', 'fox.png', '-o', 'out/foxes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ jobs: 1, new: 0 });
});

test('words go by the names of the jobs that they vary', async () => {
  const [fox] = lines();
  const from = await planned('--from', 'fox.png', 'prompt=a dog', 'lora=0.1');
  expect(from.samples[0]?.body).toEqual({ '6.text': 'a dog', '10.strength_model': 0.1, '31.seed': 7 });
  const again = await planned('out/foxes/manifest.jsonl', '-o', 'out/again', 'seed=9');
  expect(again.samples[0]?.body).toMatchObject({ '31.seed': 9 });
  const sameModel = await planned('--from', 'fox.png', '-m', poster, 'lora=0.2');
  expect(sameModel.samples[0]?.body).toMatchObject({ '10.strength_model': 0.2 });
  const varied = await inFolder('vary', 'out/foxes', fox?.job ?? '', 'lora=0.1,0.2', '-y', '--poll', '0.1');
  expect(varied.code).toBe(0);
  const children = lines().filter(({ parent }) => parent === fox?.job);
  expect(children.map(({ input }) => input)).toEqual(
    [0.1, 0.2].map((lora) => ({ prompt: 'a fox, asleep', lora, seed: 7 })),
  );
  expect(children.map(({ axes }) => axes)).toEqual([{ lora: 0.1 }, { lora: 0.2 }]);
});

test('a folder without the names is compared by the keys', async () => {
  const words = ['6.text=a fox, asleep||a corgi at sea', '10.strength_model=0.4,0.8', '31.seed=7'];
  const ended = await asked(
    'run',
    '-m',
    poster,
    ...words,
    '31.cfg=6',
    '-o',
    'out/bare',
    '-y',
    '--poll',
    '0.1',
  );
  expect(ended).toMatchObject({ code: 0 });
  const { stdout, stderr } = await inFolder('view', 'out/foxes', 'out/bare');
  expect(`${stdout}${stderr}`).toMatch(/bare and foxes: 4 pairs/);
  const [shown] = manifestOf(join(cwd, 'out/bare'));
  expect(Object.keys(shown?.input ?? {})).toEqual(expect.arrayContaining(['6.text', '31.seed']));
});

test('names of one model leave the inputs of another alone', async () => {
  const portrait = 'deployment:33333333-3333-4333-8333-333333333333';
  writeFileSync(
    join(cwd, 'faces.jsonl'),
    `${JSON.stringify({ model: portrait, prompt: 'a face', seed: 4 })}\n`,
  );
  expect(await asked('run', 'faces.jsonl', '-y', '--poll', '0.1')).toMatchObject({ code: 0 });
  const both = ['out/foxes/manifest.jsonl', 'out/faces/manifest.jsonl', 'faces.jsonl'];
  const { stdout, stderr } = await asked('plan', ...both, '-o', 'out/faces', '--json');
  expect(stderr).toBe('');
  // The row and the line of the manifest are one job, which is done.
  expect(JSON.parse(stdout)).toMatchObject({ jobs: 7, new: 6, done: 1 });
});

test('the command that makes a job again makes that job', async () => {
  const [fox] = lines();
  const command = commandAgain(fox as ManifestLine, '') as string;
  const script = `rcb() { printf '%s\\0' "$@"; }\n${command}\n`;
  const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(1, -1);
  const { stdout } = await asked('plan', ...words, '-o', 'out/foxes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ jobs: 3, new: 0, done: 3 });
});

test('another name for the same inputs costs nothing', async () => {
  writeFileSync(join(cwd, 'foxes.yaml'), sweep.replaceAll('lora', 'strength'));
  const ended = await asked('run', 'foxes.yaml', '-y');
  expect(ended).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(11);
  const { stdout } = await inFolder('ls', 'out/foxes', '--json');
  expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
    axes: { strength: 0.4 },
    names: { strength: '10.strength_model' },
  });
});
