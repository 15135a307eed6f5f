import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';

const jobsFolder = fileURLToPath(new URL('../../jobs', import.meta.url));
// The smallest PNG that its readers call whole.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let simulator: Simulator;
let at: string[];
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
  at = ['--base-url', simulator.baseUrl];
});
afterAll(() => simulator.close());

const run = (args: readonly string[], cwd: string) =>
  rcb([...args, ...at, '--poll', '0.1', '--no-view'], { cwd });

async function planOf(args: readonly string[], cwd: string): Promise<Record<string, never>> {
  const plan = await rcb(['plan', ...args, '--json', ...at], { cwd });
  expect(plan.stderr).toBe('');
  return JSON.parse(plan.stdout) as Record<string, never>;
}

describe('the worked examples', () => {
  test.each([
    ['prompts.csv', 6],
    ['grid.yaml', 18],
    ['overnight.jsonl', 5],
    ['prompts.txt', 4],
    ['demo.csv', 24],
    ['workflow.yaml', 12],
  ])('%s runs as it stands', async (name, jobs) => {
    const cwd = workFolder();
    copyFileSync(join(jobsFolder, name), join(cwd, name));
    const ended = await run(['run', name, '-o', 'out/it'], cwd);
    expect(ended.stderr).toContain(`All ${jobs} jobs are done.`);
    expect(manifestOf(join(cwd, 'out/it'))).toHaveLength(jobs);
  });

  test('every file of jobs/ is one of them, the schema of sweeps, or the workflow of a deployment', () => {
    const named = [
      'demo.csv',
      'grid.yaml',
      'overnight.jsonl',
      'prompts.csv',
      'prompts.txt',
      'sweep.schema.json',
      'workflow.yaml',
      'workflow_api.json',
    ];
    expect(readdirSync(jobsFolder).sort()).toEqual(named);
  });
});

describe('axes', () => {
  test('multiply the rows, seeds last, and are in the manifest and the file names', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'two.txt'), 'a cat\na dog\n');
    await run(['run', 'two.txt', 'seed=1-2', 'style=anime,realistic', 'expand_prompt=false'], cwd);
    const lines = manifestOf(join(cwd, 'out/two'));
    expect(lines.map(({ input }) => [input.prompt, input.style, input.seed])).toEqual([
      ['a cat', 'anime', 1],
      ['a cat', 'realistic', 1],
      ['a dog', 'anime', 1],
      ['a dog', 'realistic', 1],
      ['a cat', 'anime', 2],
      ['a cat', 'realistic', 2],
      ['a dog', 'anime', 2],
      ['a dog', 'realistic', 2],
    ]);
    expect(lines[0]?.axes).toEqual({ seed: 1, style: 'anime' });
    expect(lines[0]?.outputs[0]?.path).toMatch(/^files\/a-cat\/seed1-anime-[0-9a-f]{8}\.png$/);
    expect(new Set(lines.map(({ job }) => job)).size).toBe(8);
  });

  test('every form of the grammar gives its number of jobs', async () => {
    const cwd = workFolder();
    const jobs = async (...words: string[]) => (await planOf(['prompt=x', ...words], cwd)).jobs;
    expect(await jobs('seed=1-10 (+3)')).toBe(4);
    expect(await jobs('seed=10-1 (-3)')).toBe(4);
    expect(await jobs('seed=range(0,10,2)')).toBe(5);
    expect(await jobs('style=*')).toBe(6);
    expect(await jobs('style=*,!anime')).toBe(5);
    expect(await jobs('aspect_ratio=16:9,1:1', '--seeds', '8')).toBe(16);
    expect(await jobs('--repeat', '4')).toBe(4);
    expect(
      await jobs('style=anime,design', 'negative_prompt=blur||text, logo', '--link', 'style,negative_prompt'),
    ).toBe(2);
    expect(await jobs('style=anime,design', 'seed=1-3', '--exclude', 'style=anime,seed=2')).toBe(5);
    expect(await jobs('seed=1-100', '--limit', '7')).toBe(7);
    expect(await jobs('seed=1-100', '--sample', '9')).toBe(9);
  });

  test('a product of more than a million is asked about before it is expanded', async () => {
    const cwd = workFolder();
    const many = ['plan', 'prompt=x', 'seed=1-20000', 'style=*', 'aspect_ratio=*'];
    const refused = await rcb(many, { cwd });
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('1,320,000');
    const limited = await rcb([...many, '--limit', '10', '--json'], { cwd });
    expect(JSON.parse(limited.stdout)).toMatchObject({ jobs: 10 });
  });

  test('identical rows are one job, or repetitions with --keep-duplicates', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'same.txt'), 'a cat\na cat\na cat\n');
    expect(await planOf(['same.txt'], cwd)).toMatchObject({ jobs: 1, identical_rows: 2 });
    await run(['run', 'same.txt', '--keep-duplicates'], cwd);
    expect(manifestOf(join(cwd, 'out/same')).map(({ rep }) => rep)).toEqual([1, 2, 3]);
  });
});

