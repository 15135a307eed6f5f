import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commandAgain } from '../../src/core/command-again.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let api: readonly string[];
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  api = ['--base-url', simulator.baseUrl];
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
});

const run = (...args: string[]): Promise<Ended> =>
  rcb(['run', ...args, ...api, '--poll', '0.1', '--no-view'], { cwd });
const plan = (...args: string[]): Promise<Ended> => rcb(['plan', ...args, ...api], { cwd });
const linesOf = (dir: string): ManifestLine[] => manifestOf(join(cwd, dir));
const paid = (): number => simulator.census().acceptedTotal;

/** Runs a job of its own and gives it and its file. */
async function made(...args: string[]): Promise<{ line: ManifestLine; file: string }> {
  expect((await run(...args, '-o', 'out/first')).code).toBe(0);
  const [line] = linesOf('out/first') as [ManifestLine];
  return { line, file: join('out/first', line.outputs[0]?.path as string) };
}

function pngWith(parameters: string): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    ...[Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header)],
    ...[chunk('tEXt', Buffer.from(`parameters\0${parameters}`, 'latin1'))],
    ...[chunk('IDAT', deflateSync(Buffer.alloc(4))), chunk('IEND', Buffer.alloc(0))],
  ]);
}

describe('rcb run --from', () => {
  test('takes the recipe of a file, wherever it lies by now, and varies it', async () => {
    const prompt = 'a {{cat}} of "two, three"';
    const { line, file } = await made('prompt="a \\{{cat}} of ""two, three"""', 'style=anime', 'seed=7');
    expect(line.input).toEqual({ prompt, style: 'anime', seed: 7 });
    mkdirSync(join(cwd, 'sent'));
    copyFileSync(join(cwd, file), join(cwd, 'sent/my cat.png'));
    const before = paid();
    const from = ['--from', 'sent/my cat.png', 'seed=7-9'];
    expect((await run(...from)).code).toBe(0);
    expect(
      linesOf('out/my-cat').map(({ job, input, parent, rows }) => [job === line.job, input, parent, rows]),
    ).toEqual([
      [true, { prompt, style: 'anime', seed: 7 }, null, ['sent/my cat.png']],
      [false, { prompt, style: 'anime', seed: 8 }, line.job, ['sent/my cat.png']],
      [false, { prompt, style: 'anime', seed: 9 }, line.job, ['sent/my cat.png']],
    ]);
    expect(paid() - before).toBe(3);

    const again = await run(...from);
    expect(again.stderr).toContain('Nothing to do: all 3 jobs in out/my-cat are done.');
    // Another file under that name is another plan.
    const other = await run('prompt=a dog', '-o', 'out/dog');
    expect(other.code).toBe(0);
    const [dog] = linesOf('out/dog') as [ManifestLine];
    copyFileSync(join(cwd, 'out/dog', dog.outputs[0]?.path as string), join(cwd, 'sent/my cat.png'));
    const changed = await plan(...from, '--json');
    expect(JSON.parse(changed.stdout)).toMatchObject({ new: 3, removed: 3, jobs: 3 });
  });

  test('adds the rows of files to those of an input, and gives each file seeds of its own', async () => {
    const { line, file } = await made('prompt=a cat', 'seed=7');
    writeFileSync(join(cwd, 'more.csv'), 'prompt,seed\na dog,1\n');
    const args = ['more.csv', '--from', file, '--from', file, 'style=anime'];
    const planned = await plan(...args, '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({
      dir: 'out/more',
      rows: 3,
      jobs: 2,
      identical_rows: 1,
    });
    expect((await run('--from', file, '--seeds', '2', '-o', 'out/seeds')).code).toBe(0);
    const seeds = linesOf('out/seeds').map(({ input, parent }) => [input.seed === 7, parent]);
    expect(seeds).toEqual([
      [false, line.job],
      [false, line.job],
    ]);
  });

  test('knows a file of a run folder by its ledger, if it holds no recipe', async () => {
    const { line, file } = await made('prompt=a cat', '--no-embed');
    const planned = await plan('--from', file, '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ jobs: 1, samples: [{ body: line.input }] });
    copyFileSync(join(cwd, file), join(cwd, 'alone.png'));
    const alone = await plan('--from', 'alone.png');
    expect([alone.code, alone.stderr]).toEqual([65, expect.stringContaining('alone.png contains no recipe')]);
  });

  test('takes from other programs what every model knows, to the letter', async () => {
    const text =
      'a fox, {{x}} @home\nNegative prompt: blurry, || text\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x512';
    writeFileSync(join(cwd, 'fox.png'), pngWith(text));
    expect((await run('--from', 'fox.png', 'seed=42,43')).code).toBe(0);
    expect(linesOf('out/fox').map(({ input, model, parent }) => [input, model, parent])).toEqual([
      [
        { prompt: 'a fox, {{x}} @home', negative_prompt: 'blurry, || text', seed: 42 },
        'ideogram/ideogram-v2/generate',
        null,
      ],
      [
        { prompt: 'a fox, {{x}} @home', negative_prompt: 'blurry, || text', seed: 43 },
        'ideogram/ideogram-v2/generate',
        null,
      ],
    ]);
    const model = 'google/nano-banana-2/text-to-image';
    const other = await plan('--from', 'fox.png', '-m', model, '--json');
    const told = JSON.parse(other.stdout) as { samples: { body: object }[]; warnings: { message: string }[] };
    expect(told.samples[0]?.body).not.toHaveProperty('negative_prompt');
    expect(told.warnings.map(({ message }) => message).join()).toContain('has no input "negative_prompt"');
  });

  test('says of every file what is wrong with it, before anything is sent', async () => {
    writeFileSync(join(cwd, 'plain.png'), pngWith('hello'));
    writeFileSync(join(cwd, 'notes.txt'), 'hello');
    const before = paid();
    const files = ['plain.png', 'notes.txt', 'none.png', '.'].flatMap((file) => ['--from', file]);
    const refused = await run(...files);
    expect(refused.code).toBe(65);
    const said = refused.stderr.trim().split('\n');
    expect(said.slice(-4)).toEqual([
      expect.stringMatching(/^notes\.txt contains no recipe; give a file/),
      expect.stringMatching(/^none\.png does not exist; give the path/),
      expect.stringMatching(/^\. is not a file; give the path/),
      expect.stringMatching(/errors$/),
    ]);
    expect(paid()).toBe(before);
  });
});

