import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import { bodyKey } from '../../../src/simulator/census.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 200 } });
});
afterAll(() => simulator.close());

let ledger: string;
/** Two machines: each has its own folder. */
let here: string;
let there: string;

beforeEach(async ({ task }) => {
  if (task.mode === 'skip') return;
  ledger = await databaseForTest();
  [here, there] = [workFolder(), workFolder()];
  rows(3);
});

function rows(count: number): void {
  const lines = Array.from({ length: count }, (_, row) => `cat ${row},${row + 1}`);
  writeFileSync(join(here, 'cats.csv'), `prompt,seed\n${lines.join('\n')}\n`);
}

const api = (): readonly string[] => ['--base-url', simulator.baseUrl, '--no-view'];
const shared = (cwd: string, ...args: readonly string[]): Promise<Ended> =>
  rcb(args, { cwd, env: { RCB_LEDGER: ledger } });

describe('a run that several machines share', () => {
  postgresTest('is begun, looked at, joined and continued, and each job is paid for once', async () => {
    const before = simulator.census().acceptedTotal;
    const begun = await shared(here, 'run', 'cats.csv', ...api());
    expect(begun).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/New shared run "cats" in postgres:/),
    });
    expect(manifestOf(join(here, 'out/cats')).map(({ state }) => state)).toEqual(['done', 'done', 'done']);

    const looked = await shared(there, 'status', 'cats', '--json');
    expect(JSON.parse(looked.stdout)).toMatchObject({ dir: 'out/cats', jobs: 3, counts: { done: 3 } });
    const listed = await shared(there, 'ls', 'cats');
    expect(listed.stdout.trim().split('\n')).toHaveLength(3);
    const joined = await shared(there, 'work', 'cats', ...api());
    expect(joined).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do') });

    rows(4);
    const again = await shared(here, 'run', 'cats.csv', ...api());
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('All 4 jobs are done') });
    const pulled = await shared(there, 'pull', 'cats', '--json', '--no-files');
    expect(JSON.parse(pulled.stdout)).toMatchObject({
      event: 'pulled',
      run: 'cats',
      jobs: 4,
      detached: false,
    });
    expect(simulator.census().acceptedTotal).toBe(before + 4);
  });

  postgresTest('is worked on by two at once, within the limits of the first', async () => {
    rows(24);
    const env = { RCB_LEDGER: ledger };
    const before = simulator.census().acceptedTotal;
    const first = startRcb(['run', 'cats.csv', ...api(), '-j', '2', '--yes', '--json'], { cwd: here, env });
    await first.said('"state":"running"');
    const second = await startRcb(['work', 'cats', ...api(), '--yes', '--json'], { cwd: there, env }).ended;
    expect({ code: second.code, stderr: second.stderr }).toMatchObject({ code: 0 });
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(simulator.census().acceptedTotal).toBe(before + 24);
    const files = (dir: string) =>
      filesBelow(join(dir, 'out/cats')).filter((path) => path.startsWith('files/'));
    expect(files(here).length + files(there).length).toBe(24);
    expect(files(there).length).toBeGreaterThan(0);
    for (const dir of [here, there]) {
      expect(manifestOf(join(dir, 'out/cats')).filter(({ state }) => state === 'done')).toHaveLength(24);
    }
  });

  postgresTest('of a folder is shared, refused without its ledger, and taken back', async () => {
    await rcb(['run', 'cats.csv', ...api()], { cwd: here });
    const embedded = await shared(here, 'run', 'cats.csv', ...api());
    expect(embedded).toMatchObject({ code: 64, stderr: expect.stringContaining('rcb share-run') });
    const handed = await shared(here, 'share-run', 'out/cats');
    expect(handed).toMatchObject({ code: 0, stderr: expect.stringContaining('rcb work cats') });
    const alone = await rcb(['resume', 'out/cats', ...api()], { cwd: here });
    expect(alone).toMatchObject({ code: 64, stderr: expect.stringContaining('RCB_LEDGER') });
    const detached = await shared(here, 'pull', 'out/cats', '--detach');
    expect(detached).toMatchObject({ code: 0, stderr: expect.stringContaining('not shared any more') });
    expect(await rcb(['resume', 'out/cats', ...api()], { cwd: here })).toMatchObject({ code: 0 });
    const late = await shared(there, 'work', 'cats', ...api());
    expect(late).toMatchObject({ code: 64, stderr: expect.stringContaining('not shared any more') });
  });
});

