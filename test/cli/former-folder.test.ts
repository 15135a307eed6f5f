import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { schemaVersion } from '../../src/store/ledger/ledger-schema.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../support/command-line.ts';

// Made by the former version: its run was killed among 12 jobs, and its simulator with it. `manifest.jsonl` is what it
// then exported. `simulator.jsonl` lets a simulator know what was submitted, 9 jobs, 1 of them without an answer.
const former = fileURLToPath(new URL('../fixtures/former-folder', import.meta.url));
const linesBefore = manifestOf(join(former, 'run'));
const formerAddress = 'http://127.0.0.1:8787/';

let cwd: string;
let dir: string;
let simulator: Simulator;

beforeEach(async () => {
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  for (const name of ['cats.csv', 'simulator.jsonl']) cpSync(join(former, name), join(cwd, name));
  cpSync(join(former, 'run'), dir, { recursive: true });
  simulator = await startSimulator({
    journal: join(cwd, 'simulator.jsonl'),
    latency: { kind: 'fixed', ms: 20 },
  });
  const started = simulator;
  onTestFinished(() => started.close());
});

/** Today's program in the folder that holds the copy. */
function told(...args: readonly string[]): Promise<Ended> {
  return rcb(args, { cwd, env: { RUNCOMFY_API_TOKEN: 'any' } });
}

function online(...args: readonly string[]): Promise<Ended> {
  return told(...args, '--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view', '--json');
}

/** The version of a ledger's schema, as the head of an SQLite file holds it. */
function versionOf(folder: string): number {
  return readFileSync(join(folder, 'manifest.db')).readUInt32BE(60);
}

const isOver = ({ state }: ManifestLine): boolean => ['done', 'failed', 'unknown'].includes(state);

/** Each body was accepted once at most, and what was over is as it was. */
function expectGoneOn(): void {
  const { doubled, requestIds } = simulator.census();
  expect(doubled).toEqual([]);
  expect(Object.values(requestIds).flat()).toHaveLength(linesBefore.length);
  const lines = manifestOf(dir);
  expect(lines.map(({ job, input }) => [job, input])).toEqual(
    linesBefore.map(({ job, input }) => [job, input]),
  );
  expect(lines.filter((_, at) => isOver(linesBefore[at] as ManifestLine))).toMatchObject(
    linesBefore.filter(isOver),
  );
  for (const [at, line] of lines.entries()) {
    const before = linesBefore[at] as ManifestLine;
    if (isOver(before)) continue;
    expect(line).toMatchObject({ state: 'done', attempts: 1 });
    if (before.request_id !== null) expect(line.request_id).toBe(before.request_id);
  }
}

test('the kept folder has jobs in every state that a killed run leaves behind, and tells of no machine', () => {
  const counts = Object.groupBy(linesBefore, ({ state }) => state);
  expect(Object.keys(counts).sort()).toEqual(['done', 'failed', 'pending', 'queued', 'running', 'unknown']);
  for (const name of ['manifest.db', 'manifest.jsonl', 'run.log']) {
    expect(readFileSync(join(former, 'run', name), 'latin1')).not.toMatch(/\/(tmp|home|root|Users|work)\b/);
  }
});

test('a folder of the former version is listed and exported as that version did', async () => {
  const listed = await told('ls', 'out/cats', '--json');
  expect(listed.code).toBe(0);
  const jobs = listed.stdout.trimEnd().split('\n');
  expect(jobs.map((line) => JSON.parse(line))).toMatchObject(
    linesBefore.map(({ job, state, request_id }) => ({ job, state, request_id })),
  );
  const status = await told('status', 'out/cats', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({
    counts: { done: 3, failed: 2, unknown: 1, running: 1, queued: 2, pending: 3 },
  });

  mkdirSync(join(cwd, 'today'));
  expect((await told('export', 'out/cats', '-o', 'today/manifest.jsonl')).code).toBe(0);
  expect(manifestOf(join(cwd, 'today'))).toMatchObject(linesBefore);
  expect(versionOf(join(former, 'run'))).toBeLessThan(schemaVersion);
  expect(versionOf(dir)).toBe(schemaVersion);
});

test('the input of a folder of the former version run again goes on where that version was killed', async () => {
  const elsewhere = await online('run', 'cats.csv', '-y');
  expect(elsewhere.code).toBe(64);
  expect(elsewhere.stderr).toContain(formerAddress);

  const run = await online('run', 'cats.csv', '-y', '--this-account');
  expect(run.code).toBe(76);
  const [plan] = run.stdout.split('\n', 1) as [string];
  expect(JSON.parse(plan)).toMatchObject({
    new: 0,
    changed: 0,
    pending: 3,
    in_flight: 3,
    done: 3,
    unknown: 1,
  });
  expectGoneOn();
});

test('a folder of the former version resumes', async () => {
  const resumed = await online('resume', 'out/cats', '-y', '--this-account');
  expect(resumed.code).toBe(76);
  expectGoneOn();
});
