import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 } });
});
afterAll(() => simulator.close());

postgresTest.each([false, true])(
  'another machine sends the files that inputs name, unless they were changed: %s',
  async (isChanged) => {
    const ledger = await databaseForTest();
    const [here, there, env] = [workFolder(), workFolder(), { RCB_LEDGER: ledger }];
    const photo = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
      'base64',
    );
    writeFileSync(join(here, 'photo.png'), photo);
    const api = ['--base-url', simulator.baseUrl, '--no-view', '--yes'];
    const edit = [
      '-m',
      'blackforestlabs/flux-1-kontext/pro/edit',
      'prompt=[night, day]',
      'image_url=@photo.png',
    ];
    const first = await rcb(['run', ...edit, '-o', 'out/cats', ...api, '-j', '1', '--max-cost', '0.01'], {
      cwd: here,
      env,
    });
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 75 });
    const accepted = simulator.census().acceptedTotal;
    if (isChanged) {
      const database = new pg.Client(ledger);
      await database.connect();
      await database.query('UPDATE rcb.input SET bytes = $1', [Buffer.concat([photo, photo])]);
      await database.end();
    }
    const second = await rcb(['work', 'cats', ...api, '--max-cost', '5'], { cwd: there, env });
    expect({ code: second.code, stderr: second.stderr }).toMatchObject(
      isChanged
        ? { code: 1, stderr: expect.stringContaining('is not the file that was planned') }
        : { code: 0 },
    );
    expect(simulator.census().acceptedTotal).toBe(accepted + (isChanged ? 0 : 1));
    if (isChanged) return;
    const [kept] = readdirSync(join(there, 'out/cats/inputs'));
    expect(readFileSync(join(there, 'out/cats/inputs', kept ?? ''))).toEqual(photo);
  },
);