describe('orders on a shared run', () => {
  postgresTest('are carried out in its ledger, from any machine, if nothing has changed since', async () => {
    const patient = [...api(), '--retries', '0', '--outage', '1s'];
    simulator.setFaults({ submit: { resetAfter: 1 } });
    const unclear = await shared(here, 'run', 'cats.csv', ...patient);
    simulator.setFaults({});
    expect(unclear.code).toBe(76);
    const [a, b, c] = manifestOf(join(here, 'out/cats')) as [ManifestLine, ManifestLine, ManifestLine];

    // The answer may still come to the machine that sent them.
    const early = await shared(there, 'reconcile', 'cats', '--resubmit', 'all');
    expect(early).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/was submitted \S+ ago: the runner/),
    });
    const [paid] = simulator.census().requestIds[bodyKey(a.model, a.input)] as [string];
    const adopted = await shared(there, 'reconcile', 'cats', '--adopt', `${a.job}=${paid}`);
    expect({ code: adopted.code, said: adopted.stdout + adopted.stderr }).toMatchObject({ code: 76 });
    expect(await shared(here, 'reconcile', 'cats', '--write-off', b.job)).toMatchObject({ code: 76 });
    expect(await shared(there, 'reconcile', 'cats', '--write-off', c.job)).toMatchObject({ code: 0 });
    const accepted = simulator.census().acceptedTotal;
    expect(await shared(there, 'work', 'cats', ...patient)).toMatchObject({ code: 1 });
    expect(simulator.census().acceptedTotal).toBe(accepted);

    const retried = await shared(here, 'retry', 'cats', b.job, ...patient);
    expect(retried).toMatchObject({ code: 1 });
    expect(simulator.census().acceptedTotal).toBe(accepted + 1);
    const { stdout } = await shared(there, 'ls', 'cats', '--json');
    const states = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).state);
    expect(states.toSorted()).toEqual(['done', 'done', 'failed']);
  });
});

describe('what is refused in words', () => {
  postgresTest.each([
    [['work'], {}, 64, /needs a shared ledger/],
    [['work', 'dogs'], 'ledger', 64, /There is no run "dogs"/],
    [['work', '../dogs'], 'ledger', 64, /There is no run "dogs"/],
    [['run', 'cats.csv', '--rehearse', '--ledger', 'postgres://h/d'], {}, 64, /rehearsal is not shared/],
    [['run', 'cats.csv', '--ledger', 'mysql://h/d'], {}, 64, /must be the address of a PostgreSQL/],
    [['status', 'cats', '--ledger', 'postgres://127.0.0.1:1/d'], {}, 69, /postgres:\/\/127\.0\.0\.1:1/],
  ] as const)('rcb %j', async (args, env, code, sentence) => {
    const ended = await rcb([...args], { cwd: here, env: env === 'ledger' ? { RCB_LEDGER: ledger } : env });
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
  });

  postgresTest('another token than that of the run', async () => {
    const env = { RCB_LEDGER: ledger };
    const mine = { ...env, RUNCOMFY_API_TOKEN: 'token-of-the-first-user' };
    const other = { ...env, RUNCOMFY_API_TOKEN: 'token-of-somebody-else' };
    expect(await rcb(['run', 'cats.csv', ...api()], { cwd: here, env: mine })).toMatchObject({ code: 0 });
    rows(4);
    const refused = await rcb(['run', 'cats.csv', ...api()], { cwd: here, env: other });
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('a different token') });
    const meant = await rcb(['run', 'cats.csv', ...api(), '--this-account'], { cwd: here, env: other });
    expect(meant).toMatchObject({ code: 0 });
  });
});

postgresTest('a password is in no file and no output, and seen by ps with a warning', async () => {
  const secret = 'hunter2-%40-secret';
  const url = new URL(ledger);
  url.password = secret;
  const given = ['--ledger', url.href];
  const run = await rcb(['run', 'cats.csv', ...api(), ...given, '--json'], { cwd: here });
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('visible to everybody') });
  const stopped = await rcb(['status', 'cats', '--ledgr', url.href], { cwd: here });
  const nowhere = await rcb(['status', 'nowhere', ...given], { cwd: here });
  const config = await rcb(['config', '--json', ...given], { cwd: here });
  const all = [run, stopped, nowhere, config].map(({ stdout, stderr }) => stdout + stderr);
  for (const text of all) expect(text).not.toMatch(/hunter2|@-secret/);
  for (const path of filesBelow(here)) {
    expect([path, readFileSync(join(here, path)).includes('hunter2')]).toEqual([path, false]);
  }
});
