import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { until } from '../support/processes.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
// A name that a shell would take apart.
const out = "out/it's cats";

let simulator: Simulator;
let cwd: string;
beforeEach(async () => {
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 30 } });
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), rows(6));
  mkdirSync(join(cwd, 'bin'));
  const program = join(cwd, 'bin/rcb');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterEach(() => simulator.close());

function rows(count: number): string {
  const each = Array.from({ length: count }, (_, index) => `c${index},a cat,${index + 1}`);
  return `id,prompt,seed\n${each.join('\n')}\n`;
}

const args = (...more: string[]): string[] => [
  ...[
    'run',
    'cats.csv',
    '-o',
    out,
    '--base-url',
    simulator.baseUrl,
    '--no-view',
    '--poll',
    '0.1',
    '--retries',
    '0',
    ...more,
  ],
];
const run = (env: Record<string, string> = {}, ...more: string[]): Promise<Ended> =>
  rcb(args(...more), { cwd, env });

interface Status {
  readonly counts: Record<string, number>;
  readonly last_run: { started_at: string; ended_at: string | null; is_going: boolean } & Record<
    string,
    number
  >;
  readonly failures: readonly {
    class: string;
    message: string;
    jobs: number;
    example: string;
    next: string;
  }[];
  readonly [field: string]: unknown;
}
async function status(): Promise<Status> {
  const { stdout, code } = await rcb(['status', out, '--json'], { cwd });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Status;
}
const told = async (): Promise<string> => (await rcb(['status', out], { cwd })).stdout;

/** Resolves with when a run began that goes on now and is not the one of `before`; from then on it hears signals. */
async function goesOn(before = ''): Promise<string> {
  for (;;) {
    const { last_run: run } = await status();
    if (run?.is_going && run.started_at !== before) return run.started_at;
  }
}

/** Pastes a command into a shell. */
function pasted(command: string, env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const PATH = `${join(cwd, 'bin')}:${process.env.PATH}`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { cwd, env: { PATH, HOME: cwd, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });
}

