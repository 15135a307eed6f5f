import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let run: Ended;
let cat: ManifestLine;
let file: string;

const fast = ['--poll', '0.1'];
const dir = () => join(cwd, 'out/cats');
const catLine = () => manifestOf(dir()).find(({ id }) => id === 'cat') as ManifestLine;
const api = () => ['--base-url', simulator.baseUrl];

beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 100 } });
  cwd = mkdtempSync(join(tmpdir(), 'rcb-recipe-'));
  writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,seed\ncat,"a purple cat, 猫",7\ndog,a dog,8\n');
  run = await rcb(['run', 'cats.csv', '--json', ...api(), ...fast], { cwd });
  cat = catLine();
  file = join(dir(), cat.outputs[0]?.path as string);
});
afterAll(async () => {
  await simulator.close();
  rmSync(cwd, { recursive: true });
});

function recipeOf({ job, model, input, rep, request_id }: ManifestLine) {
  return { job, model, input, rep, request_id };
}

describe('rcb run', () => {
  test('writes the recipe into each picture, where other programs find it', async () => {
    expect(run.code).toBe(0);
    const { comments } = await sharp(file).metadata();
    const told = comments?.find(({ keyword }) => keyword === 'parameters')?.text;
    expect(told).toBe(
      `a purple cat, 猫\nSeed: 7, Size: 512x512, Model: ideogram/ideogram-v2/generate, request_id: ${cat.request_id}, job: ${cat.job}, Version: runcomfy-batch 0.1.0`,
    );
    expect(filesBelow(join(dir(), 'files')).filter((path) => !path.endsWith('.png'))).toEqual([]);
  });

  test('tells the SHA-256 of the file and of what the server gave, in the manifest and in its events', () => {
    const [output] = cat.outputs;
    expect(output?.original_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(output?.original_sha256).not.toBe(output?.sha256);
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const done = events.find(({ job, state }) => job === cat.job && state === 'done');
    expect(done?.outputs).toEqual(cat.outputs);
  });
});

describe('rcb fetch', () => {
  test('finds files with recipes whole, and makes one that is gone byte for byte again', async () => {
    expect((await rcb(['fetch', dir(), '--verify', ...fast], { cwd })).stderr).toContain('all are intact');
    const before = readFileSync(file);
    rmSync(file);
    expect((await rcb(['fetch', dir(), ...fast], { cwd })).code).toBe(0);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(catLine().outputs).toEqual(cat.outputs);
  });

  test('leaves files as they came with --no-embed', async () => {
    rmSync(file);
    expect((await rcb(['fetch', dir(), '--no-embed', ...fast], { cwd })).code).toBe(0);
    const [output] = catLine().outputs;
    expect(output).toMatchObject({ sha256: cat.outputs[0]?.original_sha256, original_sha256: null });
    const shown = await rcb(['show', file], { cwd });
    expect(shown.stdout).toContain(`sha256 ${output?.sha256}`);
    expect(shown.stdout).not.toContain('as downloaded');
    rmSync(file);
    expect((await rcb(['fetch', dir(), ...fast], { cwd })).code).toBe(0);
    expect(catLine().outputs).toEqual(cat.outputs);
  });
});

test('rcb run, resume and retry take --no-embed', async () => {
  const own = workFolder();
  const words = ['prompt=a lone star', '-o', 'star', ...api(), ...fast];
  expect((await rcb(['run', ...words, '--no-embed'], { cwd: own })).code).toBe(0);
  expect(manifestOf(join(own, 'star'))[0]?.outputs).toMatchObject([{ original_sha256: null }]);
  for (const command of ['resume', 'retry']) {
    expect((await rcb([command, 'star', '--no-embed'], { cwd: own })).code).toBe(0);
  }
});

describe('rcb show', () => {
  function copied(): string {
    const copy = join(workFolder(), 'copied.png');
    copyFileSync(file, copy);
    return copy;
  }

  test('shows the job of a file in its run folder, with both hashes', async () => {
    const { stdout } = await rcb(['show', file], { cwd });
    expect(stdout).toContain(`${cat.job}  done`);
    expect(stdout).toContain(`as downloaded: sha256 ${cat.outputs[0]?.original_sha256}`);
  });

  test('shows the recipe of a file that was copied away, from the file alone', async () => {
    const { stdout, code } = await rcb(['show', copied()], { cwd: workFolder() });
    expect(code).toBe(0);
    expect(stdout).toBe(`${cat.job}  according to the file

  model         ideogram/ideogram-v2/generate
  request id    ${cat.request_id}

Input
  prompt        a purple cat, 猫
  seed          7

`);
    const json = await rcb(['show', copied(), '--json'], { cwd: workFolder() });
    expect(JSON.parse(json.stdout)).toEqual(recipeOf(cat));
  });

  test('shows the recipe of a file that the manifest above it does not know', async () => {
    const stray = join(dir(), 'files/stray.png');
    copyFileSync(file, stray);
    const { stdout } = await rcb(['show', stray, '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual(recipeOf(cat));
    rmSync(stray);
  });

  test('shows what another program says of its picture, and does not obey it', async () => {
    const made = join(workFolder(), 'theirs.jpg');
    const theirs = 'a \u001b[31mred cat\nSteps: 20, Seed: 3, Size: 8x8';
    const comment = Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(theirs, 'utf16le').swap16()]);
    const exif = Buffer.concat([
      Buffer.from(
        'Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x01\x92\x86\0\x07',
        'latin1',
      ),
      Buffer.from([0, 0, 0, comment.length, 0, 0, 0, 44, 0, 0, 0, 0]),
      comment,
    ]);
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
    writeFileSync(made, Buffer.concat([head, exif, plain.subarray(2)]));
    const { stdout } = await rcb(['show', made], { cwd });
    expect(stdout).toContain('made by another program');
    expect(stdout).toMatch(/prompt {8}a .*red cat/);
    expect(stdout).not.toContain('\u001b');
  });

  test.each([
    ['contains no recipe', () => join(cwd, 'cats.csv')],
    ['is a folder', () => cwd],
    ['There is no file', () => join(cwd, 'nowhere.png')],
  ])('says that a path %s', async (words, path) => {
    const { stderr, code } = await rcb(['show', path()], { cwd });
    expect(stderr).toContain(words);
    expect(code).toBe(64);
  });
});
