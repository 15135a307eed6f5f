import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../support/command-line.ts';

const dayMs = 24 * 3_600_000;
const poster = 'deployment:11111111-1111-4111-8111-111111111111';

interface Folder {
  readonly simulator: Simulator;
  readonly lines: () => ReturnType<typeof manifestOf>;
  /** Moves what every attempt finished at into the past, and removes the files of these jobs. */
  age(days: number, ...removed: readonly number[]): void;
  sql(statement: string): void;
  rcb(...args: readonly string[]): Promise<Ended>;
  run(...args: readonly string[]): Promise<Ended>;
}

/** A folder with three results of an API that keeps its files for 7 days. */
async function folder(model = poster): Promise<Folder> {
  const cwd = workFolder();
  const dir = join(cwd, 'out/cats');
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 }, coldStartMs: 0 });
  onTestFinished(() => simulator.close());
  const inputs = model === poster ? '6.text,31.seed' : 'prompt,seed';
  writeFileSync(join(cwd, 'cats.csv'), `${inputs}\na cat,1\na cat,2\na cat,3\n`);
  const args = ['run', 'cats.csv', '-m', model, '-o', 'out/cats', '--base-url', simulator.baseUrl, '-y'];
  const run = (...more: readonly string[]) => rcb([...args, '--no-view', '--poll', '0.1', ...more], { cwd });
  expect((await run()).code).toBe(0);
  const lines = () => manifestOf(dir);
  const sql = (statement: string): void => {
    const db = new DatabaseSync(join(dir, 'manifest.db'));
    db.exec(statement);
    db.close();
  };
  return {
    ...{ simulator, lines, sql, run },
    age(days, ...removed) {
      sql(`UPDATE attempt SET finished_at = finished_at - ${Math.round(days * dayMs)}`);
      for (const index of removed) rmSync(join(dir, lines()[index]?.outputs[0]?.path ?? ''));
    },
    rcb: (...words) => rcb(words, { cwd }),
  };
}

const statusOf = async ({ rcb: order }: Folder): Promise<Record<string, unknown>> =>
  JSON.parse((await order('status', 'out/cats', '--json')).stdout) as Record<string, unknown>;

test('status warns of what is deleted within two days, with the time and the command', async () => {
  const cats = await folder();
  expect(await statusOf(cats)).not.toHaveProperty('expires_at');
  cats.age(4, 0);
  expect(await statusOf(cats)).toMatchObject({
    jobs_expiring: 0,
    jobs_expired: 0,
    expires_at: expect.any(String),
  });
  expect((await cats.rcb('status', 'out/cats')).stdout).not.toContain('deletes');
  cats.age(1.5, 1);
  const status = await statusOf(cats);
  expect(status).toMatchObject({ jobs_expiring: 2, jobs_expired: 0 });
  expect(Date.parse(String(status.expires_at)) - Date.now()).toBeLessThan(2 * dayMs);
  expect((await cats.rcb('status', 'out/cats')).stdout).toMatch(
    /The server deletes 2 results that are not fetched within two days, the first at \S+ \S+: rcb fetch out\/cats/,
  );
  expect((await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view')).code).toBe(0);
  expect(await statusOf(cats)).not.toHaveProperty('expires_at');
});

const deleted = { file: { expired: 1 } };

test('fetch says what is probably gone and asks all the same: a clock may be wrong', async () => {
  const cats = await folder();
  cats.age(8, 0, 2);
  expect(await statusOf(cats)).toMatchObject({ jobs_expiring: 0, jobs_expired: 2, expires_at: null });
  expect((await cats.rcb('status', 'out/cats')).stdout).toContain('2 results are older than the 7 days');
  const fetched = await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view');
  expect([fetched.code, fetched.stderr]).toEqual([
    0,
    expect.stringContaining('2 jobs finished so long ago that the server has probably deleted their files.'),
  ]);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});

test('what the server has deleted is lost once it says so, and the paid retry is left to the user', async () => {
  const cats = await folder();
  cats.age(8, 0, 2);
  cats.simulator.setFaults(deleted);
  const fetched = await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view');
  expect([fetched.code, fetched.stderr]).toEqual([
    1,
    expect.stringContaining('rcb retry out/cats submits again what is gone, at a charge.'),
  ]);
  expect(cats.lines().map(({ state }) => state)).toEqual(['lost', 'done', 'lost']);
  expect(cats.lines()[0]?.error?.message).toBe(
    'Its files can no longer be fetched (HTTP 403): the server keeps files for a limited time only.',
  );
  cats.simulator.setFaults({});
  expect((await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view')).code).toBe(0);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  expect(cats.simulator.census().acceptedTotal).toBe(3);
});

test('a run does the same, also with what was never collected, and submits nothing for it', async () => {
  const cats = await folder();
  cats.age(8, 1);
  cats.sql(
    `UPDATE job SET state = 'succeeded' WHERE seq = 3; UPDATE attempt SET state = 'succeeded' WHERE job = 3`,
  );
  cats.simulator.setFaults(deleted);
  const run = await cats.run();
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('2 jobs finished so long ago')]);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'lost', 'lost']);
  expect(cats.simulator.census().acceptedTotal).toBe(3);
});

test('a link that is refused before files expire is no loss', async () => {
  const cats = await folder();
  cats.age(5, 1);
  cats.simulator.setFaults(deleted);
  await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view', '--retries', '0');
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'succeeded', 'done']);
});

test('an API that does not say how long it keeps files is asked, however old they are', async () => {
  const cats = await folder('ideogram/ideogram-v2/generate');
  cats.age(30, 0);
  expect(await statusOf(cats)).not.toHaveProperty('expires_at');
  expect((await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view')).code).toBe(0);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});
