import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { bodyKey } from '../../src/simulator/census.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let dir: string;
beforeEach(async () => {
  simulator = await startSimulator({ slots: 2, latency: { kind: 'fixed', ms: 50 } });
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,seed\na,a cat,1\nb,a cat,2\nc,a cat,3\n');
});
afterEach(() => simulator.close());

const poll = ['--poll', '0.1', '--retries', '0', '--outage', '1s', '--no-view'];
const run = (...more: string[]): Promise<Ended> =>
  rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, ...poll, ...more], { cwd });
const order = (...args: string[]): Promise<Ended> => rcb(args, { cwd });
const states = (): string[] => manifestOf(dir).map(({ state }) => state);
const line = (id: string): ManifestLine => manifestOf(dir).find((each) => each.id === id) as ManifestLine;

describe('rcb reconcile', () => {
  test('lists what is in doubt and settles it by adoption, resubmission and write-off', async () => {
    simulator.setFaults({ submit: { resetAfter: 1 } });
    expect((await run()).code).toBe(76);
    simulator.setFaults({});
    expect(states()).toEqual(['unknown', 'unknown', 'unknown']);

    const shown = await order('reconcile');
    expect(shown.code).toBe(76);
    expect(shown.stdout).toContain('3 unclear submissions');
    expect(shown.stdout).toContain(line('a').job);
    expect(shown.stdout).toContain('seed=2');

    // All three were accepted; the user finds the first on the server's page.
    const { job, model, input } = line('a');
    const [paid] = simulator.census().requestIds[bodyKey(model, input)] as [string];
    const stranger = await order('reconcile', '--adopt', `${job}=not-of-this-server`);
    expect(stranger.code).toBe(64);
    expect(stranger.stderr).toContain('not-of-this-server cannot be adopted');
    expect((await order('reconcile', '--adopt', `${job.slice(0, 8)}=${paid}`)).code).toBe(76);
    const twice = await order('reconcile', '--adopt', `${line('b').job}=${paid}`);
    expect(twice.stderr).toContain(`already belongs to job ${job}`);

    expect((await order('reconcile', '--resubmit', line('b').job)).code).toBe(76);
    expect((await order('reconcile', '--write-off', 'all')).code).toBe(0);
    expect(states()).toEqual(['queued', 'pending', 'failed']);
    expect(line('c').error).toMatchObject({ class: 'unknown_submit' });

    expect((await order('resume', ...poll)).code).toBe(1);
    expect(states()).toEqual(['done', 'done', 'failed']);
    expect(line('a')).toMatchObject({ request_id: paid, attempts: 1 });
    expect(line('b')).toMatchObject({ attempts: 2 });
    // Only what the user ordered to be sent again was.
    expect(simulator.census().acceptedTotal).toBe(4);
    expect((await order('reconcile')).stdout).toContain('Nothing to reconcile');
  });
});

describe('--on-unknown resubmit', () => {
  test('is the order to send again what may have been accepted, at the next run', async () => {
    simulator.setFaults({ submit: { resetAfter: 1 } });
    expect((await run()).code).toBe(76);
    simulator.setFaults({});
    expect((await run()).code).toBe(76);
    expect(simulator.census().acceptedTotal).toBe(3);
    expect((await run('--on-unknown', 'resubmit')).code).toBe(0);
    expect(simulator.census().acceptedTotal).toBe(6);
    expect((await run('--on-unknown', 'perhaps')).code).toBe(64);
  });
});

describe('rcb retry', () => {
  test('makes new attempts for failed jobs, all or the one named, and keeps the old record', async () => {
    simulator.setOptions({ failRate: 1 });
    const failed = await run();
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('rcb retry out/cats');
    const first = line('a').request_id;
    simulator.setOptions({ failRate: 0 });
    expect((await order('retry', 'out/cats', line('a').job, ...poll)).code).toBe(1);
    expect(states()).toEqual(['done', 'failed', 'failed']);
    expect(line('a').attempts).toBe(2);
    expect(line('a').request_id).not.toBe(first);
    expect((await order('retry', ...poll)).code).toBe(0);
    expect(states()).toEqual(['done', 'done', 'done']);
    expect(simulator.census().acceptedTotal).toBe(6);
    expect((await order('retry', ...poll)).stderr).toContain('Nothing to retry');
  });
});

