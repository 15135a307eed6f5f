import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { answering, canOpenTerminal } from '../support/terminal-answer.ts';
import { filesHolding, finishing, type Listener, listener, withoutPage } from './attack.ts';

const token = 'SECRETUSERTOKEN123456';
const env = { RUNCOMFY_API_TOKEN: token };
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Gift {
  readonly cwd: string;
  readonly evil: Listener;
  readonly job: string;
}

/** A run folder as somebody could send it: made at an address of theirs, with jobs to collect, to retry and to settle. */
async function gift(address?: string): Promise<Gift> {
  const cwd = workFolder();
  const evil = await listener(finishing(() => ({ status: 'failed', error: 'no' })));
  const words = ['run', 'prompt=a cat', 'seed=1-4', '-o', 'gift', '--base-url', evil.origin];
  await rcb([...words, ...withoutPage], { cwd });
  const db = new DatabaseSync(join(cwd, 'gift/manifest.db'));
  db.exec(`UPDATE job SET state = 'queued', since = 1, failure = NULL WHERE seq <= 2;
    UPDATE job SET state = 'unknown', request_id = NULL, since = 1 WHERE seq = 3;`);
  if (address !== undefined) {
    const change = db.prepare(`UPDATE meta SET value = replace(value, ?, ?)`);
    change.run(`${evil.origin}/`, address);
  }
  db.close();
  const job = manifestOf(join(cwd, 'gift'))[0]?.job as string;
  (evil.heard as unknown[]).length = 0;
  return { cwd, evil, job };
}

const authorization = ({ heard }: Listener): string[] =>
  heard.flatMap(({ headers }) => /authorization\n(.*)/i.exec(headers)?.[1] ?? []);

const commandsOf = ({ job }: Pick<Gift, 'job'>): readonly (readonly string[])[] => [
  ['resume', 'gift', '-y', ...withoutPage],
  ['fetch', 'gift', ...withoutPage],
  ['retry', 'gift', '-y', ...withoutPage],
  ['reconcile', 'gift', '--adopt', `${job}=an-id`],
  ['cancel', 'gift'],
  ['vary', 'gift', job, '--repeat', '2', '-y', ...withoutPage],
];

test('no command sends the token to an address that only the folder names, and each names the host and the flag', async () => {
  const given = await gift();
  for (const command of commandsOf(given)) {
    const run = await rcb(command, { cwd: given.cwd, env });
    expect(run.code, `${command.join(' ')}: ${run.stderr}`).toBe(64);
    expect(run.stderr).toContain(new URL(given.evil.origin).host);
    expect(run.stderr).toContain(`--base-url ${given.evil.origin}`);
  }
  expect(given.evil.heard).toEqual([]);
  expect(filesHolding(given.cwd, [token])).toEqual([]);
});

test('https addresses elsewhere are doubted as well, and look-alikes of the official one', async () => {
  for (const address of ['https://evil.example/', 'https://model-api.runcomfy.net.evil.example/']) {
    const { cwd } = await gift(address);
    const run = await rcb(['fetch', 'gift', ...withoutPage], { cwd, env });
    expect(run.code).toBe(64);
    expect(run.stderr).toContain(new URL(address).host);
  }
});

test('the flag or the environment saying the same is trust enough', async () => {
  const { cwd, evil } = await gift();
  const flagged = ['fetch', 'gift', '--base-url', `${evil.origin}/v1`, '--this-account', ...withoutPage];
  expect((await rcb(flagged, { cwd, env })).code).toBe(76);
  expect(new Set(authorization(evil))).toEqual(new Set([`Bearer ${token}`]));

  const other = await gift();
  const told = { ...env, RUNCOMFY_MODEL_API_BASE: other.evil.origin };
  await rcb(['fetch', 'gift', ...withoutPage], { cwd: other.cwd, env: told });
  expect(authorization(other.evil).length).toBeGreaterThan(0);
});

test('an environment that says something else does not send the token to the folder’s address', async () => {
  const { cwd, evil } = await gift();
  const told = { ...env, RUNCOMFY_MODEL_API_BASE: 'http://127.0.0.1:9' };
  expect((await rcb(['resume', 'gift', '-y', ...withoutPage], { cwd, env: told })).code).toBe(64);
  expect(evil.heard).toEqual([]);
});

test('a loopback address needs no word where the user has no token: it gets a dummy', async () => {
  const { cwd, evil } = await gift();
  expect((await rcb(['fetch', 'gift', ...withoutPage], { cwd })).code).toBe(76);
  expect(new Set(authorization(evil))).toEqual(new Set(['Bearer loopback']));
});

test('what sends nothing asks nothing', async () => {
  const { cwd, evil } = await gift();
  for (const command of ['status', 'ls', 'view', 'reconcile']) {
    const run = await rcb([command, 'gift'], { cwd, env });
    expect(run.stderr).not.toContain('--base-url');
    expect([0, 76]).toContain(run.code);
  }
  expect(evil.heard).toEqual([]);
});

test('a rehearsal is gone on with without a question, whoever has a token', async () => {
  const cwd = workFolder();
  const words = ['run', 'prompt=a cat', 'seed=1-3', '--rehearse', '-o', 'try'];
  expect((await rcb([...words, ...withoutPage], { cwd, env })).code).toBe(0);
  const db = new DatabaseSync(join(cwd, 'try-rehearsal/manifest.db'));
  db.exec(`UPDATE job SET state = 'succeeded'`);
  db.close();
  const again = await rcb(['resume', 'try-rehearsal', ...withoutPage], { cwd, env });
  expect(again.code, again.stderr).toBe(0);
  const mixed = await rcb(
    ['run', 'prompt=a cat', 'seed=1-2', '-o', 'real', '--base-url', 'http://127.0.0.1:9', ...withoutPage],
    { cwd },
  );
  expect(mixed.code).toBe(69);
  expect((await rcb(['resume', 'real', '--rehearse'], { cwd })).code).toBe(64);
  expect(filesBelow(cwd).some((file) => file.startsWith('real/files'))).toBe(false);
});

describe.skipIf(!canOpenTerminal())('at a terminal', () => {
  test.each([
    ['y', true],
    ['', false],
    ['no', false],
    ['\u0003', false],
    ['\u0004', false],
  ])(
    'the question names the host, and "%s" decides',
    async (answer, isSent) => {
      const { cwd, evil } = await gift();
      const command = [process.execPath, main, 'fetch', 'gift', ...withoutPage];
      const { code, shown } = await answering(command, answer, { cwd, env });
      expect(shown).toContain(`Send your token to ${new URL(evil.origin).host}? [y/N]`);
      expect(code).toBe(isSent ? 76 : 64);
      expect(authorization(evil).includes(`Bearer ${token}`)).toBe(isSent);
    },
    60_000,
  );
});

test('the simulator’s own address is asked about where a real token would go there', async () => {
  const simulator = await startSimulator();
  const cwd = workFolder();
  const words = ['run', 'prompt=a cat', '-o', 'out/a', '--base-url', simulator.baseUrl, '--no-view'];
  expect((await rcb([...words, ...withoutPage], { cwd })).code).toBe(0);
  // Nothing is left to send.
  expect((await rcb(['resume', 'out/a', '--no-view'], { cwd, env })).code).toBe(0);
  await simulator.close();
});
