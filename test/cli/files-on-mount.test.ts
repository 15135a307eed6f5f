import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const submitted = (): number => simulator.census().acceptedTotal;

function mounted(mount = workFolder(), last = '{run}', rows = 3) {
  const cwd = workFolder();
  const prompts = Array.from({ length: rows }, (_, seed) => `a cat #${seed} é,${seed}\n`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${prompts.join('')}`);
  const at = ['--base-url', simulator.baseUrl];
  const args = ['run', 'cats.csv', ...at, '--yes', '--no-view', '--retries', '1'];
  const files = ['--files', join(mount, last)];
  return { cwd, mount, at, args: [...args, ...files], without: args, files, dir: join(cwd, 'out/cats') };
}

const outputsOf = (dir: string) => manifestOf(dir).flatMap(({ outputs }) => outputs);

function expectCopies(dir: string, root: string, jobs = 3): void {
  const outputs = outputsOf(dir);
  expect(outputs).toHaveLength(jobs);
  for (const { path, object, sha256: hash } of outputs) {
    expect(object).toBe(pathToFileURL(join(root, path)).href);
    expect(sha256(readFileSync(join(root, path)))).toBe(hash);
    expect(sha256(readFileSync(join(dir, path)))).toBe(hash);
  }
  const here = filesBelow(root).filter((path) => !path.endsWith('.rcb-run'));
  expect(here.toSorted()).toEqual(outputs.map(({ path }) => path).toSorted());
}

test('a job is done when its files are on the mount, in private folders, each with the bytes of the manifest', async () => {
  const { cwd, mount, args, dir, at } = mounted();
  const run = await rcb(args, { cwd });
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('All 3 jobs are done.') });
  const root = join(mount, 'cats');
  expectCopies(dir, root);
  for (const folder of ['', 'files']) expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
  expect(filesBelow(dir)).not.toContain('.unput.jsonl');
  const status = await rcb(['status', 'out/cats', '--json'], { cwd });
  expect(JSON.parse(status.stdout)).toMatchObject({ files_in: pathToFileURL(root).href });
  // Nothing is left to be done, and the place is kept.
  rmSync(root, { recursive: true });
  expect(await rcb(['resume', 'out/cats', ...at], { cwd })).toMatchObject({ code: 0 });
  expect(existsSync(root)).toBe(false);
});

test.each([
  ['results/cats', 64, 'neither a bucket nor an absolute path'],
  ['file:results', 64, 'not an absolute file: URL'],
  ['file://nas/results', 64, 'names another machine'],
])('nothing is submitted with --files %s', async (files, code, words) => {
  const { cwd, without } = mounted();
  const before = submitted();
  const run = await rcb([...without, '--files', files], { cwd });
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(words) });
  expect(submitted()).toBe(before);
});

const wrong: readonly (readonly [string, string, (mount: string, dir: string) => void])[] = [
  ['whose folder is not there', 'is it mounted?', (mount) => rmSync(mount, { recursive: true })],
  ['that is a file', 'it is no folder', (mount) => writeFileSync(join(mount, 'cats'), '')],
  ['that is a link', 'it is no folder', (mount) => symlinkSync(dirname(mount), join(mount, 'cats'))],
  [
    'that has the mark of another run',
    'holds the files of another run',
    (mount) => {
      mkdirSync(join(mount, 'cats'));
      writeFileSync(join(mount, 'cats/.rcb-run'), '{"run":"0"}\n');
    },
  ],
  [
    'whose mark is a link',
    'is in the way',
    (mount) => {
      mkdirSync(join(mount, 'cats'));
      symlinkSync('/etc/hostname', join(mount, 'cats/.rcb-run'));
    },
  ],
  ['in a run folder', 'it lies in a run folder', (mount) => writeFileSync(join(mount, 'manifest.db'), '')],
];

test.each(wrong)('nothing is submitted with a place %s', async (_, words, spoil) => {
  const { cwd, mount, args, dir } = mounted();
  spoil(mount, dir);
  const before = submitted();
  const run = await rcb(args, { cwd });
  expect(run).toMatchObject({ code: 73, stderr: expect.stringContaining(words) });
  expect(submitted()).toBe(before);
});

test('another file under the name of one stays, and its job waits', async () => {
  const first = mounted();
  await rcb(first.args, first);
  const [{ path = '' } = {}] = outputsOf(first.dir);
  const second = mounted();
  const place = join(second.mount, 'cats', path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, 'of somebody else');
  const run = await rcb(second.args, second);
  expect(run).toMatchObject({ code: 75, stderr: expect.stringContaining('is another file, which stays') });
  expect(readFileSync(place, 'utf8')).toBe('of somebody else');
  rmSync(place);
  const [before, { calls }] = [submitted(), simulator.census()];
  expect(await rcb(second.args, second)).toMatchObject({ code: 0 });
  expect(submitted()).toBe(before);
  expect(simulator.census().calls).toEqual(calls);
  expectCopies(second.dir, join(second.mount, 'cats'));
});

test('a link below the mount is not followed', async () => {
  const { cwd, mount, args } = mounted();
  const elsewhere = workFolder();
  mkdirSync(join(mount, 'cats'));
  symlinkSync(elsewhere, join(mount, 'cats/files'));
  const run = await rcb(args, { cwd });
  expect(run).toMatchObject({ code: 73, stderr: expect.stringContaining('is a link there') });
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('a mount that is gone is not taken for an empty one, before a run and during it', async () => {
  const { cwd, mount, args, without, files, dir, at } = mounted(workFolder(), '');
  expect(await rcb(without, { cwd })).toMatchObject({ code: 0 });
  expect(await rcb([...without, ...files], { cwd })).toMatchObject({ code: 0 });
  expectCopies(dir, mount);
  const away = `${mount}-away`;
  renameSync(mount, away);
  mkdirSync(mount);
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\nan owl,9\n');
  const before = submitted();
  const run = await rcb(args, { cwd });
  expect(run).toMatchObject({ code: 73, stderr: expect.stringContaining('it is not mounted') });
  expect(submitted()).toBe(before);
  const verified = await rcb(['fetch', 'out/cats', '--verify', ...at, '--retries', '1'], { cwd });
  expect(verified).toMatchObject({ code: 73, stderr: expect.stringContaining('it is not mounted') });
  expect(readdirSync(mount)).toEqual([]);
  rmSync(mount, { recursive: true });
  renameSync(away, mount);
  expect(await rcb(args, { cwd })).toMatchObject({ code: 0 });
  expect(submitted()).toBe(before + 1);
});

test('a mount that goes away in the middle leaves the jobs to a later run, which neither pays nor downloads again', async () => {
  const slow = await startSimulator({ latency: { kind: 'fixed', ms: 2_000 } });
  const { cwd, mount, args, dir } = mounted();
  const words = args.map((each) => (each === simulator.baseUrl ? slow.baseUrl : each));
  const root = join(mount, 'cats');
  const run = startRcb([...words, '--outage', '1', '--json'], { cwd });
  await run.said(/("state":"queued".*){3}/s);
  const mark = readFileSync(join(root, '.rcb-run'), 'utf8');
  rmSync(join(root, '.rcb-run'));
  const ended = await run.ended;
  expect(ended.code).toBe(75);
  expect(`${ended.stdout}${ended.stderr}`).toContain('it is not mounted');
  writeFileSync(join(root, '.rcb-run'), mark);
  const { calls, acceptedTotal } = slow.census();
  expect(await rcb(words, { cwd })).toMatchObject({ code: 0 });
  expect(slow.census().acceptedTotal).toBe(acceptedTotal);
  expect(slow.census().calls.file).toEqual(calls.file);
  expectCopies(dir, root);
  await slow.close();
});

test('files that are missing here come from the mount, and those missing there are put again', async () => {
  const { cwd, mount, args, dir, at } = mounted();
  await rcb(args, { cwd });
  const root = join(mount, 'cats');
  const [first, second] = outputsOf(dir).map(({ path }) => path) as [string, string];
  const { calls } = simulator.census();
  rmSync(join(dir, first));
  expect(await rcb(['fetch', 'out/cats', ...at], { cwd })).toMatchObject({ code: 0 });
  rmSync(join(root, second));
  const verify = ['fetch', 'out/cats', '--verify', ...at];
  const verified = await rcb(verify, { cwd });
  expect(verified).toMatchObject({ code: 0, stderr: expect.stringContaining('is no longer there.') });
  expect(await rcb(verify, { cwd })).toMatchObject({ stderr: expect.stringContaining('all are intact') });
  expectCopies(dir, root);
  expect(simulator.census().calls).toEqual(calls);
  // What was changed there stays.
  writeFileSync(join(root, second), 'other');
  expect(await rcb(verify, { cwd })).toMatchObject({ code: 75 });
  expect(readFileSync(join(root, second), 'utf8')).toBe('other');
});

test.each([/\.part$/, /\.png$/])(
  'a run that is killed when it has made %s there ends whole',
  async (name) => {
    const own = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
    const { cwd, mount, args, dir } = mounted(workFolder(), '{run}', 12);
    const words = args.map((each) => (each === simulator.baseUrl ? own.baseUrl : each));
    const folder = join(mount, 'cats');
    mkdirSync(folder, { recursive: true });
    let kills = 0;
    for (let round = 0; ; round += 1) {
      const run = startRcb([...words, '-j', '1'], { cwd });
      const watcher = watch(folder, { recursive: true }, (_, file) => {
        if (round < 3 && name.test(String(file))) run.kill('SIGKILL');
      });
      const ended = await run.ended;
      watcher.close();
      if (ended.signal === null) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    expect(own.census().doubled).toEqual([]);
    // A submission that was under way when the run was killed is held.
    const lines = manifestOf(dir);
    const unknown = lines.filter(({ state }) => state === 'unknown').length;
    expect(lines.filter(({ state }) => state === 'done')).toHaveLength(12 - unknown);
    expectCopies(dir, join(mount, 'cats'), 12 - unknown);
    await own.close();
  },
);
