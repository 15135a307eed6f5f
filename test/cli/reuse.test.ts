import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run as libraryRun } from '../../src/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, priceUsd: 0.08 });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
  table('cats', ['a cat', 'a wet cat', 'a cat in a hat']);
  table('more', ['a cat', 'a wet cat', 'a dog']);
});

function table(name: string, prompts: readonly string[]): void {
  writeFileSync(join(cwd, `${name}.csv`), `prompt\n${prompts.join('\n')}\n`);
}

const accepted = (): number => simulator.census().acceptedTotal;

function run(input: string, ...more: string[]): Promise<Ended> {
  const there = ['--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view', '--json'];
  return rcb(['run', `${input}.csv`, ...there, ...more], { cwd });
}

function eventsOf({ stdout }: Ended): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const reuseIn = (ended: Ended) => eventsOf(ended)[0]?.reuse as Record<string, unknown> | undefined;

function lineOf(dir: string, prompt: string) {
  const line = manifestOf(join(cwd, dir)).find(({ input }) => input.prompt === prompt);
  if (line === undefined) throw new Error(`No job of ${prompt}.`);
  return line;
}

const fileOf = (dir: string, prompt: string): string =>
  join(cwd, dir, lineOf(dir, prompt).outputs[0]?.path ?? '');

/** Each file with what tells whether it was written. */
function tracesOf(dir: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(dir).map((path) => {
      const { ino, mtimeMs, size } = statSync(join(dir, path));
      return [path, `${ino} ${mtimeMs} ${size}`];
    }),
  );
}

/** Changes the other folder's ledger, as whoever gave it away may have. */
function tamper(dir: string, sql: string): void {
  const db = new DatabaseSync(join(cwd, dir, 'manifest.db'));
  db.exec(sql);
  db.close();
}

