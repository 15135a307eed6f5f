import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
let simulator: Simulator;
let env: Record<string, string>;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
  env = { RUNCOMFY_API_BASE: simulator.baseUrl, RUNCOMFY_API_TOKEN: 'x' };
});
afterAll(() => simulator.close());

const sweep = `model: ${poster}
map: { prompt: 6.text, seed: KSampler.seed, strength: 10.strength_model }
rows: [{ id: fox, animal: fox }]
defaults: { prompt: "a {{animal}} at {{strength}}" }
axes: { seed: 1-2, strength: [0.2, 0.8] }
exclude: [{ strength: 0.2, seed: 2 }]
output: { name: "{id}/{seed}-{strength}" }
`;

test('a sweep gives short names to inputs, by which its plan, files, axes and variations go', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 's.yaml'), sweep);
  const shown = await rcb(['plan', 's.yaml', '-o', 'out'], { cwd, env });
  expect(shown.stdout).toContain('1 row × 2 seed × 2 strength');
  expect(shown.stdout).toMatch(
    /inputs +prompt → 6\.text \(Positive prompt\), strength → 10\.strength_model \([^)]*\), seed → 31\.seed \(KSampler\)/,
  );
  expect(shown.stdout).toContain('{"prompt":"a fox at 0.2","seed":1,"strength":0.2}');
  const ended = await rcb(['run', 's.yaml', '-o', 'out', '--poll', '0.1', '--no-view', '-y'], { cwd, env });
  expect(ended.stderr).toContain('All 3 jobs are done.');
  expect(manifestOf(join(cwd, 'out')).map(({ axes }) => axes)).toEqual([
    { seed: 1, strength: 0.2 },
    { seed: 1, strength: 0.8 },
    { seed: 2, strength: 0.8 },
  ]);
  expect(
    filesBelow(join(cwd, 'out/files'))
      .map((path) => path.replace(/.*\//, ''))
      .sort(),
  ).toEqual(['1-0.2.png', '1-0.8.png', '2-0.8.png']);
  const [first] = manifestOf(join(cwd, 'out'));
  const varied = await rcb(['vary', 'out', first?.job ?? '', 'seed=7,8', 'KSampler.cfg=5', '-n', '--json'], {
    cwd,
    env,
  });
  const plan = JSON.parse(varied.stdout.split('\n')[0] ?? '');
  expect(plan.axes.map(({ name }: { name: string }) => name)).toEqual(['seed']);
  expect(plan.samples[0]).toMatchObject({
    body: { '6.text': 'a fox at 0.2', '31.seed': 7, '31.cfg': 5, '10.strength_model': 0.2 },
    names: { '6.text': 'prompt', '31.seed': 'seed', '31.cfg': 'KSampler.cfg' },
  });
  expect(plan.named_inputs).toContainEqual({
    model: poster,
    name: 'seed',
    input: '31.seed',
    title: 'KSampler',
    replaces_link: false,
  });
});

test('words name inputs by key and by title, and a file of such a name is that file', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, '6.text=a.csv'), '6.text\na house\n');
  const planned = async (...words: readonly string[]) => {
    const { stdout, stderr } = await rcb(['plan', '-m', poster, '--json', ...words], { cwd, env });
    expect(stderr).toBe('');
    return JSON.parse(stdout).samples.map(({ body }: { body: unknown }) => body);
  };
  expect(await planned('31.seed=1..2', 'Positive prompt.text=a cat, asleep')).toEqual([
    { '6.text': 'a cat, asleep', '31.seed': 1 },
    { '6.text': 'a cat, asleep', '31.seed': 2 },
  ]);
  expect(
    await planned(
      '"Positive prompt".text=a',
      "'KSampler.seed'=5",
      '--link',
      "'KSampler.seed','Positive prompt'.text",
    ),
  ).toEqual([{ '6.text': 'a', '31.seed': 5 }]);
  expect(await planned('6.text=a.csv')).toEqual([{ '6.text': 'a house' }]);
  expect(await planned('6.text=b.csv')).toEqual([{ '6.text': 'b.csv' }]);
});

test('a workflow runs as it is, once for each seed', async () => {
  const cwd = workFolder();
  const { stdout } = await rcb(['plan', '-m', poster, '--seeds', '2', '--json'], { cwd, env });
  expect(JSON.parse(stdout).samples.map(({ body }: { body: unknown }) => body)).toEqual([
    { '31.seed': 1 },
    { '31.seed': 2 },
  ]);
  const none = await rcb(['plan', '-m', poster], { cwd, env });
  expect(none.stderr).toContain('No input given');
});

test('what a linked or ambiguous name means is told, and nothing is planned', async () => {
  const cwd = workFolder();
  for (const [word, message] of [
    [
      'CLIPTextEncode.text=a',
      '"CLIPTextEncode.text" may be 6.text (Positive prompt), 7.text (Negative prompt)',
    ],
    [
      'KSampler.positive=a',
      `"KSampler.positive" (31.positive) of ${poster} is linked to node 6 (CLIPTextEncode), output 1; set 6.text (Positive prompt), or`,
    ],
    ['prompt=a', 'did you mean "6.text"? (--map prompt=6.text gives it that name)'],
  ] as const) {
    const { code, stderr } = await rcb(['plan', '-m', poster, word], { cwd, env });
    expect(code).toBe(65);
    expect(stderr).toContain(message);
  }
  const made = await rcb(
    [
      'run',
      '-m',
      poster,
      'lens!=a',
      '--map',
      'lens=31.positive',
      '-o',
      'o',
      '--poll',
      '0.1',
      '--no-view',
      '-y',
    ],
    { cwd, env },
  );
  expect(made.stderr).toContain('replaces the link');
  const again = await rcb(['vary', 'o', manifestOf(join(cwd, 'o'))[0]?.job ?? '', 'lens=b', '-n', '--json'], {
    cwd,
    env,
  });
  expect(JSON.parse(again.stdout).samples[0]).toMatchObject({
    ...{ body: { '31.positive': 'b' }, names: { '31.positive': 'lens' } },
  });
  const forced = await rcb(['plan', '-m', poster, 'KSampler.positive!=a'], { cwd, env });
  expect(forced.stderr + forced.stdout).toContain('the value that you give replaces the link');
});

test('for a model of plain names, a sweep renames columns as --map does', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'p.csv'), 'Text,Note\na cat,x\n');
  const at = ['--base-url', simulator.baseUrl];
  const planned = async (map: string) => {
    writeFileSync(join(cwd, 's.yaml'), `input: p.csv\nmap: ${map}\naxes: { seed: 1-2 }\n`);
    return rcb(['plan', 's.yaml', '--json', ...at], { cwd });
  };
  const { stdout } = await planned('{ Text: prompt }');
  const plan = JSON.parse(stdout);
  expect(plan.samples[0].body).toEqual({ prompt: 'a cat', seed: 1 });
  expect(plan.samples[0].names).toBeUndefined();
  expect(plan.named_inputs).toBeUndefined();
  const unused = await planned('{ Text: prompt, Txt: negative_prompt }');
  expect(unused.stdout).toContain('map Txt=negative_prompt renames nothing');
  writeFileSync(join(cwd, 's.yaml'), 'map: [a]\nrows: [{ prompt: a }]\n');
  const wrong = await rcb(['plan', 's.yaml', ...at], { cwd });
  expect(wrong.stderr).toContain('map must be a map such as {Prompt: prompt}, but is a list');
});