describe('the command that rcb status gives for a failure, pasted into a shell, deals with it', () => {
  test('a generation that failed: retry', async () => {
    simulator.setOptions({ failRate: 1 });
    expect((await run()).code).toBe(1);
    const { failures } = await status();
    expect(failures.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(6);
    const [group] = failures as [Status['failures'][number]];
    expect(group).toMatchObject({
      class: 'model',
      next: expect.stringContaining(`rcb retry 'out/it'\\''s cats'`),
    });
    expect(await told()).toContain(group.next);

    simulator.setOptions({ failRate: 0 });
    // The reasons are several, so that the command of the first is for its own jobs alone.
    expect(group.jobs).toBeLessThan(6);
    await pasted(group.next);
    expect((await status()).counts.done).toBe(group.jobs);
    for (const { next } of failures.slice(1)) await pasted(next);
    expect(await status()).toMatchObject({ counts: { done: 6 }, failures: [] });
    expect(simulator.census().acceptedTotal).toBe(12);
  });

  test('a submit that was not answered: reconcile, which shows it', async () => {
    simulator.setFaults({ submit: { resetAfter: 1 } });
    expect((await run({}, '--outage', '1s')).code).toBe(76);
    const [group] = (await status()).failures as [Status['failures'][number]];
    expect(group).toMatchObject({ class: 'unknown_submit', jobs: 6 });
    const settled = await pasted(group.next);
    expect(settled.code).toBe(76);
    expect(settled.text).toContain(group.example);
    expect(settled.text).toContain('6 unclear submissions');
  });

  test('a refusal for pace: resume', async () => {
    simulator.setFaults({ submit: { rateLimited: 1 } });
    expect((await run()).code).toBe(75);
    const { failures } = await status();
    expect(failures).toMatchObject([{ class: 'rate', jobs: 6 }]);
    simulator.setFaults({});
    expect((await pasted(failures[0]?.next as string)).code).toBe(0);
    expect((await status()).counts.done).toBe(6);
  });

  test('a result that could not be downloaded: fetch, which submits nothing', async () => {
    simulator.setFaults({ file: { expired: 1 } });
    expect((await run()).code).toBe(75);
    const { failures } = await status();
    expect(failures).toMatchObject([{ class: 'download', jobs: 6, next: `rcb fetch 'out/it'\\''s cats'` }]);
    simulator.setFaults({});
    expect((await pasted(failures[0]?.next as string)).code).toBe(0);
    expect(await status()).toMatchObject({ counts: { done: 6 }, failures: [] });
    expect(simulator.census().acceptedTotal).toBe(6);
  });

  test('a token that is refused: another one, and resume', async () => {
    simulator.setOptions({ token: 'right' });
    expect((await run({ RUNCOMFY_API_TOKEN: 'wrong' }, '--submits', '1')).code).toBe(77);
    const { failures } = await status();
    expect(failures).toMatchObject([{ class: 'auth' }]);
    expect(await told()).toContain('Use a valid token');
    // A folder alone does not decide where a token goes.
    const env = { RUNCOMFY_API_TOKEN: 'right', RUNCOMFY_MODEL_API_BASE: simulator.baseUrl };
    expect((await pasted(failures[0]?.next as string, env)).code).toBe(0);
    expect(await status()).toMatchObject({ counts: { done: 6 }, failures: [] });
  });

  test('an empty wallet: top up, and resume', async () => {
    simulator.setOptions({ balanceUsd: 0.17 });
    expect((await run({}, '-j', '1')).code).toBe(75);
    const { failures } = await status();
    expect(failures).toMatchObject([{ class: 'balance' }]);
    expect(await told()).toContain('Top up your balance');
    simulator.setOptions({ balanceUsd: null });
    expect((await pasted(failures[0]?.next as string)).code).toBe(0);
    expect((await status()).counts.done).toBe(6);
  });
});

describe('what rcb status says of runs', () => {
  test('is what the last one cost and what was not paid again, also after many', async () => {
    expect((await run()).code).toBe(0);
    expect(await status()).toMatchObject({
      last_run: { done: 6, cost: expect.closeTo(0.48), reused: 0, reused_cost: 0, is_going: false },
      reused: 0,
      latency: { jobs: 6, p50_ms: expect.any(Number), p95_ms: expect.any(Number) },
    });
    for (const count of [8, 9]) {
      writeFileSync(join(cwd, 'cats.csv'), rows(count));
      const more = await run();
      expect(more.code).toBe(0);
      expect(more.stderr).toMatch(/ {2}saved +\$0\.\d\d: [68] jobs reused\n/);
    }
    // The six were asked for twice more and are counted once.
    expect(await status()).toMatchObject({
      last_run: { done: 1, cost: expect.closeTo(0.08), reused: 8, reused_cost: expect.closeTo(0.64) },
      reused: 8,
      reused_cost: expect.closeTo(0.64),
    });
    expect(await told()).toMatch(/last run {3}.*: 1 job done, \$0\.08; 8 jobs reused, \$0\.64 saved\n/);
    // Three rows were never asked for again: the plan of two of them leaves the others out.
    writeFileSync(join(cwd, 'cats.csv'), `${rows(2)}n,a new cat,1\n`);
    expect((await run()).code).toBe(0);
    expect(await status()).toMatchObject({ last_run: { reused: 2 }, reused: 8 });
    expect(await told()).toMatch(/reused {5}8 jobs, \$0\.64 saved \(all runs/);
  });

  test('does not change by a run that finds nothing to do', async () => {
    expect((await run()).code).toBe(0);
    const before = await status();
    const again = await run();
    expect([again.code, again.stderr.includes('saved')]).toEqual([0, false]);
    expect((await status()).last_run).toEqual(before.last_run);
  });

  test('tells a run that goes on, one that was killed and one that was interrupted', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 600_000 } });
    const going = startRcb(args('-q'), { cwd });
    await until(() => simulator.census().acceptedTotal === 6);
    const began = await goesOn();
    expect(await told()).toMatch(/this run {3}since .* so far: 0 jobs done, cost unknown\n/);
    going.kill('SIGKILL');
    await going.ended;
    expect((await status()).last_run).toMatchObject({ ended_at: null, is_going: false });
    expect(await told()).toMatch(/last run {3}.*, stopped unexpectedly: 0 jobs done, cost unknown\n/);

    const left = startRcb(['resume', out, '-y', '--no-view', '--poll', '0.1'], { cwd });
    await goesOn(began);
    left.kill('SIGTERM');
    expect((await left.ended).code).toBe(143);
    expect((await status()).last_run.ended_at).not.toBeNull();
  });

  test('is nothing in a folder whose runs nobody recorded', async () => {
    expect((await run()).code).toBe(0);
    const db = new DatabaseSync(join(cwd, out, 'manifest.db'));
    db.exec('DELETE FROM run; DELETE FROM reused');
    db.close();
    expect(await status()).toMatchObject({ last_run: null, reused: 0, counts: { done: 6 } });
    const text = await told();
    expect(text).not.toContain('last run');
    expect(text).toContain('latency');
  });
});

test('rcb status shows the same picture for different seeds, and images of one colour', async () => {
  simulator.setFaults({ file: { sameImage: 1 } });
  expect((await run()).code).toBe(0);
  const dir = join(cwd, out);
  const lines = manifestOf(dir);
  const jobs = lines.map(({ job }) => job);
  const [first, second] = lines.map(({ outputs }) => outputs[0]);
  mkdirSync(join(dir, 'thumbs'), { recursive: true });
  const looked = [
    { path: first?.path, sha256: first?.sha256, colour: '#18366e' },
    { path: second?.path, sha256: 'ab'.repeat(32), colour: '#000000' },
  ];
  writeFileSync(join(dir, 'thumbs/flat.jsonl'), looked.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const { duds } = await status();
  expect(duds).toMatchObject({
    same_groups: 1,
    same_jobs: 6,
    same: [{ jobs }],
    flat_images: 1,
    flat: [{ job: jobs[0], path: first?.path, colour: '#18366e' }],
  });
  const text = await told();
  expect(text).toContain('6 jobs with different seeds gave the same result');
  expect(text).toContain(`#18366e  ${first?.path}  (job ${jobs[0]?.slice(0, 8)})`);
});