describe('a sweep file', () => {
  const sweep = `name: cats
model: ideogram/ideogram-v2/generate
input: prompts.csv
defaults: { expand_prompt: false, negative_prompt: "text, watermark" }
axes: { seed: 1-4, style: [realistic, anime], aspect_ratio: ["1:1", 16:9] }
link: []
exclude: [{ style: anime, aspect_ratio: "16:9" }]
repeat: 1
output: { dir: out/felines, name: "{slug}/{axes}-{job}{_i}.{ext}" }
limits: { concurrency: auto, rpm: 6000, max_cost: 1.00, max_duration: 8h }
`;

  test('gives inputs, defaults, axes, folder and limits, which flags go before', async () => {
    const cwd = workFolder();
    mkdirSync(join(cwd, 'sweeps'));
    writeFileSync(join(cwd, 'sweeps/cats.yaml'), sweep);
    writeFileSync(join(cwd, 'sweeps/prompts.csv'), 'prompt,style\na cat,\na dog,design\n');
    // 4 seeds × 3 cells of the grid for the cat, 4 × 2 aspect ratios for the dog, whose row has a style of its own.
    const capped = await run(['run', 'sweeps/cats.yaml'], cwd);
    expect(capped.code).toBe(75);
    const done = manifestOf(join(cwd, 'out/felines')).filter(({ state }) => state === 'done');
    expect(done).toHaveLength(12);
    expect((await run(['run', 'sweeps/cats.yaml', '--max-cost', '5'], cwd)).code).toBe(0);
    const lines = manifestOf(join(cwd, 'out/felines'));
    expect(lines).toHaveLength(20);
    expect(lines[0]?.input).toEqual({
      prompt: 'a cat',
      style: 'realistic',
      aspect_ratio: '1:1',
      expand_prompt: false,
      negative_prompt: 'text, watermark',
      seed: 1,
    });
    expect(lines.filter(({ input }) => input.style === 'anime' && input.aspect_ratio === '16:9')).toEqual([]);
  });

  test('that is wrong is told by line and column', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'bad.yaml'), 'axis: { seed: 1-4 }\nrows: [{ prompt: x }]\n');
    const plan = await rcb(['plan', 'bad.yaml'], { cwd });
    expect(plan.code).toBe(65);
    expect(plan.stderr).toMatch(/bad\.yaml:1:1 .*axis.*axes/);
  });
});

describe('the plan', () => {
  test('tells what changed in a row and why it is a new job', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'rows.csv'), 'id,prompt,seed\na,a cat,1\nb,a dog,2\n');
    await run(['run', 'rows.csv'], cwd);
    writeFileSync(join(cwd, 'rows.csv'), 'id,prompt,seed\na,a cat,1\nb,a big dog,2\nc,an owl,3\n');
    const plan = await planOf(['rows.csv'], cwd);
    expect(plan).toMatchObject({ jobs: 3, new: 2, done: 1, removed: 1 });
    expect(plan.changes).toMatchObject([
      { name: 'b', was_state: 'done', inputs: [{ name: 'prompt', from: 'a dog', to: 'a big dog' }] },
    ]);
    const text = await rcb(['plan', 'rows.csv', ...at], { cwd });
    expect(text.stdout).toMatch(/rows\.csv:3.*prompt "a dog" → "a big dog"/);
    expect(text.stdout).toContain('$'); // the wallet of the simulator
  });

  test('names each axis with its values and the multiplication', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'two.txt'), 'a cat\na dog\n');
    const plan = await rcb(['plan', 'two.txt', 'seed=1-3', 'style=anime,design', 'expand_prompt=false'], {
      cwd,
    });
    expect(plan.stdout).toMatch(/2 rows × 3 seed × 2 style = 12 jobs/);
    expect(plan.stdout).toMatch(/style +2 +anime, design/);
  });

  test('explains an unchanged folder in one line', async () => {
    const cwd = workFolder();
    await run(['run', 'prompt=a cat', 'seed=1,2', '-o', 'out/it'], cwd);
    const plan = await rcb(['plan', 'prompt=a cat', 'seed=1,2', '-o', 'out/it'], { cwd });
    expect(plan.stdout.trim().split('\n')).toEqual(['Nothing to do: all 2 jobs in out/it are done.']);
  });

  test('warns of what makes a grid unfair or wasteful', async () => {
    const cwd = workFolder();
    const plan = await rcb(['plan', 'prompt=a cat, asleep', 'seed=1-2'], { cwd });
    expect(plan.stdout).toContain('expand_prompt');
    expect(plan.stdout).toMatch(/comma/);
  });

  test('runs the rest with --skip-invalid and lists what it skipped', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'bad.csv'), 'prompt,style\na cat,anime\na dog,anmie\nan owl,design\n');
    const ended = await run(['run', 'bad.csv', '--skip-invalid'], cwd);
    expect(ended.stderr).toContain('All 2 jobs are done.');
    expect(ended.stderr).toMatch(/bad\.csv:3:7 .*"anmie"/);
    expect(ended.code).toBe(0);
  });

  test('sums up more than a hundred errors by kind', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'bad.csv'), `prompt,style\n${'a cat,anmie\n'.repeat(150)}`);
    const ended = await run(['run', 'bad.csv'], cwd);
    expect(ended.code).toBe(65);
    expect(ended.stderr.trim().split('\n').length).toBeLessThan(10);
    expect(ended.stderr).toContain('150');
  });
});