describe('what rcb retry asks about', () => {
  test('is everything that it would submit: without a word, nothing that was pending goes along', async () => {
    simulator.setOptions({ failRate: 1 });
    const rows = Array.from({ length: 30 }, (_, seed) => `j${seed},a cat,${seed}`);
    writeFileSync(join(cwd, 'cats.csv'), `id,prompt,seed\n${rows.join('\n')}\n`);
    expect((await run('-j', '1', '--max-failures', '1')).code).toBe(75);
    const accepted = simulator.census().acceptedTotal;
    expect(accepted).toBeLessThan(5);
    // As if it were the real API: there it has to ask, and there is nobody to be asked.
    const elsewhere = ['--base-url', 'https://api.example.invalid', ...poll];
    const env = { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' };
    const asked = await rcb(['retry', 'out/cats', ...elsewhere], { cwd, env });
    expect(asked.code).toBe(64);
    expect(asked.stderr).toContain('This submits 30 jobs');
    expect(simulator.census().acceptedTotal).toBe(accepted);
  });

  test('is nothing where nothing failed: what is pending stays so', async () => {
    expect((await run('--max-cost', '0.05')).code).toBe(75);
    const before = states();
    expect(before).toContain('pending');
    const none = await order('retry', ...poll);
    expect([none.code, states()]).toEqual([0, before]);
  });
});

describe('rcb fetch', () => {
  test('restores a deleted and a shortened file and, with --verify, a bit-flipped one, and never submits', async () => {
    expect((await run()).code).toBe(0);
    const [deleted, flipped, shortened] = [line('a'), line('b'), line('c')].map(({ outputs }) =>
      join(dir, outputs[0]?.path as string),
    ) as [string, string, string];
    const whole = readFileSync(shortened);
    writeFileSync(shortened, whole.subarray(0, -1));
    const original = readFileSync(flipped);
    const bytes = Buffer.from(original);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(flipped, bytes);
    rmSync(deleted);

    const quick = await order('fetch', ...poll);
    expect(quick.code).toBe(0);
    expect(existsSync(deleted)).toBe(true);
    expect(readFileSync(shortened).equals(whole)).toBe(true);
    expect(readFileSync(flipped).equals(original)).toBe(false);
    const verified = await order('fetch', '--verify', ...poll);
    expect(verified.code).toBe(0);
    expect(verified.stderr).toContain('is not what was saved');
    expect(readFileSync(flipped).equals(original)).toBe(true);
    expect(states()).toEqual(['done', 'done', 'done']);
    expect(simulator.census().acceptedTotal).toBe(3);
    expect((await order('fetch', '--verify')).stderr).toContain('all are intact');
  });

  test('collects what a run left behind and leaves pending jobs alone', async () => {
    simulator.setFaults({ file: { expired: 1 } });
    expect((await run()).code).toBe(75);
    expect(states()).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(line('a').error).toMatchObject({ class: 'download' });
    simulator.setFaults({});
    writeFileSync(join(cwd, 'cats.csv'), `${readFileSync(join(cwd, 'cats.csv'), 'utf8')}d,a cat,4\n`);
    const capped = await run('--max-cost', '0.01');
    expect(capped.code).toBe(75);
    expect((await order('fetch', ...poll)).code).toBe(0);
    expect(states()).toEqual(['done', 'done', 'done', 'pending']);
    expect(simulator.census().acceptedTotal).toBe(3);
  });
});

describe('rcb cancel', () => {
  test('tells per job what really happened', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 600_000 } });
    const left = startRcb(['run', 'cats.csv', '--json', '--base-url', simulator.baseUrl, ...poll], { cwd });
    await left.said(/("state":"queued".*){3}/s);
    await left.said(/("state":"running".*){2}/s);
    left.kill('SIGTERM');
    await left.ended;
    const cancelled = await order('cancel', 'out/cats');
    expect(cancelled.code).toBe(1);
    expect(cancelled.stdout.match(/too late to cancel/g)).toHaveLength(2);
    // Which one waits is the server's choice: those that leave together come in any order.
    expect(states().toSorted()).toEqual(['cancelled', 'running', 'running']);
    const waited = ['a', 'b', 'c'].map(line).find(({ state }) => state === 'cancelled');
    expect(cancelled.stdout).toContain(`${waited?.job}  cancelled`);
  });
});
