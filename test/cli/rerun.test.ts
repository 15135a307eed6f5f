import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const sweep = (styles: string): string =>
  `input: cats.csv\ndefaults: { negative_prompt: text }\naxes: { style: [${styles}] }\noutput: { dir: out }\n`;

/** A folder with a sweep of four jobs, all of them done. */
async function doneSweep(): Promise<{ readonly cwd: string; readonly args: readonly string[] }> {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed,Mood\na cat,1,calm\na dog,2,loud\n');
  writeFileSync(join(cwd, 'cats.yaml'), sweep('anime, realistic'));
  const args = ['cats.yaml', '--base-url', simulator.baseUrl];
  const run = await rcb(['run', ...args], { cwd });
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('All 4 jobs are done.') });
  return { cwd, args };
}

/** Each file with what tells whether it was written: which file it is, and when that was. */
function tracesOf(dir: string): Record<string, string> {
  const found = filesBelow(dir).map((path): [string, string] => {
    const { ino, mtimeMs, size } = statSync(join(dir, path));
    return [path, `${ino} ${mtimeMs} ${size}`];
  });
  return Object.fromEntries(found);
}

test('a rerun that has nothing to do writes no file, whatever the input was copied from', async () => {
  const { cwd, args } = await doneSweep();
  const before = tracesOf(join(cwd, 'out'));
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(['index.html', 'manifest.csv', 'manifest.db', 'manifest.jsonl']),
  );
  copyFileSync(join(cwd, 'cats.csv'), join(cwd, 'copy.csv'));
  copyFileSync(join(cwd, 'copy.csv'), join(cwd, 'cats.csv'));
  const again = await rcb(['run', ...args], { cwd });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do: all 4 jobs') });
  expect(tracesOf(join(cwd, 'out'))).toEqual(before);
});

test.each([
  ['are missing', (path: string) => rmSync(path)],
  [
    'were written before the last run, which was killed before it could',
    (path: string) => {
      writeFileSync(path, 'of an earlier run');
      utimesSync(path, 0, 0);
    },
  ],
])('a rerun that has nothing to do writes the manifests where they %s', async (_, spoil) => {
  const { cwd, args } = await doneSweep();
  const manifests = ['manifest.jsonl', 'manifest.csv'].map((name) => join(cwd, 'out', name));
  const right = manifests.map((path) => readFileSync(path, 'utf8'));
  for (const [index, path] of manifests.entries()) {
    spoil(path);
    expect((await rcb(['run', ...args], { cwd })).stderr).toContain('Nothing to do: all 4 jobs');
    expect(readFileSync(path, 'utf8')).toBe(right[index]);
  }
});

// The smallest PNG that its readers call whole.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const edits: readonly (readonly [string, (cwd: string) => readonly string[], object])[] = [
  [
    'a row of the file that the sweep names',
    (cwd) => {
      writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed,Mood\na cat,1,calm\na wet dog,2,loud\n');
      return [];
    },
    { jobs: 4, new: 2, changed: 2, done: 2, removed: 2 },
  ],
  [
    'an axis of the sweep',
    (cwd) => {
      writeFileSync(join(cwd, 'cats.yaml'), sweep('anime, realistic, render_3D'));
      return [];
    },
    { jobs: 6, new: 2, done: 4, removed: 0 },
  ],
  ['a word', () => ['expand_prompt=false'], { jobs: 4, new: 4, done: 0, removed: 4 }],
  ['how often each is made', () => ['--repeat', '2'], { jobs: 8, new: 4, done: 4, removed: 0 }],
  ['what a column means', () => ['--map', 'Mood=negative_prompt'], { jobs: 4, new: 4, removed: 4 }],
  ['how many are asked for', () => ['--limit', '3'], { jobs: 3, new: 0, done: 3, removed: 1 }],
];

test.each(edits)('a rerun notices an edit of %s', async (_what, edit, difference) => {
  const { cwd, args } = await doneSweep();
  const plan = async (more: readonly string[]) =>
    JSON.parse((await rcb(['plan', ...args, ...more, '--json'], { cwd })).stdout) as object;
  expect(await plan([])).toMatchObject({ jobs: 4, new: 0, done: 4, removed: 0 });
  expect(await plan(edit(cwd))).toMatchObject(difference);
});

test('a rerun notices an edit of a file that jobs send, of which no input tells', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'photo.png'), png);
  const night = ['prompt=make it night', 'image_url=@./photo.png', '-o', 'out'];
  const args = [...night, '-m', 'blackforestlabs/flux-1-kontext/pro/edit', '--base-url', simulator.baseUrl];
  expect((await rcb(['run', ...args], { cwd })).code).toBe(0);
  const plan = async () => JSON.parse((await rcb(['plan', ...args, '--json'], { cwd })).stdout) as object;
  expect(await plan()).toMatchObject({ jobs: 1, new: 0, done: 1 });
  writeFileSync(join(cwd, 'photo.png'), Buffer.concat([png, Buffer.from('x')]));
  expect(await plan()).toMatchObject({ jobs: 1, new: 1, done: 0, removed: 1 });
});

test.each([
  ['a byte', () => {}],
  ['a table', (ledger: DatabaseSync) => ledger.exec('PRAGMA journal_mode = WAL')],
])(
  'a folder whose first run was killed before its ledger had %s is finished by the next',
  async (_, begin) => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    mkdirSync(join(cwd, 'out/cats'), { recursive: true });
    writeFileSync(join(cwd, 'out/cats/.lock'), '');
    const ledger = new DatabaseSync(join(cwd, 'out/cats/manifest.db'));
    begin(ledger);
    ledger.close();
    const run = await rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('The job is done.') });
  },
);