describe('a recipe with a file of the user’s', () => {
  const photo = pngWith('none');
  const model = ['-m', 'blackforestlabs/flux-1-kontext/pro/edit'];

  test('is made with the file that its run folder keeps, or with one that is given anew', async () => {
    writeFileSync(join(cwd, 'photo.png'), photo);
    const { line, file } = await made('prompt=make it night', 'image_url=@photo.png', ...model);
    expect((await run('--from', file, 'seed=1', '-o', 'out/second')).code).toBe(0);
    expect(linesOf('out/second')).toMatchObject([
      { state: 'done', parent: line.job, input: { ...line.input, seed: 1 } },
    ]);

    copyFileSync(join(cwd, file), join(cwd, 'alone.png'));
    const alone = await run('--from', 'alone.png', 'seed=2');
    expect(alone.code).toBe(65);
    expect(alone.stderr).toMatch(
      /^alone\.png image_url "@inputs\/[0-9a-f]+…" is a file that is not available; give it again as image_url=@photo\.png$/m,
    );
    const given = await run('--from', 'alone.png', 'seed=2', 'image_url=@photo.png');
    expect(given.code).toBe(0);
    expect(linesOf('out/alone')).toMatchObject([{ parent: line.job, input: { ...line.input, seed: 2 } }]);
  });
});

test('the command that makes a job again makes that job, by way of a shell and the program itself', async () => {
  const inputs: readonly JsonObject[] = [
    { prompt: 'it\'s 5" wide, -- or `so` $HOME\n\tand {{more}}', negative_prompt: '', seed: 0 },
    { prompt: '--yes', negative_prompt: '@photo.png', style: 'render_3D', expand_prompt: false },
    { prompt: '"quoted"', negative_prompt: '-', aspect_ratio: '16:9', seed: 2_147_483_647 },
  ];
  for (const input of inputs) {
    const command = commandAgain({ model: ideogramV2.id, input }, ideogramV2.id) as string;
    const script = `rcb() { printf '%s\\0' "$@"; }\n${command}\n`;
    const [, ...words] = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);
    const planned = JSON.parse((await plan(...words, '--json')).stdout) as {
      jobs: number;
      samples: unknown[];
    };
    expect([planned.jobs, planned.samples]).toEqual([1, [expect.objectContaining({ body: input })]]);
  }
});
