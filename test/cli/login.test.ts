import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { quoted } from '../../src/core/shell-words.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, main, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { canOpenTerminal } from '../support/terminal-answer.ts';
import { filesHolding } from '../threats/attack.ts';

const token = 'tok-7d1fa9c2e8b34f60';
let cwd: string;
let store: string;
let simulator: Simulator;
beforeEach(async () => {
  cwd = workFolder();
  store = join(cwd, '.config/runcomfy-batch/token.json');
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, token, balanceUsd: 24.6 });
  onTestFinished(() => simulator.close());
});

const there = (): readonly string[] => ['--base-url', simulator.baseUrl];

function login(input: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return rcb(['login', '--with-token', ...there()], { cwd, input, env });
}

const rights = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('rcb login', () => {
  test('checks the token and stores it for the user alone, and later commands use it', async () => {
    expect((await rcb(['balance', ...there()], { cwd })).code).toBe(77);
    const { code, stdout, stderr } = await login(`${token}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('the balance is $24.60');
    expect(stdout).not.toContain(token);
    expect([rights(store), rights(dirname(store))]).toEqual(['600', '700']);
    expect(await rcb(['balance', ...there()], { cwd })).toMatchObject({ code: 0, stdout: '$24.60\n' });
    expect(filesHolding(cwd, [token])).toEqual([`.config/runcomfy-batch/token.json: ${token}`]);
    const forgotten = await rcb(['logout', ...there()], { cwd });
    expect(forgotten).toMatchObject({ code: 0, stdout: expect.stringContaining('Removed the token') });
    expect((await rcb(['balance', ...there()], { cwd })).code).toBe(77);
    expect((await rcb(['logout', ...there()], { cwd })).stdout).toContain('No token is stored');
  });

  test('stores nothing where the token is refused, cannot be one, or cannot be checked', async () => {
    expect((await login('tok-another-one-altogether')).code).toBe(77);
    for (const odd of ['', ' \n', 'two words', 'short', `a\u0007${token}`, 'x'.repeat(70_000)]) {
      expect((await login(odd)).code).toBe(77);
    }
    await simulator.close();
    expect((await login(token)).code).toBe(69);
    expect(filesHolding(cwd, ['tok'])).toEqual([]);
  });

  test('sends a stored token to no other address than its own', async () => {
    await login(token);
    const other = await startSimulator({ token });
    onTestFinished(() => other.close());
    expect((await rcb(['balance', '--base-url', other.baseUrl], { cwd })).code).toBe(77);
  });

  test('gives way to a token file and to the environment, and says so', async () => {
    const { stderr } = await login(token, { RUNCOMFY_TOKEN: 'tok-of-somebody-else' });
    expect(stderr).toContain('RUNCOMFY_TOKEN is set, and its token is used before the stored one.');
    const env = { RUNCOMFY_TOKEN: 'tok-of-somebody-else' };
    expect((await rcb(['balance', ...there()], { cwd, env })).code).toBe(77);
    mkdirSync(join(cwd, '.config/runcomfy'), { recursive: true });
    writeFileSync(join(cwd, '.config/runcomfy/token.json'), '{"access_token":"tok-of-the-other-program"}');
    expect((await rcb(['balance', ...there()], { cwd })).code).toBe(0);
  });

  test.runIf(process.platform !== 'win32')(
    'refuses a stored token that is a link or that others may read',
    async () => {
      await login(token);
      chmodSync(store, 0o644);
      const open = await rcb(['balance', ...there()], { cwd });
      expect(open).toMatchObject({ code: 77, stderr: expect.stringContaining('other users may read it') });
      expect((await login(token)).code).toBe(77);
      chmodSync(store, 0o600);
      const elsewhere = join(cwd, 'elsewhere.json');
      writeFileSync(elsewhere, readFileSync(store), { mode: 0o600 });
      const linked = workFolder();
      mkdirSync(join(linked, 'runcomfy-batch'));
      symlinkSync(elsewhere, join(linked, 'runcomfy-batch/token.json'));
      const env = { XDG_CONFIG_HOME: linked };
      const read = await rcb(['balance', ...there()], { cwd, env });
      expect(read).toMatchObject({ code: 77, stderr: expect.stringContaining('is a link') });
      expect((await login('tok-7d1fa9c2e8b34f60', env)).code).toBe(77);
      expect(readFileSync(elsewhere, 'utf8')).toBe(readFileSync(store, 'utf8'));
    },
  );

  test('takes no token as an argument, does not repeat it, and needs a terminal or --with-token', async () => {
    const given = await rcb(['login', token], { cwd });
    expect(given.code).toBe(64);
    expect(given.stdout + given.stderr).not.toContain(token);
    const alone = await startRcb(['login'], { cwd }).ended;
    expect(alone).toMatchObject({ code: 64, stderr: expect.stringContaining('--with-token') });
  });

  test('is what every command proposes that lacks a token, with the page that has one', async () => {
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\n');
    for (const args of [['run', 'cats.csv'], ['balance'], ['models']]) {
      const { code, stderr } = await rcb(args, { cwd });
      expect(code).toBe(77);
      expect(stderr).toMatch(/Run rcb login \(get a token at https:\/\/\S+\)/);
    }
  });
});

/** Runs the program on a terminal of its own, and types once it has asked. */
function typing(keys: string): Promise<{ readonly code: number | null; readonly shown: string }> {
  const command = [process.execPath, main, 'login', ...there()].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `${command}; code=$?; stty -a; exit $code`, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let shown = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isTyped || !shown.includes('not shown: ')) return;
    isTyped = true;
    child.stdin.write(keys);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown }));
  });
}

describe.runIf(canOpenTerminal())('rcb login on a terminal', () => {
  test.each([
    ['typed', `${token}\r`],
    ['typed with mistakes', `wrong\u0015x\u007f${token}y\u007f\r`],
    ['pasted by a terminal that marks it', `\u001b[200~${token}\u001b[201~\r`],
  ])('shows nothing of a token that is %s, and leaves the terminal as it was', async (_, keys) => {
    const { code, shown } = await typing(keys);
    expect({ code, shown }).toMatchObject({
      code: 0,
      shown: expect.stringContaining('the balance is $24.60'),
    });
    expect(shown).not.toContain(token.slice(4, 10));
    expect(shown).not.toContain('*');
    expect(shown).toMatch(/ icanon /);
    expect(shown).toMatch(/ echo /);
    expect(readFileSync(store, 'utf8')).toContain(token);
  });

  test('is left by Ctrl-C, with nothing stored', async () => {
    const { code, shown } = await typing(`${token}\u0003`);
    expect(code).toBe(130);
    expect(shown).toMatch(/ echo /);
    expect(filesHolding(cwd, [token])).toEqual([]);
  });
});
