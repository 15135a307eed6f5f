import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { nodeFinding } from '../../src/app/doctor/machine-checks.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, rcb, workFolder } from '../support/command-line.ts';

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
});

interface Check {
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly remedy: string | null;
}

async function doctor(url: string, env: Readonly<Record<string, string>> = {}) {
  const there = { LANG: 'C.UTF-8', RUNCOMFY_API_TOKEN: token, ...env };
  const { code, stdout, stderr } = await rcb(['doctor', '--json', '--base-url', url], { cwd, env: there });
  expect(stderr).toBe('');
  expect(stdout).not.toContain(token);
  const { ok, checks } = JSON.parse(stdout) as { readonly ok: boolean; readonly checks: readonly Check[] };
  expect(ok).toBe(code === 0);
  for (const { state, remedy } of checks) expect(state === 'ok').toBe(remedy === null);
  return { code, of: (name: string) => checks.find(({ check }) => check === name), checks };
}

const token = 'tok-7d1fa9c2e8b34f60';

/** An API that answers everything in this way. */
async function answering(
  status: number,
  headers: Readonly<Record<string, string>>,
  body = '{}',
): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('rcb doctor', () => {
  test('finds everything well where it is, without a paid request or a file', async () => {
    const simulator = await startSimulator({ token, balanceUsd: 5 });
    onTestFinished(() => simulator.close());
    const { code, checks, of } = await doctor(simulator.baseUrl);
    expect(code).toBe(0);
    expect(checks.map(({ check }) => check)).toEqual([
      ...['Node', 'sharp', 'fonts', 'disk', 'own folders', 'terminal', 'helpers'],
      ...['proxy', 'API', 'clock', 'token', 'balance'],
    ]);
    expect(of('balance')).toMatchObject({ state: 'ok', found: '$5.00' });
    expect(of('token')).toMatchObject({ state: 'ok', found: 'from RUNCOMFY_API_TOKEN' });
    expect(of('API')?.found).toMatch(/answers in \d+ ms/);
    expect(simulator.census()).toMatchObject({ accepted: {} });
    expect(filesBelow(cwd)).toEqual([]);
  });

  test('says in words what each thing needs that is wrong', async () => {
    const simulator = await startSimulator({ token: 'tok-of-another-account', balanceUsd: 0 });
    onTestFinished(() => simulator.close());
    const refused = await doctor(simulator.baseUrl);
    expect(refused.code).toBe(1);
    expect(refused.checks.at(-1)).toMatchObject({
      check: 'token',
      state: 'fail',
      remedy: expect.stringContaining('rcb login'),
    });
    const poor = await doctor(simulator.baseUrl, { RUNCOMFY_API_TOKEN: 'tok-of-another-account' }).catch(
      (error) => error,
    );
    expect(poor.of('balance')).toMatchObject({ state: 'warn', found: expect.stringContaining('empty') });
    expect((await doctor(simulator.baseUrl, { LANG: 'C' })).of('terminal')?.state).toBe('warn');
  });

  test('tells of a clock that is wrong, and of an API that is out', async () => {
    const old = { date: new Date(Date.now() - 7_200_000).toUTCString() };
    const { code, of } = await doctor(await answering(503, old));
    expect(of('clock')).toMatchObject({ state: 'warn', found: expect.stringContaining('ahead of the API') });
    expect(of('API')).toMatchObject({ state: 'warn', found: expect.stringContaining('HTTP 503') });
    expect(code).toBe(1);
  });

  test('ends without a network, and where a server takes the call and says nothing', async () => {
    const gone = await doctor('http://127.0.0.1:9');
    expect([gone.code, gone.of('API')?.state]).toEqual([1, 'fail']);
    const mute = createSocketServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void mute.close());
    const hung = await doctor(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`);
    expect([hung.code, hung.of('API')?.state]).toEqual([1, 'fail']);
  });

  test('works without a token, and shows proxies without their passwords', async () => {
    const env = { RUNCOMFY_API_TOKEN: '', HTTPS_PROXY: 'http://anna:geheim@127.0.0.1:9' };
    const { code, of } = await doctor('https://api.invalid', env);
    expect(code).toBe(1);
    expect(of('token')).toMatchObject({ state: 'fail', remedy: expect.stringContaining('rcb login') });
    expect(of('proxy')?.found).toContain('http://127.0.0.1:9/');
    expect(of('proxy')?.found).not.toMatch(/anna|geheim/);
  });

  test('tries to write where run folders are made', async ({ skip }) => {
    if (process.geteuid?.() === 0) skip('Root may write everywhere.');
    mkdirSync(join(cwd, 'out'));
    chmodSync(join(cwd, 'out'), 0o500);
    const { of } = await doctor('http://127.0.0.1:9');
    chmodSync(join(cwd, 'out'), 0o700);
    expect(of('disk')).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('out/ cannot be written to'),
    });
  });

  test.each([
    ['22.19.0', 'warn'],
    ['22.23.0', 'ok'],
    ['23.11.0', 'warn'],
    ['24.16.9', 'warn'],
    ['24.17.0', 'ok'],
    ['25.9.0', 'warn'],
    ['26.10.0', 'ok'],
    ['28.0.0', 'ok'],
  ])('knows that Node %s is %s', (version, state) => {
    expect(nodeFinding(version).state).toBe(state);
  });
});

describe('rcb init', () => {
  test('writes three prompts, prints the next command, and that command works', async () => {
    const { code, stdout } = await rcb(['init'], { cwd });
    expect(code).toBe(0);
    expect(filesBelow(cwd)).toEqual(['prompts.csv']);
    const command = /^ {2}rcb (run .*)$/m.exec(stdout)?.[1] ?? '';
    expect(command).toContain('--rehearse');
    const run = await rcb([...command.split(' '), '--no-view'], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('All 3 jobs are done') });
  });

  test('makes the folder, writes settings where they are asked for, and overwrites nothing', async () => {
    expect((await rcb(['init', 'my cats', '--config'], { cwd })).code).toBe(0);
    expect(filesBelow(cwd)).toEqual(['my cats/prompts.csv', 'my cats/rcb.toml']);
    expect((await rcb(['plan', 'my cats/prompts.csv'], { cwd })).code).toBe(0);
    const again = await rcb(['init', 'my cats'], { cwd });
    expect(again).toMatchObject({ code: 73, stderr: expect.stringContaining('was left as it is') });
    expect(existsSync(join(cwd, 'prompts.csv'))).toBe(false);
    expect((await rcb(['init', 'a', 'b'], { cwd })).code).toBe(64);
  });
});
