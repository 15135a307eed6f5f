import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openersIn } from '../../src/cli/browser.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, startRcb } from '../support/command-line.ts';

let cwd: string;
let lines: readonly ManifestLine[];

/** A program that writes down what it is called with, and which variables it sees. */
const recorder = `require('node:fs').appendFileSync('opened.txt', JSON.stringify({
  args: process.argv.slice(2), token: 'RUNCOMFY_API_TOKEN' in process.env }) + '\\n');`;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rcb-test-'));
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
  writeFileSync(join(cwd, 'recorder.cjs'), recorder);
  writeFileSync(join(cwd, 'cats.csv'), 'id,prompt\na,"one $(touch x) cat"\nb,two cats\nc,a refused cat\n');
  const run = ['run', 'cats.csv', '--base-url', simulator.baseUrl, '--poll', '0.05', '--limit', '2'];
  await startRcb([...run, '--no-view'], { cwd }).ended;
  await startRcb(
    [
      'run',
      'cats.csv',
      '-o',
      'out/cats',
      '--base-url',
      simulator.baseUrl,
      '--max-cost',
      '0.001',
      '--no-view',
    ],
    { cwd },
  ).ended;
  await simulator.close();
  lines = manifestOf(join(cwd, 'out/cats'));
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** With a BROWSER that records. */
async function opening(...words: string[]) {
  rmSync(join(cwd, 'opened.txt'), { force: true });
  const env = { BROWSER: `${process.execPath} recorder.cjs --new %s`, RUNCOMFY_API_TOKEN: 'secret-token' };
  const { code, stdout, stderr } = await startRcb(['open', ...words], { cwd, env }).ended;
  const record = join(cwd, 'opened.txt');
  const calls = existsSync(record)
    ? readFileSync(record, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  return { code, stdout, stderr, calls };
}

const urlOf = (path: string): string => pathToFileURL(join(cwd, path)).href;

describe('rcb open', () => {
  test('opens the files of jobs by id, by their row and by file, with BROWSER and without a token', async () => {
    const [first, second] = lines as [ManifestLine, ManifestLine];
    const [one, two] = [first, second].map(({ outputs }) => `out/cats/${outputs[0]?.path}`) as [
      string,
      string,
    ];
    const called = (path: string) => ({ args: ['--new', urlOf(path)], token: false });
    expect(await opening('out/cats', first.job.slice(0, 8))).toEqual({
      code: 0,
      stdout: `${one}\n`,
      stderr: '',
      calls: [called(one)],
    });
    expect((await opening('b', 'a')).calls).toEqual([called(two), called(one)]);
    expect((await opening(one)).calls).toEqual([called(one)]);
    expect((await opening('out/cats', first.outputs[0]?.path as string)).calls).toEqual([called(one)]);
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  });

  test('makes the page where it is missing or out of date, and not otherwise', async () => {
    const page = join(cwd, 'out/cats/index.html');
    expect(existsSync(page)).toBe(false);
    const once = await opening();
    expect(once).toMatchObject({ code: 0, stdout: 'out/cats/index.html\n', calls: [{ token: false }] });
    const before = statSync(page).mtimeMs;
    expect((await opening('out/cats')).calls[0].args[1]).toBe(urlOf('out/cats/index.html'));
    expect(statSync(page).mtimeMs).toBe(before);
    // A link is nothing that a run has made.
    rmSync(page);
    writeFileSync(join(cwd, 'elsewhere.html'), 'mine');
    symlinkSync(join(cwd, 'elsewhere.html'), page);
    await opening();
    expect(readFileSync(page, 'utf8')).toContain('<!doctype html>');
    expect(readFileSync(join(cwd, 'elsewhere.html'), 'utf8')).toBe('mine');
  });

  test('prints paths alone with --print, and where there is no display says so', async () => {
    const path = `out/cats/${lines[0]?.outputs[0]?.path}`;
    expect(await opening('a', '--print')).toEqual({ code: 0, stdout: `${path}\n`, stderr: '', calls: [] });
    const { code, stdout, stderr } = await startRcb(['open', 'a'], { cwd }).ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${path}\n`,
      stderr: `There is no display here. Open ${path} yourself.\n`,
    });
    const lost = await startRcb(['open', 'a'], { cwd, env: { BROWSER: 'no-such-program' } }).ended;
    expect(lost).toMatchObject({ code: 0, stdout: `${path}\n` });
    expect(lost.stderr).toBe(
      `Cannot open ${path} with no-such-program. Open it yourself, or set BROWSER to a program.\n`,
    );
  });

  test('says the state of a job that has no file, and what is unknown', async () => {
    const pending = await opening('c');
    expect(pending).toMatchObject({ code: 64, stdout: '', calls: [] });
    expect(pending.stderr).toMatch(/Job [0-9a-f]{16} is pending: it has not been submitted yet\./);
    expect(pending.stderr).toContain('rcb resume out/cats');
    expect((await opening('zzz')).stderr).toContain('No job in out/cats');
    expect((await opening('out/dogs')).code).toBe(64);
    expect((await opening('cats.csv')).stderr).toContain('cats.csv is not a file of a job.');
  });

  test('follows no path out of the folder, and hands over nothing that a system might run', async () => {
    const [first] = lines as [ManifestLine];
    const { path } = first.outputs[0] as { path: string };
    const file = join(cwd, 'out/cats', path);
    renameSync(file, `${file}.kept`);
    expect((await opening('a')).stderr).toContain('is missing.');
    writeFileSync(join(cwd, 'private.png'), 'secret');
    symlinkSync(join(cwd, 'private.png'), file);
    expect(await opening('a')).toMatchObject({ code: 64, calls: [] });
    rmSync(file);
    renameSync(`${file}.kept`, file);
    for (const evil of ['files/evil.desktop', 'files/evil.exe', '../../private.png']) {
      writeFileSync(join(cwd, 'out/cats', evil), 'x');
      const db = new DatabaseSync(join(cwd, 'out/cats/manifest.db'));
      db.prepare('UPDATE output SET path = ? WHERE path = ?').run(evil, path);
      const refused = await opening('a');
      db.prepare('UPDATE output SET path = ? WHERE path = ?').run(path, evil);
      db.close();
      expect(refused).toMatchObject({ code: 64, calls: [] });
    }
    expect((await opening('a')).code).toBe(0);
  });
});

test('the programs to open with are those of BROWSER, then that of the system', () => {
  const display = { DISPLAY: ':0' };
  expect(openersIn(display, 'linux')).toEqual([['xdg-open']]);
  expect(openersIn({ WAYLAND_DISPLAY: 'wayland-0', BROWSER: 'lynx:firefox -new-tab %s' }, 'linux')).toEqual([
    ['lynx'],
    ['firefox', '-new-tab', '%s'],
    ['xdg-open'],
  ]);
  expect(openersIn({}, 'linux')).toEqual([]);
  expect(openersIn({ ...display, BROWSER: 'none' }, 'linux')).toEqual([]);
  expect(openersIn({}, 'darwin')).toEqual([['open']]);
  expect(openersIn({ BROWSER: 'C:\\x.exe' }, 'win32')[0]).toEqual(['C:\\x.exe']);
});
