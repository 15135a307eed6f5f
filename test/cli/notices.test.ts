import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { startRcb, workFolder } from '../support/command-line.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { rcbOnTerminal } from '../support/live-terminal.ts';
import { isAlive, tracesOf, until } from '../support/processes.ts';
import { canOpenTerminal } from '../support/terminal-answer.ts';

const token = 'tok-night-0123456789';
let clock: HeldClock;
let simulator: Simulator;
let cwd: string;
let args: string[];
let bin: string;

beforeEach(async () => {
  clock = heldClock();
  simulator = await startSimulator({
    ...{ slots: 4, latency: { kind: 'fixed', ms: 20 }, clock: clock.now, token },
  });
  cwd = workFolder();
  bin = join(cwd, 'bin');
  mkdirSync(bin);
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\na cat,3\n');
  args = ['run', 'cats.csv', '-y', '--no-view', '--base-url', simulator.baseUrl, '--poll', '0.1'];
});
afterEach(() => simulator.close());

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
const jsonIn = (name: string): Record<string, unknown> => JSON.parse(read(name));
const envWith = (more: Record<string, string> = {}) => ({
  PATH: `${bin}:${process.env.PATH}`,
  RUNCOMFY_API_TOKEN: token,
  ...more,
});

describe.skipIf(process.platform === 'win32')('--notify-cmd', () => {
  test('gets the summary, without a token in it or around it, and its failure is a warning alone', async () => {
    const command = 'cat > told.json; env > told.env; echo first >&2; echo "no such channel" >&2; exit 3';
    const env = envWith({ COPIED: `Bearer ${token}`, KEPT: 'yes' });
    const { code, stderr, stdout } = await startRcb([...args, '--json', '--notify-cmd', command], {
      cwd,
      env,
    }).ended;
    expect(code).toBe(0);
    expect(stderr).toContain('The command of --notify-cmd ended with exit code 3: no such channel');
    const told = jsonIn('told.json');
    expect(told).toMatchObject({
      ...{ event: 'summary', dir: 'out/cats', outcome: 'done', exit_code: 0, next: [] },
      counts: { done: 3 },
      text: expect.stringMatching(/^out\/cats: all 3 jobs done \(\$0\.24, \d+s\)\.$/),
    });
    const { text, ...summary } = told;
    expect(text).toBeTruthy();
    expect(summary).toEqual(JSON.parse(stdout.trimEnd().split('\n').at(-1) as string));
    expect(read('told.env')).toMatch(/^KEPT=yes$/m);
    expect(read('told.env')).toMatch(/^RCB_OUTCOME=done$/m);
    expect(read('told.env') + read('told.json')).not.toContain(token);
  });

  test('hears of a run that is stopped, and of what continues it', async () => {
    clock.hold();
    const run = startRcb([...args, '-j', '2', '--notify-cmd', 'cat > told.json'], { cwd, env: envWith() });
    await until(() => simulator.census().acceptedTotal === 2);
    run.kill('SIGINT');
    await run.said('Press Ctrl-C again');
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(jsonIn('told.json')).toMatchObject({
      ...{ outcome: 'interrupted', exit_code: 130, next: [expect.stringContaining('rcb run cats.csv')] },
      text: expect.stringContaining('2 still running on the server'),
    });
  });

  test('hears of a cap', async () => {
    const capped = [...args, '--max-cost', '0.10', '--notify-cmd', 'cat > told.json'];
    expect((await startRcb(capped, { cwd, env: envWith() }).ended).code).toBe(75);
    expect(jsonIn('told.json')).toMatchObject({
      outcome: 'not_finished',
      text: expect.stringMatching(/cap|max-cost/),
    });
  });

  test('is not called where there was nothing to do', async () => {
    await startRcb(args, { cwd, env: envWith() }).ended;
    const again = await startRcb([...args, '--notify-cmd', 'cat > told.json'], { cwd, env: envWith() }).ended;
    expect(again.stderr).toContain('Nothing to do');
    expect(existsSync(join(cwd, 'told.json'))).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('--notify', () => {
  test('has notify-send show how it ended, in arguments that no shell reads', async () => {
    program('notify-send', 'printf "%s|" "$@" > told; env > told.env');
    const dir = 'out/$(touch pwned) <b>';
    const { code } = await startRcb([...args, '-o', dir, '--notify'], { cwd, env: envWith() }).ended;
    expect(code).toBe(0);
    expect(read('told')).toMatch(
      /^--app-name=rcb\|--\|rcb\|out\/\$\(touch pwned\) &lt;b&gt;: all 3 jobs done/,
    );
    expect(read('told.env')).not.toContain(token);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  test('takes gdbus where notify-send fails, and says what went wrong where neither works', async () => {
    program('notify-send', 'exit 1');
    program('gdbus', 'printf "%s|" "$@" > told');
    await startRcb([...args, '-o', "out/it's", '--notify'], { cwd, env: envWith() }).ended;
    expect(read('told')).toContain('|--|rcb|0||');
    expect(read('told')).toContain("|'out/it\\'s: all 3 jobs done");
    program('gdbus', 'echo "no session bus" >&2; exit 1');
    const { code, stderr } = await startRcb([...args, '-o', 'out/b', '--notify'], { cwd, env: envWith() })
      .ended;
    expect(code).toBe(0);
    expect(stderr).toContain('No desktop notification was shown. gdbus ended with 1: no session bus');
  });

  test('says before the run what to install where there is neither', async () => {
    const env = { ...envWith(), PATH: dirname(process.execPath) };
    const { stderr } = await startRcb([...args, '--notify'], { cwd, env }).ended;
    expect(stderr.match(/Install notify-send/g)).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')('a machine is kept awake', () => {
  const inhibit = `echo $$ > inhibit.pid; env > inhibit.env; printf '%s\\n' "$@" > inhibit.args; shift 4; exec "$@"`;

  test('while a run is under way, by a child that has no token and ends even where the run is killed', async () => {
    program('systemd-inhibit', inhibit);
    clock.hold();
    const run = startRcb([...args, '--inhibit'], { cwd, env: envWith() });
    await until(
      () => existsSync(join(cwd, 'out/cats/run.log')) && read('out/cats/run.log').includes('kept awake'),
    );
    const pid = Number(read('inhibit.pid'));
    expect(isAlive(pid)).toBe(true);
    expect(tracesOf(pid) + read('inhibit.env')).not.toContain(token);
    expect(read('inhibit.args')).toMatch(/^--what=idle:sleep\n--mode=block\n/);
    run.kill('SIGKILL');
    // Its streams are closed although the child was there: it holds none of them.
    expect((await run.ended).signal).toBe('SIGKILL');
    await until(() => !isAlive(pid));
  });

  test('no longer than the run, and not where the system does not let it', async () => {
    program('systemd-inhibit', inhibit);
    expect((await startRcb([...args, '--inhibit'], { cwd, env: envWith() }).ended).code).toBe(0);
    await until(() => !isAlive(Number(read('inhibit.pid'))));
    program('systemd-inhibit', 'echo "Failed to inhibit: no logind" >&2; exit 1');
    const refused = await startRcb([...args, '-o', 'out/b', '--inhibit'], { cwd, env: envWith() }).ended;
    expect(refused).toMatchObject({ code: 0 });
    expect(refused.stderr).not.toContain('logind');
    expect(read('out/b/run.log')).toContain('the machine may fall asleep');
  });

  test('but not for a simulator, nor under --no-inhibit', async () => {
    program('systemd-inhibit', inhibit);
    for (const more of [[], ['--no-inhibit', '-o', 'out/b']]) {
      await startRcb([...args, ...more], { cwd, env: envWith() }).ended;
      expect(existsSync(join(cwd, 'inhibit.pid'))).toBe(false);
    }
  });
});

describe.runIf(canOpenTerminal())('the terminal of a run', () => {
  const env = { TERM_PROGRAM: 'WezTerm', RUNCOMFY_API_TOKEN: token };

  test('is called by --bell even if the run was short', async () => {
    const run = rcbOnTerminal([...args, '--bell'], { cwd, env });
    await run.shows(/\u001b\]777;notify;rcb;out\/cats: all 3 jobs done \([^\u0007]*\u0007\u0007/, 'raw');
    expect(await run.ended).toBe(0);
  });

  test.each([[[]], [['--no-bell']], [['--bell', '--quiet']]])('is left alone with %j', async (more) => {
    const run = rcbOnTerminal([...args, ...more], { cwd, env });
    expect(await run.ended).toBe(0);
    expect(run.written()).not.toMatch(/\u0007|777/);
  });

  test('gets nothing that a dumb one would print, nor does a pipe', async () => {
    const dumb = rcbOnTerminal([...args, '--bell'], { cwd, env: { ...env, TERM: 'dumb' } });
    expect(await dumb.ended).toBe(0);
    expect(dumb.written()).not.toMatch(/\u0007|777/);
    const piped = await startRcb([...args, '-o', 'out/b', '--bell'], { cwd, env: envWith(env) }).ended;
    expect(piped.stderr).not.toMatch(/\u0007|777/);
  });
});