describe('run --reuse', () => {
  test('takes what other folders have done for nothing, says so, and writes nothing there', async () => {
    await run('cats');
    const before = tracesOf(join(cwd, 'out/cats'));
    const paid = accepted();
    const plan = await rcb(['plan', 'more.csv', '--base-url', simulator.baseUrl, '--reuse', 'out'], { cwd });
    expect(plan.stdout).toContain('2 jobs are already done in out/cats: reused for $0, saves about $0.16');
    expect(plan.stdout).toContain('1 × $0.08');

    const ended = await run('more', '--reuse', 'out/');
    expect(ended.code).toBe(0);
    expect(reuseIn(ended)).toMatchObject({
      ...{ jobs: 2, saved_usd: 0.16, folders: [{ dir: 'out/cats', jobs: 2 }], other_account: 0, damaged: 0 },
    });
    expect(eventsOf(ended)[0]).toMatchObject({ new: 1, done: 0, jobs: 3, models: [{ to_submit: 1 }] });
    expect(accepted()).toBe(paid + 1);
    const { job } = lineOf('out/more', 'a cat');
    const from = { dir: '../cats', job };
    const told = eventsOf(ended).filter(({ reused_from }) => reused_from !== undefined);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'job', job, state: 'done', reused_from: from }),
    );
    expect(lineOf('out/more', 'a cat')).toMatchObject({
      state: 'done',
      cost: 0,
      attempts: 0,
      reused_from: from,
    });
    expect(lineOf('out/more', 'a dog').reused_from).toBeUndefined();
    expect(statSync(fileOf('out/more', 'a cat')).ino).toBe(statSync(fileOf('out/cats', 'a cat')).ino);
    expect(tracesOf(join(cwd, 'out/cats'))).toEqual(before);

    const shown = await rcb(['show', 'out/more', job], { cwd });
    expect(shown.stdout).toMatch(/reused from\s+\.\.\/cats/);
    const status = await rcb(['status', 'out/more', '--json'], { cwd });
    expect(JSON.parse(status.stdout)).toMatchObject({
      cost: 0.08,
      jobs_without_cost: 0,
      reused_from_folders: { jobs: 2, saved_usd: 0.16 },
    });

    // Neither needs the other any more.
    renameSync(join(cwd, 'out/more'), join(cwd, 'elsewhere'));
    rmSync(join(cwd, 'out/cats'), { recursive: true });
    const verified = await rcb(['fetch', 'elsewhere', '--verify', '--base-url', simulator.baseUrl], { cwd });
    expect(verified.code).toBe(0);
    expect(accepted()).toBe(paid + 1);
  });

  test('finishes where everything is done elsewhere, with its manifest written', async () => {
    await run('cats');
    const paid = accepted();
    const ended = await run('cats', '-o', 'out/again', '--reuse', 'out/cats');
    expect(ended.code).toBe(0);
    expect(accepted()).toBe(paid);
    expect(manifestOf(join(cwd, 'out/again')).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(eventsOf(ended).at(-1)).toMatchObject({ event: 'summary', exit_code: 0, counts: { done: 3 } });
  });

  test('leaves the other folder as it is when a file is repaired in either', async () => {
    await run('cats');
    await run('more', '--reuse', 'out');
    const [here, there] = [fileOf('out/more', 'a cat'), fileOf('out/cats', 'a cat')];
    const bytes = readFileSync(there);
    const verify = (dir: string) => rcb(['fetch', dir, '--verify', '--base-url', simulator.baseUrl], { cwd });
    for (const [broken, other, dir] of [
      [here, there, 'out/more'],
      [there, here, 'out/cats'],
    ] as const) {
      const { ino } = statSync(other);
      unlinkSync(broken);
      writeFileSync(broken, bytes.subarray(0, 100));
      const paid = accepted();
      expect((await verify(dir)).code).toBe(0);
      expect(accepted()).toBe(paid);
      expect(statSync(broken).ino).not.toBe(ino);
      expect(statSync(other).ino).toBe(ino);
      expect(readFileSync(other)).toEqual(bytes);
    }
  });

  test('submits what is missing or damaged there, with a warning', async () => {
    await run('cats');
    writeFileSync(fileOf('out/cats', 'a cat'), readFileSync(fileOf('out/cats', 'a cat')).fill(7));
    unlinkSync(fileOf('out/cats', 'a wet cat'));
    const paid = accepted();
    const ended = await run('more', '--reuse', 'out');
    expect(ended.code).toBe(0);
    expect(reuseIn(ended)).toMatchObject({ damaged: 1 });
    expect(accepted()).toBe(paid + 3);
    expect(ended.stderr).toContain('is not reused from out/cats');
    expect(readFileSync(join(cwd, 'out/more/run.log'), 'utf8')).toContain(
      'a file there is not what was saved',
    );
    for (const { state, reused_from } of manifestOf(join(cwd, 'out/more'))) {
      expect([state, reused_from]).toEqual(['done', undefined]);
    }
  });

  test('takes nothing from outside of a folder, whatever its ledger and its links say', async () => {
    await run('cats');
    const secret = join(cwd, 'secret.png');
    const whole = readFileSync(fileOf('out/cats', 'a cat'));
    writeFileSync(secret, whole);
    const path = lineOf('out/cats', 'a cat').outputs[0]?.path as string;
    const wet = lineOf('out/cats', 'a wet cat').outputs[0]?.path as string;
    tamper('out/cats', `UPDATE output SET path = '../../secret.png' WHERE path = '${path}'`);
    // A link in place of a file, with the very bytes.
    writeFileSync(join(cwd, 'wet.png'), readFileSync(join(cwd, 'out/cats', wet)));
    unlinkSync(join(cwd, 'out/cats', wet));
    symlinkSync(join(cwd, 'wet.png'), join(cwd, 'out/cats', wet));
    const paid = accepted();
    const ended = await run('more', '--reuse', 'out');
    expect(ended.code).toBe(0);
    expect(reuseIn(ended)).toMatchObject({ jobs: 0, damaged: 2 });
    expect(accepted()).toBe(paid + 3);
    expect(statSync(secret).nlink).toBe(1);
  });

  test('leaves out folders that cannot be read, and says so', async () => {
    await run('cats');
    mkdirSync(join(cwd, 'out/odd'));
    writeFileSync(join(cwd, 'out/odd/manifest.db'), 'this is no ledger');
    const ended = await run('more', '--reuse', 'out');
    expect(ended.code).toBe(0);
    expect(reuseIn(ended)).toMatchObject({
      jobs: 2,
      warnings: [expect.stringContaining('out/odd is not used')],
    });
    const nowhere = await run('more', '--reuse', 'nowhere');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      64,
      expect.stringContaining('"nowhere" is not a folder'),
    ]);
  });

  test('reads a folder that a run is working on', async () => {
    await run('cats');
    const ledger = openLedger(join(cwd, 'out/cats'));
    try {
      const paid = accepted();
      expect((await run('more', '--reuse', 'out')).code).toBe(0);
      expect(accepted()).toBe(paid + 1);
    } finally {
      await ledger.close();
    }
  });

  test('copies where another user could write the file', async () => {
    await run('cats');
    const source = fileOf('out/cats', 'a cat');
    chmodSync(source, 0o666);
    await run('more', '--reuse', 'out');
    const taken = fileOf('out/more', 'a cat');
    expect(statSync(taken).ino).not.toBe(statSync(source).ino);
    expect(readFileSync(taken)).toEqual(readFileSync(source));
    expect(statSync(taken).mode & 0o777).toBe(0o600);
  });

  test('is known to the library', async () => {
    await run('cats');
    const paid = accepted();
    const outcome = await libraryRun({
      ...{ rows: [{ prompt: 'a cat' }], out: join(cwd, 'out/lib'), baseUrl: simulator.baseUrl },
      policies: { reuse: [join(cwd, 'out')] },
    }).outcome;
    expect(outcome).toMatchObject({ type: 'ended', finished: true, counts: { done: 1 } });
    expect(accepted()).toBe(paid);
  });
});

