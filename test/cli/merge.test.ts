import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { until } from '../support/processes.ts';

let simulator: Simulator;
let cwd: string;

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  writeInput(20);
});
afterEach(() => simulator.close());

function writeInput(rows: number): void {
  const lines = Array.from({ length: rows }, (_, n) => `c${n},a cat ${n},${n % 7 === 0 ? 'random' : n}`);
  writeFileSync(join(cwd, 'cats.csv'), `id,prompt,seed\n${lines.join('\n')}\n`);
}

const at = () => ['--base-url', simulator.baseUrl];
const run = (...args: string[]) =>
  rcb(['run', 'cats.csv', '--name', '{n}-{slug}', '--no-view', ...at(), ...args], { cwd });
const merge = (...args: string[]) => rcb(['merge', ...args], { cwd });
const shards = (of: number) => Array.from({ length: of }, (_, n) => `out/cats-${n + 1}-of-${of}`);
async function steer(options: object): Promise<void> {
  const url = new URL('/_simulator/options', simulator.baseUrl);
  const { ok } = await fetch(url, { method: 'POST', body: JSON.stringify(options) });
  expect(ok).toBe(true);
}
const accepted = () => simulator.census().acceptedTotal;

/** Every file of a folder with its hash. */
function contents(dir: string): Readonly<Record<string, string>> {
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(filesBelow(join(cwd, dir)).map((path) => [path, hash(join(cwd, dir, path))]));
}

function filesMatch(dir: string): boolean {
  return manifestOf(join(cwd, dir)).every(({ outputs }) =>
    outputs.every(({ path, sha256 }) => {
      const place = join(cwd, dir, path);
      return existsSync(place) && createHash('sha256').update(readFileSync(place)).digest('hex') === sha256;
    }),
  );
}

test('shards that ran as processes of their own become the run that was planned, and nothing is paid again', async () => {
  const started = [1, 2, 3, 4, 5].map((n) =>
    startRcb(['run', 'cats.csv', '--name', '{n}-{slug}', '--shard', `${n}/5`, '--no-view', ...at()], { cwd }),
  );
  for (const { ended } of started) expect(await ended).toMatchObject({ code: 0 });
  expect(accepted()).toBe(20);
  // As artifacts travel: without hidden files, and not to be written to.
  for (const dir of shards(5)) {
    cpSync(join(cwd, dir), join(cwd, dir.replace('out/', 'artifacts/')), {
      recursive: true,
      filter: (path) => !/[/\\]\.[^/\\]+$/.test(path),
    });
  }
  rmSync(join(cwd, 'out'), { recursive: true });
  const before = contents('artifacts');
  chmodSync(join(cwd, 'artifacts', 'cats-1-of-5'), 0o555);

  const merged = await merge('artifacts/', '-o', 'out/cats', '--json');
  expect(merged).toMatchObject({ code: 0 });
  expect(JSON.parse(merged.stdout)).toMatchObject({
    ...{ dir: 'out/cats', jobs: 20, jobs_added: 20, files_added: 20, files_missing: 0, shards_missing: [] },
    states: { done: 20 },
  });
  chmodSync(join(cwd, 'artifacts', 'cats-1-of-5'), 0o755);
  expect(contents('artifacts')).toEqual(before);
  expect(filesMatch('out/cats')).toBe(true);
  expect(existsSync(join(cwd, 'out', 'cats', 'index.html'))).toBe(true);
  const lines = manifestOf(join(cwd, 'out', 'cats'));
  expect(lines.map(({ rows }) => rows[0])).toEqual(lines.map((_, n) => `cats.csv:${n + 2}`));
  expect(lines.map(({ outputs }) => outputs[0]?.path.slice(0, 8))).toEqual(
    lines.map((_, n) => `files/${String(n + 1).padStart(2, '0')}`),
  );

  const status = await rcb(['status', 'out/cats', '--json'], { cwd });
  expect(JSON.parse(status.stdout)).toMatchObject({ cost: 1.6 });
  expect((await rcb(['ls', 'out/cats'], { cwd })).stdout).toContain('c19');
  const whole = await run('-o', 'out/cats');
  expect(whole).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('all 20 jobs in out/cats are done'),
  });
  expect(accepted()).toBe(20);
  // The whole plan knows each job by the same path.
  expect(manifestOf(join(cwd, 'out', 'cats'))).toEqual(lines);
  expect(
    JSON.parse((await merge('artifacts/', '-o', 'out/cats', '--json', '--no-view')).stdout),
  ).toMatchObject({
    ...{ jobs: 20, jobs_added: 0, jobs_updated: 0, files_added: 0 },
  });
});

