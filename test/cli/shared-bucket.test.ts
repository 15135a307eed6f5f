import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { bucketKeys, bucketStore } from '../support/bucket-store.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { databaseForTest, postgresTest } from '../support/postgres.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

postgresTest(
  'machines of a shared run put their files into one bucket, and pull them from there',
  async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
    const store = await bucketStore();
    const url = await databaseForTest();
    const [first, second] = [workFolder(), workFolder()];
    writeFileSync(join(first, 'cats.csv'), 'prompt,seed\na cat,1\na dog,2\n');
    const env = { ...bucketKeys, AWS_ENDPOINT_URL: store.origin, RCB_LEDGER: url };
    const at = ['--base-url', simulator.baseUrl];
    const run = ['run', 'cats.csv', '-y', '--no-view', '--files', 's3://cats/{run}', ...at];
    expect(await rcb(run, { cwd: first, env })).toMatchObject({ code: 0 });
    // It knows neither the input nor the bucket.
    const joined = await rcb(['work', 'cats', '-y', '--no-view', ...at], { cwd: second, env });
    expect(joined).toMatchObject({ code: 0 });
    const { calls } = simulator.census();
    const pulled = await rcb(['pull', 'cats', ...at], { cwd: second, env });
    expect(pulled).toMatchObject({ code: 0 });
    expect(simulator.census().calls).toEqual(calls);
    const outputs = manifestOf(join(first, 'out/cats')).flatMap(({ outputs }) => outputs);
    expect(outputs).toHaveLength(2);
    for (const { path, object, sha256: hash } of outputs) {
      expect(object).toBe(`s3://cats/cats/${path}`);
      expect(sha256(store.objects.get(`/cats/cats/${path}`)?.bytes ?? Buffer.from(''))).toBe(hash);
      expect(sha256(readFileSync(join(second, 'out/cats', path)))).toBe(hash);
    }
    // A row that the second machine adds goes there too, under the same prefix.
    writeFileSync(join(second, 'cats.csv'), 'prompt,seed\na cat,1\na dog,2\nan owl,3\n');
    const more = ['run', 'cats.csv', '-y', '--no-view', ...at];
    expect(await rcb(more, { cwd: second, env })).toMatchObject({ code: 0 });
    expect([...store.objects.keys()].filter((key) => key.startsWith('/cats/cats/files'))).toHaveLength(3);
    expect(simulator.census()).toMatchObject({ acceptedTotal: 3, doubled: [] });
    const texts = [first, second].flatMap((cwd) =>
      filesBelow(cwd).map((path) => readFileSync(join(cwd, path), 'latin1')),
    );
    expect(texts.filter((text) => text.includes(bucketKeys.AWS_SECRET_ACCESS_KEY))).toEqual([]);
    await simulator.close();
  },
);
