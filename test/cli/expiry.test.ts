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
  calls(): number;
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
    calls: () =>
      Object.values(simulator.census().calls)
        .flatMap((outcomes) => Object.values(outcomes))
        .reduce((a, b) => a + b, 0),
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

test('fetch says what is gone without asking for any of it, and leaves the paid retry to the user', async () => {
  const cats = await folder();
  cats.age(8, 0, 2);
  expect(await statusOf(cats)).toMatchObject({ jobs_expiring: 0, jobs_expired: 2, expires_at: null });
  expect((await cats.rcb('status', 'out/cats')).stdout).toContain('2 results are older than the 7 days');
  const before = cats.calls();
  const fetched = await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view');
  expect([fetched.code, fetched.stderr]).toEqual([
    1,
    expect.stringContaining('2 jobs can no longer be fetched.'),
  ]);
  expect(cats.calls()).toBe(before);
  expect(cats.lines().map(({ state }) => state)).toEqual(['lost', 'done', 'lost']);
  expect(cats.lines()[0]?.error?.message).toContain('The server kept its files for 7 days, until ');
  const again = await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view');
  expect(again.stderr).toContain('rcb retry out/cats submits them again, at a charge.');
  expect(cats.calls()).toBe(before);
  expect(cats.simulator.census().acceptedTotal).toBe(3);
});

test('a run says so too, also of what was never collected, and submits nothing for it', async () => {
  const cats = await folder();
  cats.age(8, 1);
  cats.sql(
    `UPDATE job SET state = 'succeeded' WHERE seq = 3; UPDATE attempt SET state = 'succeeded' WHERE job = 3`,
  );
  const run = await cats.run();
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('2 jobs can no longer be fetched.')]);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'lost', 'lost']);
  expect(cats.simulator.census().acceptedTotal).toBe(3);
});

test('an API that does not say how long it keeps files is asked, however old they are', async () => {
  const cats = await folder('ideogram/ideogram-v2/generate');
  cats.age(30, 0);
  expect(await statusOf(cats)).not.toHaveProperty('expires_at');
  expect((await cats.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view')).code).toBe(0);
  expect(cats.lines().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});