describe('files as inputs', () => {
  const model = ['-m', 'blackforestlabs/flux-1-kontext/pro/edit'];

  test('are sent as data URIs, kept in the run folder, and known by their content', async () => {
    const cwd = workFolder();
    mkdirSync(join(cwd, 'photos'));
    writeFileSync(join(cwd, 'photos/a.png'), png);
    writeFileSync(join(cwd, 'photos/b.png'), Buffer.concat([png, Buffer.from('x')]));
    const args = ['run', 'prompt=make it night', 'image_url=@./photos/*.png', ...model, '-o', 'out/night'];
    const atFirst = simulator.census().acceptedTotal;
    const ended = await run(args, cwd);
    expect(ended.code).toBe(0);
    const lines = manifestOf(join(cwd, 'out/night'));
    expect(lines.map(({ input }) => input.image_url)).toEqual([
      expect.stringMatching(/^@inputs\/[0-9a-f]{64}\.png$/),
      expect.stringMatching(/^@inputs\/[0-9a-f]{64}\.png$/),
    ]);
    expect(filesBelow(join(cwd, 'out/night/inputs'))).toHaveLength(2);
    const before = simulator.census().acceptedTotal;
    expect(before - atFirst).toBe(2);
    expect((await run(args, cwd)).stderr).toContain('Nothing to do');
    expect(simulator.census().acceptedTotal).toBe(before);
  });

  test('must exist, and a link must be public https', async () => {
    const cwd = workFolder();
    const missing = await rcb(['plan', 'prompt=x', 'image_url=@./none.png', ...model, ...at], { cwd });
    expect(missing.code).toBe(65);
    expect(missing.stderr).toContain('none.png');
    const plain = await rcb(['plan', 'prompt=x', 'image_url=http://example.com/a.png', ...model, ...at], {
      cwd,
    });
    expect(plain.code).toBe(65);
    expect(plain.stderr).toContain('https');
  });
});

describe('what models there are', () => {
  test('rcb models lists and searches the catalogue with prices', async () => {
    const cwd = workFolder();
    const all = await rcb(['models', ...at], { cwd });
    expect(all.stdout).toContain('google/nano-banana-2/text-to-image');
    const some = await rcb(['models', 'wan', ...at], { cwd });
    expect(some.stdout).toMatch(/wan-ai\/wan-3\.0\/image-to-video.*\$/);
    expect(some.stdout).not.toContain('nano-banana');
  });

  test('rcb schema tells the inputs of a model, with an example', async () => {
    const cwd = workFolder();
    const schema = await rcb(['schema', 'ideogram/ideogram-v2/generate'], { cwd });
    expect(schema.stdout).toMatch(/render_3D/);
    expect(schema.stdout).toMatch(/rcb run .*prompt=/);
    const other = await rcb(['schema', 'wan-ai/wan-3.0/image-to-video', ...at], { cwd });
    expect(other.stdout).toContain('image_url');
    expect((await rcb(['schema', 'no/such/model', ...at], { cwd })).code).toBe(64);
  });

  test('rcb balance tells what is in the wallet', async () => {
    expect((await rcb(['balance', ...at], { cwd: workFolder() })).stdout).toMatch(/^\$\d/);
  });

  test('a schema file stands in for the catalogue', async () => {
    const cwd = workFolder();
    const schema = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };
    writeFileSync(join(cwd, 'own.json'), JSON.stringify(schema));
    const plan = await rcb(['plan', 'text=hello', '-m', 'own/model', '--schema', 'own.json'], {
      cwd,
      env: { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' },
    });
    expect(plan.code).toBe(0);
    const wrong = await rcb(['plan', 'txet=hello', '-m', 'own/model', '--schema', 'own.json'], { cwd });
    expect(wrong.stderr).toMatch(/text/);
    expect(wrong.code).toBe(65);
  });

  test('completion proposes commands, flags, inputs and their values', async () => {
    const cwd = workFolder();
    const complete = async (...words: string[]) =>
      (await rcb(['__complete', 'bash', '--', ...words], { cwd })).stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')[0]);
    expect(await complete('pl')).toEqual(['plan']);
    expect(await complete('run', '--skip')).toEqual(['--skip-invalid']);
    expect(await complete('run', 'asp')).toEqual(['aspect_ratio=']);
    expect(await complete('run', 'style=re')).toEqual(['style=realistic', 'style=render_3D']);
    expect(await complete('run', 'style=anime,des')).toEqual(['style=anime,design']);
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await rcb(['completion', shell], { cwd })).stdout).toContain('__complete');
    }
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });
});
