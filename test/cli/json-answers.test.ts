import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { main, rcb, startRcb, workFolder } from '../support/command-line.ts';

type Event = Readonly<Record<string, unknown>>;

const eventsOf = (stdout: string): Event[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);

const bad = 'id,prompt,style,seed\n1,a cat,animee,1\n2,,realistic,x\n';

describe('with --json every error is an event on stdout, too', () => {
  test.each([
    ['an unknown command', ['rnu', '--json'], 'usage', 64],
    ['an unknown option', ['run', 'a.csv', '--sedes', '4', '--json'], 'usage', 64],
    ['an option before its command', ['--json', 'stauts'], 'usage', 64],
    ['a value that is missing', ['status', '--json', '--out'], 'usage', 64],
    ['a command that has no --json', ['export', '--json'], 'usage', 64],
    ['a value that an option does not take', ['run', 'a.csv', '--seeds', 'x', '--json'], 'usage', 64],
    ['no folder', ['status', '--json'], 'usage', 64],
    ['a folder that is none', ['ls', 'nothing', '--json'], 'usage', 64],
    ['no token', ['balance', '--json'], 'token', 77],
    ['an input that is not there', ['run', 'nothing.csv', '--json'], 'input', 65],
    ['another form of --json', ['run', 'a.csv', '--json=lins'], 'usage', 64],
    ['a form that a command does not have', ['ls', '--json=lines'], 'usage', 64],
    ['a refused account', ['plan', 'prompt=a', '--base-url', 'http://example.com', '--json'], 'usage', 64],
  ])('%s', async (_, args, errorClass, exit) => {
    const { code, stdout, stderr } = await rcb(args, { cwd: workFolder() });
    const [error, ...more] = eventsOf(stdout);
    expect(more).toEqual([]);
    expect(error).toEqual({
      event: 'error',
      class: errorClass,
      message: expect.stringMatching(/^\S.*[.?!]$/s),
      hint: error?.hint === null ? null : expect.stringMatching(/^[A-Z]/),
      exit_code: exit,
    });
    expect(code).toBe(exit);
    expect(stderr).toContain('rcb:');
  });

  test('behind -- there is no option, and --no-json takes it back', async () => {
    const cwd = workFolder();
    for (const args of [
      ['rnu', '--', '--json'],
      ['status', '--json', '--no-json'],
    ]) {
      expect(await rcb(args, { cwd })).toMatchObject({ code: 64, stdout: '' });
    }
  });

  test.each(['plan', 'run'])('rcb %s has an event for each mistake in the input', async (command) => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), `${bad}3,${'x'.repeat(5)},anime,${'9'.repeat(3_000)}\n`);
    const { code, stdout, stderr } = await rcb([command, 'cats.csv', '--json'], { cwd });
    const events = eventsOf(stdout);
    expect(code).toBe(65);
    expect(events.map(({ event }) => event)).toEqual([...Array(4).fill('problem'), 'error']);
    expect(events[0]).toEqual({
      event: 'problem',
      severity: 'error',
      kind: 'enum',
      file: 'cats.csv',
      line: 2,
      column: 9,
      key: 'style',
      value: 'animee',
      message: 'style "animee" is not allowed; did you mean "anime"?',
      suggestion: 'anime',
    });
    expect(events[1]).toMatchObject({ line: 3, key: 'seed', value: 'x', suggestion: null });
    expect(events[2]).toMatchObject({ line: 3, key: 'prompt', value: null, kind: 'required' });
    expect(String(events[3]?.value).length).toBeLessThan(250);
    expect(events[4]).toMatchObject({ class: 'input', exit_code: 65 });
    expect(stderr).toContain('cats.csv:2:9');
  });

  test.each([
    ['a column', 'id,promt,style\n1,a cat,anime\n', [], { key: 'promt', suggestion: 'prompt' }],
    ['an axis', 'prompt\na cat\n', ['stlye=anime'], { key: 'stlye', suggestion: 'style' }],
    ['a value of an axis', 'prompt\na cat\n', ['style=anmie'], { key: 'style', value: 'anmie' }],
  ])('%s is named with what was probably meant', async (_, text, words, about) => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), text);
    const { stdout } = await rcb(['plan', 'cats.csv', ...words, '--json'], { cwd });
    expect(eventsOf(stdout)).toContainEqual(expect.objectContaining({ event: 'problem', ...about }));
  });

  test('a reader that has gone away is no error', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), `id,prompt,style,seed\n${'1,,animee,x\n'.repeat(5_000)}`);
    const started = spawn(process.execPath, [main, 'run', 'cats.csv', '--json'], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.stdout.once('data', () => started.stdout.destroy());
    const [code] = await once(started, 'exit');
    expect(code).toBe(65);
  });

  test('all of them are there before the program ends', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), `id,prompt,style,seed\n${'1,,animee,x\n'.repeat(5_000)}`);
    const { stdout } = await startRcb(['run', 'cats.csv', '--json'], { cwd }).ended;
    const events = eventsOf(stdout);
    expect(events.filter(({ event }) => event === 'problem').length).toBeGreaterThanOrEqual(15_000);
    expect(events.at(-1)).toMatchObject({ event: 'error', exit_code: 65 });
  });
});

