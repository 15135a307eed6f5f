import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { missingFilesOf, noneMissing } from '../../../src/app/running/done-files.ts';
import type { MissingFiles } from '../../../src/report/plan/missing-text.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { withReader } from '../../../src/store/ledger/with-reader.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../../support/command-line.ts';

const jobs = 5;
let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  args = ['cats.csv', '-o', 'cats', '--base-url', simulator.baseUrl, '--json'];
  expect(await rcb(['run', ...args], { cwd })).toMatchObject({ code: 0 });
});
afterEach(() => simulator.close());

const pathsOf = (): string[] =>
  manifestOf(join(cwd, 'cats')).map(({ outputs: [first] }) => join(cwd, 'cats', first?.path as string));

const jsonOf = ({ stdout }: Ended, nth = -1) => JSON.parse(stdout.trimEnd().split('\n').at(nth) as string);

/** Every way in which a file can be other than it was saved, to one file each. */
function harmEach(): number {
  const [gone, empty, short, grown] = pathsOf() as [string, string, string, string];
  rmSync(gone);
  truncateSync(empty);
  truncateSync(short, 100);
  writeFileSync(grown, Buffer.alloc(statSync(grown).size + 1));
  return 4;
}

describe('a missing or damaged file of a done job', () => {
  test('is reported by plan and status, and downloaded again by run', async () => {
    const before = pathsOf().map((path) => readFileSync(path));
    const harmed = harmEach();
    const figures = { missing_files: harmed, jobs_missing_files: harmed };
    const plan = await rcb(['plan', ...args], { cwd });
    expect(jsonOf(plan)).toMatchObject({ ...figures, done: jobs - harmed, in_flight: 0, new: 0 });
    const status = await rcb(['status', 'cats', '--json'], { cwd });
    expect(jsonOf(status)).toMatchObject({ ...figures, counts: { done: jobs - harmed } });
    const told = await rcb(['status', 'cats'], { cwd });
    expect(told.stdout).toContain('4 files of 4 done jobs are missing or damaged, such as files/');
    expect(told.stdout).toContain('rcb resume cats');

    const run = await rcb(['run', ...args], { cwd });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('downloaded again at no charge');
    expect(run.stderr).not.toContain('Nothing to do');
    expect(jsonOf(run)).toMatchObject({ missing_files: harmed, counts: { done: jobs }, submitted_now: 0 });
    expect(pathsOf().map((path) => readFileSync(path))).toEqual(before);
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
    const again = await rcb(['run', ...args], { cwd });
    expect(again.stderr).toContain(`Nothing to do: all ${jobs} jobs in cats are done.`);
    expect(jsonOf(again)).toMatchObject({ missing_files: 0 });
  });

  test('is also downloaded again by resume', async () => {
    rmSync(join(cwd, 'cats', 'files'), { recursive: true });
    const resume = await rcb(['resume', 'cats', '--json'], { cwd });
    expect(resume.code).toBe(0);
    expect(jsonOf(resume)).toMatchObject({ missing_files: jobs, counts: { done: jobs } });
    for (const path of pathsOf()) expect(statSync(path).size).toBeGreaterThan(0);
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
  });

  test('is downloaded beside new jobs when the input has changed, except for jobs no longer in it', async () => {
    rmSync(join(cwd, 'cats', 'files'), { recursive: true });
    writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,0\na cat,1\na cat,77\n');
    expect(jsonOf(await rcb(['plan', ...args], { cwd }))).toMatchObject({
      new: 1,
      done: 0,
      missing_files: 2,
    });
    const run = await rcb(['run', ...args], { cwd });
    expect(run.code).toBe(0);
    expect(jsonOf(run)).toMatchObject({ missing_files: 2, submitted_now: 1, counts: { done: 3 } });
    expect(simulator.census()).toMatchObject({ acceptedTotal: jobs + 1, doubled: [] });
  });

  test('is reported as lost when the server no longer has it, and generated again only on request', async () => {
    const [gone] = pathsOf();
    rmSync(gone as string);
    const { port } = new URL(simulator.baseUrl);
    await simulator.close();
    simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, port: Number(port) });
    const run = await rcb(['run', ...args], { cwd });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'Its files are gone from the run folder, and the server no longer has them (HTTP 404).',
    );
    expect(jsonOf(run)).toMatchObject({ counts: { done: jobs - 1, lost: 1 }, submitted_now: 0 });
    expect((await rcb(['run', ...args], { cwd })).code).toBe(1);
    expect(simulator.census().acceptedTotal).toBe(0);
    const retry = await rcb(['retry', 'cats', '-y'], { cwd });
    expect(retry.code).toBe(0);
    expect(simulator.census().acceptedTotal).toBe(1);
    expect(statSync(gone as string).size).toBeGreaterThan(0);
  });
});

describe('of more files than can be checked in a moment', () => {
  const missingWith = (most: number): MissingFiles =>
    withReader(join(cwd, 'cats'), (reader) => missingFilesOf(reader, () => true, most));

  test('those of every nth job are checked, and the user is told', () => {
    const { sample, ...found } = missingWith(2);
    expect(found).toEqual(noneMissing);
    expect(sample).toEqual({ nth: 3, ofFiles: jobs });
    expect(missingWith(jobs)).toEqual(noneMissing);
  });

  test('all are checked once one is missing', () => {
    for (const path of pathsOf()) rmSync(path);
    expect(missingWith(2)).toMatchObject({ jobs, files: jobs });
  });

  test('each time those of other jobs are checked', () => {
    rmSync(pathsOf()[0] as string);
    const found = new Set<number>();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (let at = 0; at < jobs; at += 1) {
        vi.setSystemTime(at);
        found.add(missingWith(1).jobs);
      }
    } finally {
      vi.useRealTimers();
    }
    expect(found).toEqual(new Set([0, 1]));
  });
});