test('what is missing is named, and comes with a later merge', async () => {
  await run('--shard', '1/3');
  await run('--shard', '2/3');
  const first = await merge('out/cats-1-of-3', '-o', 'out/cats', '--no-view');
  expect(first).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Shards 2/3, 3/3 are in none of these folders'),
  });
  const second = await merge('out/cats-2-of-3', '-o', 'out/cats', '--no-view');
  expect(second).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Shard 3/3 is in none of these folders'),
  });
  const before = accepted();
  expect(await run('-o', 'out/cats')).toMatchObject({ code: 0 });
  expect(accepted()).toBe(20);
  expect(before).toBeLessThan(20);
});

test('of a job in two folders the better state wins, and both costs count', async () => {
  writeInput(3);
  expect((await run('-o', 'out/a')).code).toBe(0);
  expect((await run('-o', 'out/b')).code).toBe(0);
  await steer({ failRate: 1 });
  expect((await run('-o', 'out/failed')).code).toBe(1);
  await steer({ failRate: 0 });
  expect((await merge('out/failed', 'out/b', '-o', 'out/mended', '--no-view')).code).toBe(0);
  const mended = manifestOf(join(cwd, 'out/mended'));
  expect(mended.filter(({ attempts }) => attempts === 2).map(({ state }) => state)).toEqual(['done', 'done']);
  expect(mended.map(({ state }) => state).toSorted()).toEqual(['done', 'done', 'done', 'failed']);
  const merged = await merge('out/b', 'out/a', '-o', 'out/c', '--no-view', '--json');
  const costs = ['out/a', 'out/b'].map((dir) =>
    manifestOf(join(cwd, dir)).reduce((sum, { cost }) => sum + (cost ?? 0), 0),
  );
  const { states, cost, jobs_paid_twice } = JSON.parse(merged.stdout);
  expect(states.done).toBe(
    new Set(['out/a', 'out/b'].flatMap((dir) => manifestOf(join(cwd, dir)).map(({ job }) => job))).size,
  );
  expect(cost).toBeCloseTo(
    costs.reduce((sum, each) => sum + each, 0),
    6,
  );
  expect(jobs_paid_twice).toBeGreaterThan(0);
  expect(filesMatch('out/c')).toBe(true);
  // A copy of a folder is nothing new: its costs are those of the original.
  cpSync(join(cwd, 'out/a'), join(cwd, 'out/copy'), { recursive: true });
  const again = await merge('out/copy', '-o', 'out/c', '--no-view', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ cost, jobs_added: 0, jobs_updated: 0 });
});

test('files that are missing or damaged stay on record, and are fetched at no charge', async () => {
  await run('-o', 'out/a');
  const [first, second] = manifestOf(join(cwd, 'out/a')).map(({ outputs }) => outputs[0]?.path ?? '');
  rmSync(join(cwd, 'out/a', first ?? ''));
  const place = join(cwd, 'out/a', second ?? '');
  const bytes = readFileSync(place);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  writeFileSync(place, bytes);
  const merged = await merge('out/a', '-o', 'out/c', '--no-view');
  expect(merged).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('2 files are missing or damaged'),
  });
  expect(await rcb(['fetch', 'out/c', ...at()], { cwd })).toMatchObject({ code: 0 });
  expect(filesMatch('out/c')).toBe(true);
  expect(accepted()).toBe(20);
});

test('jobs of two plans that have one name get their ids, and none of them is overwritten', async () => {
  writeFileSync(join(cwd, 'dogs.csv'), 'id,prompt,seed\nd1,a dog 1,1\nd2,a dog 2,2\n');
  await run('-o', 'out/a', '--name', '{n}');
  await rcb(['run', 'dogs.csv', '-o', 'out/b', '--name', '{n}', '--no-view', ...at()], { cwd });
  const merged = await merge('out/a', 'out/b', '-o', 'out/c', '--no-view');
  expect(merged.code).toBe(0);
  expect(manifestOf(join(cwd, 'out/c'))).toHaveLength(22);
  expect(new Set(manifestOf(join(cwd, 'out/c')).map(({ outputs }) => outputs[0]?.path)).size).toBe(22);
  expect(filesMatch('out/c')).toBe(true);
});

