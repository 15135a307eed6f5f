import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { databaseForTest, postgresTest } from '../support/postgres.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

postgresTest(
  'three machines of a shared run put their files on one mount, one of them dies, and all pull from there',
  async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 1_000 } });
    const url = await databaseForTest();
    const [first, second, third] = [workFolder(), workFolder(), workFolder()];
    const mount = workFolder();
    const rows = Array.from({ length: 60 }, (_, seed) => `a cat,${seed}`);
    writeFileSync(join(first, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
    const env = { RCB_LEDGER: url };
    const at = ['--base-url', simulator.baseUrl];
    const usual = ['-y', '--no-view', '-j', '6', ...at];
    const files = ['--files', join(mount, '{run}')];
    const begun = startRcb(['run', 'cats.csv', ...usual, ...files, '--json'], { cwd: first, env });
    await begun.said('"state":"done"');
    const work = ['work', 'cats', ...usual];
    const doomed = startRcb([...work, '--json'], { cwd: second, env });
    const joined = startRcb(work, { cwd: third, env });
    await doomed.said(/"state":"queued"(?!.*"elsewhere":true)/);
    doomed.kill('SIGKILL');
    await doomed.ended;
    // In the folder of the dead one: it is succeeded at once.
    const again = await rcb(work, { cwd: second, env });
    const ends = [await begun.ended, await joined.ended, again];
    for (const { code } of ends) expect([0, 76]).toContain(code);
    const { calls } = simulator.census();
    for (const cwd of [first, second, third]) {
      expect(await rcb(['pull', 'cats', ...at], { cwd, env })).toMatchObject({ code: 0 });
    }
    expect(simulator.census().calls).toEqual(calls);
    expect(simulator.census().doubled).toEqual([]);
    const root = join(mount, 'cats');
    const done = manifestOf(join(first, 'out/cats')).filter(({ state }) => state === 'done');
    const outputs = done.flatMap((line) => line.outputs);
    expect(outputs.length).toBeGreaterThanOrEqual(54);
    for (const { path, object, sha256: hash } of outputs) {
      expect(object).toBe(pathToFileURL(join(root, path)).href);
      expect(sha256(readFileSync(join(root, path)))).toBe(hash);
      for (const cwd of [first, second, third]) {
        expect(sha256(readFileSync(join(cwd, 'out/cats', path)))).toBe(hash);
      }
    }
    const whole = filesBelow(root).filter((path) => path.endsWith('.png'));
    expect(whole).toHaveLength(outputs.length);
    expect(statSync(root).mode & 0o777).toBe(0o700);
    await simulator.close();
  },
);
