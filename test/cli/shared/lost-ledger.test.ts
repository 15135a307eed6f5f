import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());

postgresTest(
  'a machine goes on without a ledger that is lost, and pays for nothing that others have',
  async () => {
    const [ledger, restored] = [await databaseForTest(), await databaseForTest()];
    const [here, there] = [workFolder(), workFolder()];
    const api = ['--base-url', simulator.baseUrl, '--no-view'];
    const shared = (cwd: string, ...args: readonly string[]) =>
      rcb(args, { cwd, env: { RCB_LEDGER: ledger } });
    writeFileSync(join(here, 'cats.csv'), 'prompt,seed\ncat,1\ncat,2\ncat,3\n');

    const capped = await shared(here, 'run', 'cats.csv', ...api, '--max-cost', '0.05');
    expect({ code: capped.code, stderr: capped.stderr }).toMatchObject({ code: 75 });
    expect(await shared(there, 'pull', 'cats', '--no-files')).toMatchObject({ code: 0 });
    expect(manifestOf(join(there, 'out/cats')).map(({ state }) => state)).toContain('pending');
    const rest = await shared(here, 'run', 'cats.csv', ...api, '--yes');
    expect({ code: rest.code, stderr: rest.stderr }).toMatchObject({ code: 0 });
    const paid = simulator.census().acceptedTotal;

    // Restored without the run, it is not begun anew there; and nobody is there at all.
    for (const args of [
      ['work', 'cats'],
      ['run', 'cats.csv'],
      ['pull', 'cats', '--detach'],
    ]) {
      const ended = await rcb([...args, ...(args[0] === 'pull' ? [] : api)], {
        ...{ cwd: here, env: { RCB_LEDGER: restored } },
      });
      expect([args, ended]).toMatchObject([
        args,
        { code: 64, stderr: expect.stringContaining('--detach --ledger none') },
      ]);
    }
    const gone = await rcb(['pull', 'out/cats', '--detach'], {
      ...{ cwd: there, env: { RCB_LEDGER: 'postgres://127.0.0.1:1/rcb' } },
    });
    expect(gone).toMatchObject({
      ...{ code: 69, stderr: expect.stringContaining('rcb pull out/cats --detach --ledger none') },
    });
    expect(await rcb(['pull', 'cats', '--detach'], { cwd: there })).toMatchObject({ code: 64 });

    const left = ['--detach', '--ledger', 'none', '--no-files'];
    expect(await rcb(['pull', ...left], { cwd: there })).toMatchObject({ code: 64 });
    const alone = await rcb(['pull', 'cats', ...left, '--json'], { cwd: there });
    expect(alone).toMatchObject({ code: 0, stderr: expect.stringMatching(/2 jobs without a request here/) });
    expect(JSON.parse(alone.stdout)).toMatchObject({
      detached: true,
      held: 2,
      counts: { pending: 0, unknown: 2 },
    });
    expect(await rcb(['resume', 'out/cats', ...api], { cwd: there })).toMatchObject({ code: 76 });
    expect(await rcb(['pull', 'out/cats', ...left], { cwd: here })).toMatchObject({ code: 0 });
    const merged = await rcb(['merge', 'out/cats', join(there, 'out/cats'), '-o', 'out/all'], { cwd: here });
    expect({ code: merged.code, stderr: merged.stderr }).toMatchObject({ code: 0 });
    expect(manifestOf(join(here, 'out/all')).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(simulator.census().acceptedTotal).toBe(paid);
  },
);
