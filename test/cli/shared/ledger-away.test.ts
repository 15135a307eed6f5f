import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { main, manifestOf, rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 200 } });
});
afterAll(() => simulator.close());

let wire: TcpProxy;
let here: string;
let setting: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };

beforeEach(async ({ task }) => {
  if (task.mode === 'skip') return;
  const ledger = await databaseForTest();
  wire = await tcpProxy(ledger);
  onTestFinished(() => wire.close());
  here = workFolder();
  setting = { cwd: here, env: { RCB_LEDGER: wire.through(ledger) } };
  const lines = Array.from({ length: 12 }, (_, row) => `cat,${row}`);
  writeFileSync(join(here, 'cats.csv'), `prompt,seed\n${lines.join('\n')}\n`);
});

const working = (): readonly string[] => ['--base-url', simulator.baseUrl, '--no-view', '--yes', '-j', '2'];
const allDone = (): void =>
  expect(manifestOf(join(here, 'out/cats')).filter(({ state }) => state === 'done')).toHaveLength(12);

postgresTest.each([
  [['--json'], /"event":"waiting","for":"ledger"/],
  [[], /The shared ledger does not answer/],
] as const)('a ledger that is away in the middle of a run is waited for %j', async (flags, waits) => {
  const before = simulator.census().acceptedTotal;
  const run = startRcb(['run', 'cats.csv', ...working(), ...flags], setting);
  await expect.poll(() => simulator.census().acceptedTotal).toBeGreaterThan(before);
  wire.cut();
  await run.said(waits);
  wire.heal();
  const ended = await run.ended;
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(before + 12);
  allDone();
});

postgresTest(
  'a ledger that stays away ends a run that is to be patient for so long, and no longer',
  async () => {
    const before = simulator.census().acceptedTotal;
    const run = startRcb(['run', 'cats.csv', ...working(), '--json', '--outage', '5s'], setting);
    await run.said('"state":"done"');
    wire.cut();
    const ended = await run.ended;
    expect(ended).toMatchObject({
      ...{
        code: 75,
        stderr: expect.stringMatching(/Not finished: .* The shared ledger could not be reached for 5s/),
      },
    });
    const [next] = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '').next;
    wire.heal();
    const going = await rcb(next.split(' ').slice(1), setting);
    expect({ code: going.code, stderr: going.stderr }).toMatchObject({ code: 0 });
    expect(simulator.census().acceptedTotal).toBe(before + 12);
    allDone();
  },
);

test('sharing needs no package beside the program', async () => {
  const bare = mkdtempSync(join(tmpdir(), 'rcb-bare-'));
  onTestFinished(() => rmSync(bare, { recursive: true, force: true }));
  cpSync(dirname(main), join(bare, 'dist'), { recursive: true });
  cpSync(join(dirname(main), '../package.json'), join(bare, 'package.json'));
  const env = { RCB_LEDGER: 'postgres://127.0.0.1:1/rcb' };
  const run = promisify(execFile)(process.execPath, [join(bare, 'dist/main.js'), 'work', 'cats'], {
    cwd: bare,
    env,
  });
  await expect(run).rejects.toMatchObject({
    code: 69,
    stderr: expect.stringContaining('nothing listens there'),
  });
});