test('folders that cannot be one are refused, and nothing is made', async () => {
  await run('-o', 'out/a');
  await run('-o', 'out/r', '--rehearse', '--limit', '2');
  const other = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  try {
    await rcb(['run', 'cats.csv', '-o', 'out/o', '--no-view', '--base-url', other.baseUrl], { cwd });
  } finally {
    await other.close();
  }
  const refused = async (...args: string[]) => {
    const { code, stderr } = await merge(...args);
    expect(code).toBe(64);
    return stderr;
  };
  expect(await refused('out/a', 'out/r-rehearsal', '-o', 'out/c')).toContain('is a rehearsal and');
  expect(await refused('out/a', 'out/o', '-o', 'out/c')).toContain('one folder cannot have both');
  expect(await refused('out/a', '-o', 'out/a')).toContain('merged into itself');
  expect(await refused('out/a')).toContain('Add -o DIR');
  expect(await refused('-o', 'out/c')).toContain('No folder to merge');
  expect(await refused('out', 'cats.csv', '-o', 'out/c')).toContain('is not a folder');
  expect(existsSync(join(cwd, 'out', 'c'))).toBe(false);
});

test('a folder in which a run is going on is refused, and its jobs in flight are collected after the merge', async () => {
  await steer({ latency: { kind: 'fixed', ms: 60_000 } });
  const going = startRcb(['run', 'cats.csv', '-o', 'out/a', '--no-view', '-j', '3', ...at()], { cwd });
  await going.said(/\b3 (?:running|queued|in flight)|submitted/).catch(() => {});
  expect(await merge('out/a', '-o', 'out/c')).toMatchObject({
    code: 73,
    stderr: expect.stringContaining('is in use by'),
  });
  going.kill('SIGKILL');
  await going.ended;
  const sent = accepted();
  await steer({ latency: { kind: 'fixed', ms: 0 } });
  expect((await merge('out/a', '-o', 'out/c', '--no-view')).code).toBe(0);
  const { stdout } = await rcb(['status', 'out/c', '--json'], { cwd });
  const { submitting } = JSON.parse(stdout).states ?? JSON.parse(stdout);
  expect(submitting ?? 0).toBe(0);
  expect(sent).toBeGreaterThan(0);
});

test('jobs in flight under several tokens are not put together unless the user means it', async () => {
  await steer({ latency: { kind: 'fixed', ms: 8_000 } });
  for (const n of [1, 2]) {
    const args = ['run', 'cats.csv', '--shard', `${n}/2`, '--no-view', '-j', '2', ...at()];
    const sent = accepted();
    const going = startRcb(args, { cwd, env: { RUNCOMFY_API_TOKEN: `token-of-account-${n}` } });
    await until(() => accepted() >= sent + 2);
    going.kill('SIGTERM');
    expect(await going.ended).toMatchObject({ code: 143 });
  }
  const both = ['merge', ...shards(2), '-o', 'out/cats', '--no-view'];
  const env = { RUNCOMFY_API_TOKEN: 'token-of-account-1' };
  expect(await merge(...both.slice(1))).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('without a token rcb cannot tell'),
  });
  expect(await rcb(both, { cwd, env })).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('2 jobs in out/cats-2-of-2 were submitted with another token than yours'),
  });
  expect(existsSync(join(cwd, 'out', 'cats'))).toBe(false);
  expect(await rcb([...both, '--this-account'], { cwd, env })).toMatchObject({ code: 0 });
  await steer({ latency: { kind: 'fixed', ms: 0 } });
  const paid = accepted();
  // What was in flight is collected, and only what nobody has submitted is.
  expect(await rcb(['run', 'cats.csv', '-o', 'out/cats', '--no-view', ...at()], { cwd, env })).toMatchObject({
    code: 0,
  });
  expect(accepted()).toBe(20);
  expect(paid).toBe(4);
});

test('a folder of an older program is merged as well, and stays as it is', async () => {
  cpSync(fileURLToPath(new URL('../fixtures/former-folder/run', import.meta.url)), join(cwd, 'old'), {
    recursive: true,
  });
  const before = contents('old');
  const merged = await merge('old', '-o', 'out/c', '--no-view', '--json');
  expect(merged.code).toBe(0);
  expect(contents('old')).toEqual(before);
  const { states } = JSON.parse(merged.stdout);
  expect(states).toMatchObject({ done: 3, failed: 2, pending: 3, unknown: 1 });
});
