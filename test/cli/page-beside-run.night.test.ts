import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, type Started, startRcb, workFolder } from '../support/command-line.ts';
import { countsOf, linesOf } from '../support/folder-lines.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { pageOf } from '../support/page-reading.ts';
import {
  childrenOf,
  isAlive,
  listensForInterrupt,
  nicenessOf,
  tracesOf,
  until,
} from '../support/processes.ts';

let clock: HeldClock;
let simulator: Simulator;
let cwd: string;
let dir: string;
let args: string[];

beforeEach(async () => {
  clock = heldClock();
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,Mood\na,one cat,calm\nb,two cats,\nc,three cats,wild\n');
  args = ['run', 'cats.csv', 'seed=1-2', '--base-url', simulator.baseUrl, '--poll', '0.1'];
});
afterEach(() => simulator.close());

const page = () => join(dir, 'index.html');

/** Starts a run whose first job is done and whose others take as long as the test holds the clock. */
async function halfway(...more: string[]): Promise<{ run: Started; builder: number }> {
  clock.hold();
  simulator.setOptions({ latency: { kind: 'fixed', ms: 0 } });
  const run = startRcb([...args, '--json', '-j', '1', ...more], { cwd });
  await run.said('"state":"queued"');
  simulator.setOptions({ latency: { kind: 'fixed', ms: 50 } });
  await run.said('"state":"done"');
  return { run, builder: await builderOf(run) };
}

/** The process that makes the page of a run, once it is one of its own and no longer a copy of the run's. */
async function builderOf({ pid }: Started): Promise<number> {
  const found = () =>
    childrenOf(pid).find(
      (child) => tracesOf(child).startsWith(`${process.execPath}\0`) && tracesOf(child).includes('__view'),
    );
  await until(() => found() !== undefined);
  return found() as number;
}