describe('whose results are taken', () => {
  const tokens = { one: 'token-number-one-0000000000', two: 'token-number-two-0000000000' };
  const as = (token: string, input: string, ...more: string[]): Promise<Ended> => {
    const there = ['--base-url', simulator.baseUrl, '--no-view', '--json', ...more];
    return rcb(['run', `${input}.csv`, ...there], { cwd, env: { RUNCOMFY_API_TOKEN: token } });
  };

  test('those of the same token, and of others only with --reuse-any-account', async () => {
    await as(tokens.one, 'cats');
    const same = await as(tokens.one, 'more', '-o', 'out2/same', '--reuse', 'out');
    expect(reuseIn(same)).toMatchObject({ jobs: 2, other_account: 0 });
    const other = await as(tokens.two, 'more', '-o', 'out2/other', '--reuse', 'out', '--limit', '1');
    expect(reuseIn(other)).toMatchObject({ jobs: 0, other_account: 1 });
    expect(other.stderr).toContain('add --reuse-any-account to reuse it');
    expect((await run('more', '-o', 'out2/none', '--reuse', 'out')).stderr).toContain('--reuse-any-account');
    const told = await as(tokens.two, 'more', '-o', 'out2/told', '--reuse', 'out', '--reuse-any-account');
    expect(reuseIn(told)).toMatchObject({ jobs: 2, other_account: 0 });
  });

  test('never those of a rehearsal for real ones, of real ones for a rehearsal, or of another address', async () => {
    await run('cats');
    await rcb(['run', 'more.csv', '--rehearse', '--no-view'], { cwd });
    const all = ['--reuse', 'out', '--reuse-any-account'];
    const rehearsed = await rcb(
      ['run', 'cats.csv', '--rehearse', '-o', 'out/practice', '--no-view', '--json', ...all],
      { cwd },
    );
    expect(reuseIn(rehearsed)).toMatchObject({ jobs: 2, folders: [{ dir: 'out/more-rehearsal', jobs: 2 }] });
    const second = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
    try {
      const there = ['--base-url', second.baseUrl, '--no-view', '--json'];
      const ended = await rcb(['run', 'more.csv', ...there, ...all], { cwd });
      expect(reuseIn(ended)).toMatchObject({ jobs: 0, other_account: 0 });
      expect(second.census().acceptedTotal).toBe(3);
      // A folder that was continued elsewhere holds results of both.
      table('more', ['a cat', 'a wet cat', 'a dog', 'a fox']);
      await run('more');
      const paid = accepted();
      const mixed = await run('more', '-o', 'out2/last', '--reuse', 'out/more', '--reuse-any-account');
      expect(reuseIn(mixed)).toMatchObject({ jobs: 0, warnings: [expect.stringContaining('another API')] });
      expect(accepted()).toBe(paid + 4);
    } finally {
      await second.close();
    }
  });
});

describe('a reuse that is killed', () => {
  test('in the middle is taken up again, and nothing is paid for twice', async () => {
    table(
      'many',
      Array.from({ length: 450 }, (_, n) => `cat ${n}`),
    );
    await run('many', '-y', '-j', '64');
    const paid = accepted();
    const args = [
      'run',
      'many.csv',
      '-o',
      'out/again',
      '--reuse',
      'out/many',
      '--base-url',
      simulator.baseUrl,
    ];
    const killed = startRcb([...args, '--no-view', '--json', '-y'], { cwd });
    await killed.said('"reused_from"');
    killed.kill('SIGKILL');
    await killed.ended;
    const again = await rcb([...args, '--no-view', '-y'], { cwd });
    expect(again.code).toBe(0);
    expect(accepted()).toBe(paid);
    const lines = manifestOf(join(cwd, 'out/again'));
    expect(new Set(lines.map(({ state, reused_from }) => `${state} ${reused_from?.dir}`))).toEqual(
      new Set(['done ../many']),
    );
    expect(filesBelow(join(cwd, 'out/again')).filter((path) => path.endsWith('.part'))).toEqual([]);
  });
});
