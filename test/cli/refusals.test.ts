import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
});
afterAll(() => simulator.close());

const rowsOf = (count: number): string =>
  `prompt,seed\n${Array.from({ length: count }, (_, seed) => `a cat,${seed}`).join('\n')}\n`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const cwd = workFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

describe('what is wrong is said before anything is sent', () => {
  test('every error of the input at once, each with file, line and column, and exit 65', async () => {
    const cwd = folderWith({
      'bad.csv':
        'prompt,style,seed,aspect_ratio\na cat,anmie,1,16:9\n,anime,2,1:1\na dog,anime,99999999999,16:09\n',
    });
    const before = simulator.census();
    const run = await rcb(['run', 'bad.csv', '--base-url', simulator.baseUrl], { cwd });
    expect(run.code).toBe(65);
    expect(run.stderr).toMatch(/bad\.csv:2:7 .*style "anmie".*"anime"/);
    expect(run.stderr).toMatch(/bad\.csv:3.*prompt/);
    expect(run.stderr).toMatch(/bad\.csv:4:13 .*seed.*99999999999/);
    expect(run.stderr).toMatch(/bad\.csv:4:25 .*aspect_ratio "16:09".*"16:9"/);
    expect(simulator.census().calls.submit).toEqual(before.calls.submit);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  test.each([
    ['no such file', ['run', 'none.csv'], 65, /none\.csv/],
    ['a folder', ['run', 'folder'], 65, /folder/],
    ['no input', ['run'], 64, /No input given/],
    ['an unknown command', ['rnu'], 64, /Did you mean: rcb run/],
    ['an unknown flag', ['run', 'ok.csv', '--concurency', '3'], 64, /concurency/],
    ['a flag without its value', ['run', 'ok.csv', '-j'], 64, /-j needs a value/],
    [
      'a flag with a wrong value',
      ['run', 'ok.csv', '-j', 'many'],
      64,
      /--concurrency "many" is not a whole number/,
    ],
    [
      'a base URL that is not safe',
      ['run', 'ok.csv', '--base-url', 'http://example.com'],
      64,
      /example\.com/,
    ],
    ['a folder without a manifest', ['status', 'folder'], 64, /folder/],
    ['an unknown state', ['ls', 'folder', '--state', 'finished'], 64, /"finished" is not a state/],
  ] as const)('%s', async (_what, args, code, sentence) => {
    const cwd = folderWith({ 'ok.csv': rowsOf(1) });
    mkdirSync(join(cwd, 'folder'));
    const run = await rcb(args, { cwd });
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toMatch(/ at .*\.js:\d+/);
    expect(run.code).toBe(code);
    expect(run.stdout).toBe('');
  });

  test('a missing token, with exit 77 and nothing written', async () => {
    const cwd = folderWith({ 'ok.csv': rowsOf(1) });
    const run = await rcb(['run', 'ok.csv'], { cwd });
    expect(run.code).toBe(77);
    expect(run.stderr).toContain('RUNCOMFY_API_TOKEN');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  test('a token that is too short to be one, before it is sent anywhere', async () => {
    const cwd = folderWith({ 'ok.csv': rowsOf(1) });
    const env = { RUNCOMFY_API_TOKEN: 'x' };
    const run = await rcb(['run', 'ok.csv'], { cwd, env });
    expect(run.code).toBe(77);
    expect(run.stderr).toContain('a single character long');
    const local = ['run', 'ok.csv', '--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view'];
    expect((await rcb(local, { cwd, env })).code).toBe(0);
    expect(readFileSync(join(cwd, 'out/ok/run.log'), 'utf8')).not.toContain('redacted');
  });

  test('more than 20 jobs where nobody can be asked, unless --yes or a loopback API', async () => {
    const cwd = folderWith({ 'many.csv': rowsOf(21) });
    const env = { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' };
    const asked = await rcb(['run', 'many.csv'], { cwd, env });
    expect(asked.code).toBe(64);
    expect(asked.stderr).toContain('Add --yes');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    const local = await rcb(['run', 'many.csv', '--base-url', simulator.baseUrl, '--poll', '0.1'], { cwd });
    expect(local.code).toBe(0);
  });

  test('a plan, which sends no POST and writes nothing', async () => {
    const cwd = folderWith({ 'plan.csv': `${rowsOf(3)}a cat,1\n` });
    const before = simulator.census();
    const plan = await rcb(['plan', 'plan.csv', '--base-url', simulator.baseUrl], { cwd });
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/3 jobs from plan\.csv/);
    expect(plan.stdout).toMatch(/duplicates +1/);
    const dry = await rcb(['run', 'plan.csv', '-n', '--json', '--base-url', simulator.baseUrl], { cwd });
    expect(JSON.parse(dry.stdout)).toMatchObject({ event: 'plan', jobs: 3, new: 3, identical_rows: 1 });
    expect(simulator.census().calls.submit).toEqual(before.calls.submit);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });
});

describe('what goes wrong at the API has its exit code', () => {
  const poll = ['--poll', '0.1', '--retries', '0', '--outage', '1s', '--no-view'];

  test('77 for a token that is rejected, with the jobs kept pending', async () => {
    const strict = await startSimulator({ token: 'the-right-one' });
    const cwd = folderWith({ 'cats.csv': rowsOf(3) });
    const env = { RUNCOMFY_TOKEN: 'the-wrong-one' };
    const run = await rcb(['run', 'cats.csv', '--base-url', strict.baseUrl, ...poll], { cwd, env });
    await strict.close();
    expect(run.code).toBe(77);
    expect(run.stderr).not.toContain('the-wrong-one');
    for (const file of filesBelow(cwd)) {
      expect(readFileSync(join(cwd, file)).includes('the-wrong-one'), file).toBe(false);
    }
    const list = await rcb(['ls', '--json', '--state', 'pending'], { cwd });
    expect(list.stdout.trim().split('\n')).toHaveLength(3);
  });

  test('75 for an empty wallet, after what was in flight has been collected', async () => {
    const poor = await startSimulator({ balanceUsd: 0.2, latency: { kind: 'fixed', ms: 50 } });
    const cwd = folderWith({ 'cats.csv': rowsOf(6) });
    const args = ['run', 'cats.csv', '--base-url', poor.baseUrl, ...poll];
    const run = await rcb(args, { cwd });
    expect(run.code).toBe(75);
    expect(poor.census().acceptedTotal).toBe(2);
    poor.setOptions({ balanceUsd: 100 });
    expect((await rcb(args, { cwd })).code).toBe(0);
    expect(poor.census().acceptedTotal).toBe(6);
    await poor.close();
  });

  test('75 for a cap on cost or on failures, which a rerun without it goes past', async () => {
    const dear = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
    const cwd = folderWith({ 'cats.csv': rowsOf(8) });
    const args = ['run', 'cats.csv', '--base-url', dear.baseUrl, ...poll];
    const run = await rcb([...args, '--max-cost', '0.30'], { cwd });
    expect(run.code).toBe(75);
    expect(run.stderr).toContain('The cap of $0.30 leaves no room for another job');
    // The simulator charges $0.08 for each.
    expect(dear.census().acceptedTotal).toBe(3);
    expect((await rcb([...args, '--max-cost', '0.30'], { cwd })).code).toBe(75);
    expect(dear.census().acceptedTotal).toBe(3);

    dear.setOptions({ failRate: 1 });
    const failing = await rcb([...args, '-j', '1', '--max-failures', '2'], { cwd });
    expect(failing.code).toBe(75);
    expect(failing.stderr).toContain('2 jobs did not succeed.');
    dear.setOptions({ failRate: 0 });
    expect((await rcb([...args, '--max-duration', '1h'], { cwd })).code).toBe(1);
    expect(dear.census().acceptedTotal).toBe(8);
    await dear.close();
  });

  test('1 for jobs that failed, which the closing names with their reason', async () => {
    const picky = await startSimulator({ failRate: 1, latency: { kind: 'fixed', ms: 50 } });
    const cwd = folderWith({ 'cats.csv': rowsOf(2) });
    const run = await rcb(['run', 'cats.csv', '--base-url', picky.baseUrl, ...poll], { cwd });
    await picky.close();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/What went wrong\n +\d × model: /);
    expect(run.stderr).toContain('rcb ls out/cats --state failed,cancelled,lost');
  });

  test('76 for submits without an answer, which no rerun sends again', async () => {
    const deaf = await startSimulator({
      faults: { submit: { resetAfter: 1 } },
      latency: { kind: 'fixed', ms: 50 },
    });
    const cwd = folderWith({ 'cats.csv': rowsOf(2) });
    const args = ['run', 'cats.csv', '--base-url', deaf.baseUrl, ...poll];
    expect((await rcb(args, { cwd })).code).toBe(76);
    expect((await rcb(args, { cwd })).code).toBe(76);
    expect(deaf.census().acceptedTotal).toBe(2);
    await deaf.close();
  });

  test('69 for an API that cannot be reached', async () => {
    const gone = await startSimulator();
    await gone.close();
    const cwd = folderWith({ 'cats.csv': rowsOf(2) });
    const run = await rcb(['run', 'cats.csv', '--base-url', gone.baseUrl, ...poll], { cwd });
    expect(run.code).toBe(69);
    expect(run.stderr).toContain('rcb run cats.csv');
  });
});
