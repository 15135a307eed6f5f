import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { bucketKeys, bucketStore, type PutMoment } from '../support/bucket-store.ts';
import { manifestOf, startRcb, workFolder } from '../support/command-line.ts';

const isMark = (path: string): boolean => path.endsWith('.rcb-run');

/** Runs so many jobs into a bucket, again and again until it ends by itself. */
export async function killed(
  jobs: number,
  isConditional: boolean,
  strikes: (moment: PutMoment, nth: number) => boolean,
) {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  const store = await bucketStore({ isConditional });
  const cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  const args = [
    'run',
    'cats.csv',
    '-y',
    '--no-view',
    '--base-url',
    simulator.baseUrl,
    '--files',
    's3://cats/x',
  ];
  const env = { ...bucketKeys, AWS_ENDPOINT_URL: store.origin };
  let [kills, nth] = [0, 0];
  for (;;) {
    const run = startRcb(args, { cwd, env });
    store.at = (moment, path) => {
      if (isMark(path)) return;
      if (moment === 'asked') nth += 1;
      if (strikes(moment, nth)) run.kill('SIGKILL');
    };
    const ended = await run.ended;
    if (ended.signal === 'SIGKILL') kills += 1;
    else {
      const { acceptedTotal, doubled, calls } = simulator.census();
      await simulator.close();
      return { ended, kills, store, dir: join(cwd, 'out/cats'), acceptedTotal, doubled, calls };
    }
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function expectWhole(
  { ended, store, dir, acceptedTotal, doubled }: Awaited<ReturnType<typeof killed>>,
  jobs: number,
) {
  expect(doubled).toEqual([]);
  const lines = manifestOf(dir);
  expect(lines).toHaveLength(jobs);
  // A submission that was under way when the run was killed is held.
  const unknown = lines.filter(({ state }) => state === 'unknown').length;
  expect(lines.filter(({ state }) => state === 'done')).toHaveLength(jobs - unknown);
  expect(ended.code).toBe(unknown === 0 ? 0 : 76);
  expect(acceptedTotal).toBeGreaterThanOrEqual(jobs - unknown);
  const objects = new Map([...store.objects].filter(([path]) => !isMark(path)));
  for (const { path, sha256: hash, object } of lines.flatMap(({ outputs }) => outputs)) {
    expect(object).toBe(`s3://cats/x/${path}`);
    expect(sha256(objects.get(`/cats/x/${path}`)?.bytes ?? Buffer.from(''))).toBe(hash);
    objects.delete(`/cats/x/${path}`);
  }
  expect([...objects.keys()]).toEqual([]);
}
