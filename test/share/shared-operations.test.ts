import { expect, onTestFinished } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../support/command-line.ts';
import { bouncerBefore, bouncerTest } from '../support/pgbouncer.ts';
import { databaseForTest } from '../support/postgres.ts';
import { queried } from '../support/postgres-server.ts';

async function machine(url: string, base: string, cwd = workFolder()) {
  const env = { RUNCOMFY_API_TOKEN: 'any', RCB_LEDGER: url };
  return (...args: readonly string[]) =>
    rcb([...args, '--base-url', base, '-y', '--no-view', '--no-embed'], { cwd, env });
}

bouncerTest(
  'two machines share a run through PgBouncer in transaction mode, as Debian sets it up',
  async () => {
    const url = await databaseForTest();
    const bouncer = await bouncerBefore(url, { default_pool_size: 4 });
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 }, outputBytes: 2_048 });
    onTestFinished(() => simulator.close());
    const cwd = workFolder();
    const one = await machine(bouncer, simulator.baseUrl, cwd);
    const ran = await one('run', 'prompt=a cat', 'seed=1..20', '-o', 'out/cats');
    expect(ran.stderr).toContain('All 20 jobs are done');
    expect(ran.code).toBe(0);
    const worked = await one('work', 'cats', '-o', 'elsewhere/cats');
    expect(worked.code).toBe(0);
    expect(await queried(url, 'SELECT count(*)::int AS n FROM rcb.runner')).toEqual([{ n: 2 }]);
    expect(simulator.census().acceptedTotal).toBe(20);
  },
);
