import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { isAlive, until } from '../support/processes.ts';

const token = 'secret-token-of-a-test';
const env = { RUNCOMFY_API_TOKEN: token };

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
  simulator.setOptions({ latency: { kind: 'fixed', ms: 600_000 } });
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\na cat,3\n');
});

const poll = ['--poll', '0.05'];
const detached = (...more: readonly string[]): Promise<Ended> =>
  rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, '--detach', '--json', ...poll, ...more], {
    cwd,
    env,
  });
const lines = ({ stdout }: Ended): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function pidOf(ended: Ended): number {
  const { pid } = lines(ended).at(-1) ?? {};
  onTestFinished(() => {
    if (typeof pid === 'number' && isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid as number;
}

const wait = async (...more: readonly string[]): Promise<Record<string, unknown>> => {
  const ended = await rcb(['wait', 'out/cats', '--json', ...more], { cwd, env });
  const [answer, ...others] = lines(ended);
  expect(others).toEqual([]);
  expect(answer?.exit_code).toBe(ended.code);
  return answer ?? {};
};

describe('rcb run --detach', () => {
  test('is refused with a canary, which a sweep may ask for too, before anything is written', async () => {
    writeFileSync(join(cwd, 'cats.yaml'), 'input: cats.csv\nlimits: { canary: 1 }\n');
    for (const words of [['cats.csv', '--canary', '1'], ['cats.yaml']]) {
      const { code, stderr } = await rcb(
        ['run', ...words, '-o', 'out/new', '--base-url', simulator.baseUrl, '--detach', '--yes'],
        { cwd, env },
      );
      expect(code).toBe(64);
      expect(stderr).toContain('A canary asks at the terminal');
      expect(existsSync(join(cwd, 'out/new'))).toBe(false);
    }
  });

  test('leaves the run to a process that outlives the command, and rcb wait exits with its code', async () => {
    const began = await detached('--max-cost', '5');
    const pid = pidOf(began);
    expect(began.code).toBe(0);
    expect(lines(began).map(({ event }) => event)).toEqual(['plan', 'detached']);
    expect(lines(began).at(-1)).toMatchObject({ dir: 'out/cats', log: 'out/cats/background.log' });
    expect(isAlive(pid)).toBe(true);
    // The token is in nobody's arguments, and the cap is.
    const args = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    expect(args).not.toContain(token);
    expect(args).toContain('--max-cost=5');

    expect(await wait('--timeout', '0s')).toMatchObject({ outcome: 'running', exit_code: 75, pid });
    // As a terminal does that is closed.
    process.kill(pid, 'SIGHUP');
    simulator.setOptions({ latency: { kind: 'fixed', ms: 0 } });
    const second = await rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, ...poll], { cwd, env });
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(`in use by process ${pid}`);
    process.kill(pid, 'SIGTERM');
    expect(await wait()).toMatchObject({ outcome: 'not_finished', exit_code: 75, pid: null });
    expect(readFileSync(join(cwd, 'out/cats/background.log'), 'utf8')).not.toContain(token);
  });

  test('submits each job once, whether the run or its parent begins', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 0 } });
    const before = simulator.census().acceptedTotal;
    const pid = pidOf(await detached());
    expect(await wait()).toMatchObject({ outcome: 'done', exit_code: 0, next: [] });
    expect(manifestOf(join(cwd, 'out/cats')).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(simulator.census().acceptedTotal - before).toBe(3);
    await until(() => !isAlive(pid));
    // Nothing is left to do, so no process is started.
    const again = lines(await detached()).map(({ event }) => event);
    expect(again).toContain('summary');
    expect(again).not.toContain('detached');
  });

  test('stops with Ctrl-C as any run does, and the wait ends with it', async () => {
    const before = simulator.census().acceptedTotal;
    const pid = pidOf(await detached());
    await until(() => simulator.census().acceptedTotal > before);
    const waiting = wait();
    process.kill(pid, 'SIGINT');
    const log = join(cwd, 'out/cats/background.log');
    await until(() => readFileSync(log, 'utf8').includes('Stopping'));
    process.kill(pid, 'SIGINT');
    expect(await waiting).toMatchObject({ exit_code: 75, next: ['rcb resume out/cats'] });
  });

  test('a wait ends when the process is killed', async () => {
    const pid = pidOf(await detached());
    const waiting = startRcb(['wait', 'out/cats'], { cwd, env });
    process.kill(pid, 'SIGKILL');
    expect((await waiting.ended).code).toBe(75);
  });

  test('asks as ever, and what is wrong is told by the command itself', async () => {
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    const refused = await rcb(['run', 'cats.csv', '--detach', '--json'], { cwd });
    expect(refused.code).toBe(77);
    expect(lines(refused).at(-1)).toMatchObject({ event: 'error', class: 'token', exit_code: 77 });
    const fetched = await rcb(['fetch', 'out/cats', '--detach'], { cwd });
    expect(fetched).toMatchObject({ code: 64, stderr: expect.stringContaining('--detach') });
  });

  test('a start that fails is told with the message and the code of the process that failed', async () => {
    const { startInBackground } = await import('../../src/app/running/background.ts');
    const child = join(cwd, 'child.mjs');
    writeFileSync(
      child,
      `import { writeSync } from 'node:fs'; writeSync(3, '{"class":"locked","message":"It is taken.","hint":null}'); process.exit(73);`,
    );
    const program = { execPath: process.execPath, args: [child], env: {} };
    expect(await startInBackground(cwd, program)).toMatchObject({
      type: 'failed',
      error: { class: 'locked', message: 'It is taken.' },
    });
    writeFileSync(child, 'process.exit(1);');
    expect(await startInBackground(cwd, program)).toMatchObject({ type: 'failed', error: null });
  });

  test('a link in place of its log leads nowhere else', async () => {
    const { startInBackground } = await import('../../src/app/running/background.ts');
    const { symlinkSync } = await import('node:fs');
    writeFileSync(join(cwd, 'mine.txt'), 'mine');
    symlinkSync(join(cwd, 'mine.txt'), join(cwd, 'background.log'));
    const child = join(cwd, 'child.mjs');
    writeFileSync(child, `console.log('loud');`);
    await startInBackground(cwd, { execPath: process.execPath, args: [child], env: {} });
    expect(readFileSync(join(cwd, 'mine.txt'), 'utf8')).toBe('mine');
  });
});

describe('rcb wait', () => {
  test('returns at once where no process works on the folder, with the code of its state', async () => {
    simulator.setOptions({ latency: { kind: 'fixed', ms: 0 }, failRate: 1 });
    await rcb(['run', 'cats.csv', '--base-url', simulator.baseUrl, ...poll], { cwd, env });
    simulator.setOptions({ failRate: 0 });
    expect(await wait()).toMatchObject({ outcome: 'finished_with_failures', exit_code: 1 });
    expect((await rcb(['wait', 'nothing'], { cwd })).code).toBe(64);
  });
});