describe('a run', () => {
  test('writes the page of all its jobs with a thumbnail each, and says where it is', async () => {
    const run = await rcb([...args, '--json'], { cwd });
    expect(run.stderr).toContain('  page       out/cats/index.html\n');
    expect(JSON.parse(run.stdout.trimEnd().split('\n').at(-1) as string)).toMatchObject({
      event: 'summary',
      page: 'out/cats/index.html',
    });
    const { title, head, jobs } = pageOf(dir);
    expect(title).toBe('cats – runcomfy-batch');
    expect(head).toMatchObject({ name: 'cats', dir: 'out/cats', isRunning: false, jobCount: 6 });
    expect(head.axes).toEqual([{ name: 'seed', values: [1, 2] }]);
    const lines = manifestOf(dir);
    expect(
      jobs.map(({ job, name, input, tags, axes, requestId, costUsd, state, isPlanned }) => [
        job,
        name,
        input,
        tags,
        axes,
        requestId,
        costUsd,
        state,
        isPlanned,
      ]),
    ).toEqual(
      lines.map(({ job, id, input, tags, axes, request_id, cost }) => [
        job,
        id,
        input,
        tags,
        axes,
        request_id,
        cost,
        'done',
        true,
      ]),
    );
    expect(jobs.map(({ doneAt }) => new Date(doneAt as number).toISOString())).toEqual(
      lines.map(({ done_at }) => done_at),
    );
    for (const [at, { outputs }] of jobs.entries()) {
      const file = lines[at]?.outputs[0];
      expect(outputs).toEqual([
        {
          path: file?.path,
          bytes: file?.bytes,
          mime: 'image/png',
          width: file?.width,
          height: file?.height,
          thumb: `thumbs/${file?.original_sha256?.slice(0, 16)}.jpg`,
        },
      ]);
      expect(existsSync(join(dir, outputs[0]?.thumb as string))).toBe(true);
    }
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('writes neither page nor thumbnails under --no-view, and names none', async () => {
    const run = await rcb([...args, '--no-view', '--json'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stderr).not.toContain('index.html');
    expect(run.stdout).toContain('"page":null');
    expect([existsSync(page()), existsSync(join(dir, 'thumbs'))]).toEqual([false, false]);
  });

  test('shows what is there while it goes on, by a process of low priority', async () => {
    const { run, builder } = await halfway();
    await until(() => existsSync(page()));
    const early = pageOf(dir);
    expect(early.head).toMatchObject({ isRunning: true, jobCount: 6 });
    expect(early.jobs.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(nicenessOf(builder)).toBe(10);
    expect(tracesOf(builder)).toContain('__view');
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again');
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    await until(() => !isAlive(builder));
  });

  test('that goes on for a while has all of it on its page at the end, and no process left', async () => {
    const { run, builder } = await halfway();
    await until(() => existsSync(page()));
    expect(pageOf(dir).jobs.filter(({ state }) => state === 'done')).toHaveLength(1);
    clock.release();
    expect((await run.ended).code).toBe(0);
    expect(isAlive(builder)).toBe(false);
    const { head, jobs } = pageOf(dir);
    expect(head.isRunning).toBe(false);
    expect(jobs.map(({ state, outputs }) => [state, outputs[0]?.thumb !== null])).toEqual(
      Array(6).fill(['done', true]),
    );
  });

  test('that was planned anew keeps on its page, last, what has left the plan', async () => {
    await rcb(args, { cwd });
    await rcb(
      args.map((word) => word.replace('seed=1-2', 'seed=2-3')),
      { cwd },
    );
    const { head, jobs } = pageOf(dir);
    expect(head.jobCount).toBe(9);
    expect(jobs.map(({ input, isPlanned }) => [input.seed, isPlanned])).toEqual([
      ...[2, 2, 2, 3, 3, 3].map((seed) => [seed, true]),
      ...[1, 1, 1].map((seed) => [seed, false]),
    ]);
  });

  test('with nothing to do leaves a page that is newer than the ledger, and makes one that is missing', async () => {
    await rcb(args, { cwd });
    const { mtimeMs } = statSync(page());
    const again = await rcb(args, { cwd });
    expect(again.stderr).toBe('Nothing to do: all 6 jobs in out/cats are done.\n');
    expect(statSync(page()).mtimeMs).toBe(mtimeMs);
    rmSync(page());
    rmSync(join(dir, 'thumbs'), { recursive: true });
    expect((await rcb(args, { cwd })).code).toBe(0);
    expect(pageOf(dir).jobs).toHaveLength(6);
    expect(readdirSync(join(dir, 'thumbs'))).toHaveLength(6);
  });
});

test('a run that goes on makes only the thumbnails that are missing', async () => {
  await rcb(args, { cwd });
  const thumbs = () =>
    readdirSync(join(dir, 'thumbs')).map((name) => statSync(join(dir, 'thumbs', name)).ino);
  const before = thumbs();
  await rcb(
    args.map((word) => word.replace('seed=1-2', 'seed=1-3')),
    { cwd },
  );
  expect(thumbs()).toHaveLength(9);
  expect(thumbs()).toEqual(expect.arrayContaining(before));
});

describe('the builder of the page', () => {
  test('ends when its run is killed, and does not hold the folder', async () => {
    const { run, builder } = await halfway();
    run.kill('SIGKILL');
    expect((await run.ended).signal).toBe('SIGKILL');
    await until(() => !isAlive(builder));
    const left = await rcb(['resume', 'out/cats', '--max-duration', '0s', '-y', '--job-timeout', '1s'], {
      cwd,
    });
    expect(left.stderr).not.toContain('in use');
  });

  test('that is killed costs nothing but time: another one makes the last page', async () => {
    const { run, builder } = await halfway();
    process.kill(builder, 'SIGKILL');
    clock.release();
    const { code, stderr } = await run.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain('The page was not made');
    const { jobs } = pageOf(dir);
    expect(jobs.map(({ outputs }) => outputs[0]?.thumb)).toEqual(
      Array(6).fill(expect.stringMatching(/^thumbs\//)),
    );
  });

  test('that fails changes no exit code and is told in one line', async () => {
    mkdirSync(page(), { recursive: true });
    const run = await rcb([...args, '-q'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^The page is incomplete: .*exit code 73\. To build it: rcb view out\/cats\n$/,
    );
    expect(manifestOf(dir).map(({ state }) => state)).toEqual(Array(6).fill('done'));
  });

  test.each([['SIGINT'], ['SIGTERM']] as const)(
    'that hangs when the run has ended is waited for no longer after %s',
    async (signal) => {
      const { run, builder } = await halfway();
      await until(() => existsSync(page()));
      process.kill(builder, 'SIGSTOP');
      clock.release();
      // Told before the last page, which nobody makes.
      await run.said('All 6 jobs are done.');
      await until(() => listensForInterrupt(run.pid));
      run.kill(signal);
      const { code, stdout } = await run.ended;
      expect(code).toBe(0);
      expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) as string)).toMatchObject({ event: 'summary' });
      expect(pageOf(dir).jobs).toHaveLength(6);
      process.kill(builder, 'SIGCONT');
      await until(() => !isAlive(builder));
    },
  );

  test('is not waited for by a run that is told to leave at once', async () => {
    const { run, builder } = await halfway();
    process.kill(builder, 'SIGSTOP');
    run.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
    process.kill(builder, 'SIGCONT');
    await until(() => !isAlive(builder));
  });
});

test('rcb cancel, reconcile and fetch bring the page up to date', async () => {
  simulator.setOptions({ slots: 1 });
  const { run } = await halfway('-j', '3');
  await until(() => (countsOf(linesOf(dir)).queued ?? 0) === 2);
  await until(() => existsSync(page()));
  run.kill('SIGTERM');
  await run.ended;
  await rcb(['cancel', 'out/cats'], { cwd });
  const states = () => pageOf(dir).jobs.map(({ state }) => state);
  expect(states()).toEqual(manifestOf(dir).map(({ state }) => state));
  expect(states()).toContain('cancelled');
  rmSync(page());
  await rcb(['fetch', 'out/cats', '--job-timeout', '1s'], { cwd });
  expect(states()).toContain('cancelled');
});
