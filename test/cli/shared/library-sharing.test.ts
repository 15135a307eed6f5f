import { join } from 'node:path';
import { expect } from 'vitest';
import { library } from '../../../src/app/library/library.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

postgresTest('a program shares its run with other machines by the option `ledger`', async () => {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
  try {
    const ledger = await databaseForTest();
    const [here, there] = [workFolder(), workFolder()];
    const bound = library({ env: { HOME: here }, pid: process.pid });
    const rows = [{ prompt: 'a cat' }, { prompt: 'a dog' }];
    const options = {
      rows,
      out: join(here, 'pets'),
      ledger,
      baseUrl: simulator.baseUrl,
      consent: true,
    } as const;
    expect(await bound.run(options).outcome).toMatchObject({ type: 'ended', finished: true, done_now: 2 });
    const { stdout } = await rcb(['status', 'pets', '--json'], { cwd: there, env: { RCB_LEDGER: ledger } });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ jobs: 2, counts: { done: 2 } },
      shared: { run: 'pets', runners: [{ files: 2 }, { files: 0 }] },
    });
    const canary = bound.run({ ...options, rows: [{ prompt: 'a cow' }], policies: { canary: 1 } });
    await expect(canary.outcome).rejects.toThrow('neither have a canary');
  } finally {
    await simulator.close();
  }
});
