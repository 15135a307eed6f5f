import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { giveOrder } from '../../../src/app/folder/order-jobs.ts';
import { openShared } from '../../../src/app/shared/shared-opening.ts';
import { openPlace } from '../../../src/app/shared/shared-place.ts';
import type { Instant, RequestId } from '../../../src/core/job/job.ts';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import { type NamedLedger, namedLedger } from '../../../src/core/sharing/named-ledger.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { manifestOf, rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 100 } });
});
afterAll(() => simulator.close());

/** One machine, and another whose wire to the ledger can be held up. */
let here: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
let there: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
let wire: TcpProxy;

beforeEach(async ({ task }) => {
  if (task.mode === 'skip') return;
  const ledger = await databaseForTest();
  wire = await tcpProxy(ledger);
  onTestFinished(() => wire.close());
  here = { cwd: workFolder(), env: { RCB_LEDGER: ledger } };
  there = { cwd: workFolder(), env: { RCB_LEDGER: wire.through(ledger) } };
});

const api = (): readonly string[] => ['--base-url', simulator.baseUrl, '--no-view', '--yes'];
const rows = (cwd: string, ...seeds: readonly number[]): void =>
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${seeds.map((seed) => `cat,${seed}`).join('\n')}\n`);
const lines = ({ cwd }: { cwd: string }): readonly ManifestLine[] => manifestOf(join(cwd, 'out/cats'));

postgresTest('a plan that another machine has overtaken is compared again, and nothing is lost', async () => {
  const before = simulator.census().acceptedTotal;
  rows(here.cwd, 1, 2);
  rows(there.cwd, 2, 3, 4);
  wire.delay(150);
  const second = startRcb(['run', 'cats.csv', ...api()], there);
  await second.said(/3 jobs from cats.csv/);
  wire.darken();
  const first = await rcb(['run', 'cats.csv', ...api()], here);
  expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
  wire.heal();
  const ended = await second.ended;
  expect(ended).toMatchObject({
    ...{
      code: 0,
      stderr: expect.stringMatching(/Another machine has changed the plan of this run meanwhile/),
    },
  });
  expect(simulator.census().acceptedTotal).toBe(before + 4);
  expect(ended.stderr).toMatch(/removed +1 /);
  expect(ended.stderr).toMatch(/All 3 jobs are done/);
  const { stdout } = await rcb(['status', 'cats', '--json'], here);
  expect(JSON.parse(stdout)).toMatchObject({ jobs: 3, counts: { done: 3 }, cost: 0.32 });
});

postgresTest('an order that another machine has overtaken changes nothing, and says so', async () => {
  simulator.setFaults({ submit: { resetAfter: 1 } });
  rows(here.cwd, 1, 2);
  await rcb(['run', 'cats.csv', ...api(), '--retries', '0', '--outage', '1s'], here);
  simulator.setFaults({});
  expect(await rcb(['pull', 'cats', '--no-files'], there)).toMatchObject({ code: 0 });
  const [a, b] = lines(here) as [ManifestLine, ManifestLine];

  const address = namedLedger(there.env.RCB_LEDGER ?? '', 'RCB_LEDGER') as NamedLedger;
  const place = await openPlace(address, {}, () => {});
  const late = await openShared(place, join(there.cwd, 'out/cats'));
  try {
    const seen = late.held(['unknown']);
    expect(seen).toHaveLength(2);
    expect(await rcb(['reconcile', 'cats', '--write-off', a.job], here)).toMatchObject({ code: 76 });
    const retried = await rcb(['retry', 'cats', a.job, ...api()], here);
    expect(retried).toMatchObject({ code: 76, stderr: expect.stringContaining('1 in this run') });
    // Neither the request that somebody names for it by now.
    const adopted = { type: 'adopt', requestId: 'some-request' as RequestId, at: 0 as Instant } as const;
    const [first] = seen.filter(({ job }) => job.id === a.job);
    await expect(first === undefined ? null : giveOrder(late, [first], adopted)).rejects.toMatchObject({
      ...{ about: 'usage', message: expect.stringContaining(`Job ${a.job} has changed meanwhile`) },
    });
    await expect(giveOrder(late, seen, { type: 'write_off' })).rejects.toMatchObject({
      ...{ about: 'usage', message: expect.stringContaining(`Job ${a.job} has changed meanwhile`) },
    });
  } finally {
    await late.close();
    await place.runs.close();
  }
  const { stdout } = await rcb(['ls', 'cats', '--json'], here);
  const states = stdout
    .split('\n')
    .filter(Boolean)
    .map((line): ManifestLine => JSON.parse(line));
  expect(Object.fromEntries(states.map(({ job, state }) => [job, state]))).toEqual({
    ...{ [a.job]: 'done', [b.job]: 'unknown' },
  });
});
