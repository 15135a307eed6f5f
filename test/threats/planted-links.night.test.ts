import { spawn } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { main, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  args = ['run', 'cats.csv', '-o', 'cats', '-y', '--base-url', simulator.baseUrl];
  mkdirSync(join(cwd, 'cats'));
  mkdirSync(join(cwd, 'victim'));
});
afterEach(() => simulator.close());

const victims = (): string[] => readdirSync(join(cwd, 'victim'));
const victim = (name: string): string => join(cwd, 'victim', name);
const planted = (name: string): string => join(cwd, 'cats', name);

const smallFiles = [
  '.lock',
  '.lock.pid',
  '.reserve',
  'run.log',
  'index.html',
  'manifest.jsonl',
  'manifest.jsonl.part',
  'manifest.csv',
  'manifest.csv.part',
];

describe('links planted in a run folder', () => {
  test.each(smallFiles)('lead no writer out of it: %s', async (name) => {
    writeFileSync(victim('there'), 'untouched');
    symlinkSync(victim('there'), planted(name));
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(victim('there'), 'utf8')).toBe('untouched');
    rmSync(planted(name), { force: true });
    symlinkSync(victim('absent'), planted(name));
    writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\na cat,3\n');
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    expect(victims()).toEqual(['there']);
  });

  test('lead no writer of thumbnails and their notes out of it', async () => {
    symlinkSync(victim('.'), planted('thumbs'));
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    expect(victims()).toEqual([]);
    rmSync(planted('thumbs'), { recursive: true });
    mkdirSync(planted('thumbs'));
    symlinkSync(victim('notes'), join(planted('thumbs'), 'flat.jsonl'));
    expect(await rcb(['view', 'cats'], { cwd })).toMatchObject({ code: 0 });
    expect(victims()).toEqual([]);
  });

  test('lead no contact sheet out of it', async () => {
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    symlinkSync(victim('.'), planted('sheets'));
    expect(await rcb(['sheet', 'cats', '--x', 'seed'], { cwd })).toMatchObject({ code: 0 });
    expect(victims()).toEqual([]);
    expect(readdirSync(planted('sheets'))).toHaveLength(1);
  });

  test('lead no rehearsal out of it', async () => {
    mkdirSync(join(cwd, 'cats-rehearsal'));
    symlinkSync(victim('journal'), join(cwd, 'cats-rehearsal', 'simulator.jsonl'));
    expect(await rcb(['run', 'cats.csv', '-o', 'cats', '--rehearse'], { cwd })).toMatchObject({ code: 0 });
    expect(victims()).toEqual([]);
  });

  test('lead no kept input out of it', async () => {
    writeFileSync(join(cwd, 'photo.png'), png);
    const edit = ['run', 'prompt=make it night', 'image_url=@./photo.png', '-o', 'cats', '-y'];
    edit.push('-m', 'blackforestlabs/flux-1-kontext/pro/edit', '--base-url', simulator.baseUrl);
    symlinkSync(victim('.'), planted('inputs'));
    expect(await rcb(edit, { cwd })).toMatchObject({ code: 73 });
    expect(victims()).toEqual([]);
    rmSync(planted('inputs'));
    expect(await rcb(edit, { cwd })).toMatchObject({ code: 0 });
  });

  test.each(['', '-wal', '-shm'])('do not stand in for the ledger: manifest.db%s', async (side) => {
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    if (side === '') {
      writeFileSync(victim('db'), readFileSync(planted('manifest.db')));
      rmSync(planted('manifest.db'));
    }
    symlinkSync(victim(side === '' ? 'db' : 'side'), planted(`manifest.db${side}`));
    const before = victims();
    for (const command of [args, ['resume', 'cats'], ['status', 'cats'], ['fetch', 'cats']]) {
      const refused = await rcb(command, { cwd });
      expect(refused.code).toBe(73);
      expect(refused.stderr).toContain(`cats/manifest.db${side} is a link`);
    }
    expect(victims()).toEqual(before);
  });

  test('that share a file by another name leave that one as it is', async () => {
    writeFileSync(victim('log'), 'untouched\n');
    linkSync(victim('log'), planted('notes.txt'));
    linkSync(victim('log'), planted('.reserve'));
    linkSync(victim('log'), planted('.lock.pid'));
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    rmSync(planted('run.log'));
    linkSync(victim('log'), planted('run.log'));
    writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\na cat,3\n');
    expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(victim('log'), 'utf8')).toBe('untouched\n');
    expect(readFileSync(planted('run.log'), 'utf8')).toMatch(/^untouched\n\{/);
  });
});

// The smallest PNG that its readers call whole.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Runs the program under a umask that takes nothing away. */
function openly(words: readonly string[]): Promise<number | null> {
  const shell = `umask 000; exec "$@"`;
  const child = spawn('sh', ['-c', shell, 'sh', process.execPath, main, ...words], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd },
    stdio: 'ignore',
  });
  return new Promise((resolve) => void child.on('close', resolve));
}

const modeOf = (name: string): string => (statSync(planted(name)).mode & 0o777).toString(8);

test.skipIf(process.platform === 'win32')('a run folder is private whatever the umask is', async () => {
  rmSync(join(cwd, 'cats'), { recursive: true });
  expect(await openly(args)).toBe(0);
  for (const folder of ['.', 'files', 'thumbs']) expect([folder, modeOf(folder)]).toEqual([folder, '700']);
  for (const file of ['index.html', 'manifest.jsonl', 'manifest.csv', 'run.log', 'manifest.db']) {
    expect([file, modeOf(file)]).toEqual([file, '600']);
  }
});

test.each(['a', 'a/b', './a', 'a/', '../x'])(
  'a folder may have a name of one letter: -o %s',
  async (name) => {
    const inner = join(cwd, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'cats.csv'), 'prompt,seed\na cat,1\n');
    const words = ['run', 'cats.csv', '-o', name, '--base-url', simulator.baseUrl];
    expect(await rcb(words, { cwd: inner })).toMatchObject({ code: 0 });
    expect(statSync(join(inner, name, 'manifest.db')).isFile()).toBe(true);
  },
);