describe('with a server', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, failRate: 0.5 });
  });
  afterAll(() => simulator.close());

  test('--json=summary is one object with outcome, failures and what to do next', async () => {
    const cwd = workFolder();
    const args = ['run', 'prompt=a cat', 'seed=1-12', '--base-url', simulator.baseUrl];
    const { code, stdout } = await rcb([...args, '--json=summary', '--no-view'], { cwd });
    const [summary = {}, ...more] = eventsOf(stdout);
    expect(more).toEqual([]);
    expect(code).toBe(1);
    expect(summary).toMatchObject({ event: 'summary', outcome: 'finished_with_failures', exit_code: 1 });
    const [failure] = summary.failures as readonly Event[];
    expect(failure).toMatchObject({ class: 'model', jobs: expect.any(Number), example: expect.any(String) });
    expect(summary.next).toEqual([expect.stringMatching(/^rcb retry out\//)]);
    expect(summary.cost).toBe(Number((summary.cost as number).toFixed(6)));
  });

  test('and one object with the error where there is one', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), bad);
    const { code, stdout } = await rcb(['run', 'cats.csv', '--json=summary'], { cwd });
    expect(code).toBe(65);
    const [summary, ...more] = eventsOf(stdout);
    expect(more).toEqual([]);
    expect(summary).toMatchObject({
      event: 'summary',
      outcome: 'invalid_input',
      exit_code: 65,
      error: { class: 'input', message: expect.any(String) },
      problem_count: 3,
    });
    expect(summary?.problems).toContainEqual(expect.objectContaining({ key: 'style', line: 2 }));
  });

  test('--json does not take the word behind it', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    const args = ['plan', '--json', 'cats.csv', '--base-url', simulator.baseUrl];
    const { stdout } = await rcb(args, { cwd });
    expect(eventsOf(stdout)).toEqual([expect.objectContaining({ event: 'plan', inputs: ['cats.csv'] })]);
  });

  test('the page is told of', async () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\n');
    const args = ['run', 'cats.csv', '--base-url', simulator.baseUrl, '--json'];
    const { stdout } = await startRcb(args, { cwd }).ended;
    const events = eventsOf(stdout);
    expect(events.filter(({ event }) => event === 'page').map(({ state }) => state)).toEqual([
      'building',
      'built',
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'summary', page: 'out/cats/index.html' });
  });

  test('no key of an answer is in another style', async () => {
    const cwd = workFolder();
    const api = ['--base-url', simulator.baseUrl];
    const env = { RUNCOMFY_API_TOKEN: 'rehearsal' };
    await rcb(['run', 'prompt=a cat', 'seed=1-3', ...api], { cwd });
    const answers = [
      ['models', ...api],
      ['balance', ...api],
      ['status'],
      ['ls'],
      ['view'],
      ['plan', 'prompt=a cat', ...api],
    ];
    for (const args of answers) {
      const { stdout } = await rcb([...args, '--json'], { cwd, env });
      const lines = eventsOf(stdout);
      expect(lines.length, args.join(' ')).toBeGreaterThan(0);
      for (const line of lines) expect(oddKeys(line), args.join(' ')).toEqual([]);
    }
  });
});

function oddKeys(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(/^[a-z0-9_]+$/.test(key) || Array.isArray(value) ? [] : [key]),
    ...oddKeys(inner),
  ]);
}
