import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobId, PlannedJob } from '../../../src/core/job/job.ts';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import type { RunLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openStage, type PlanRecord } from '../../../src/store/stage/stage.ts';
import { sized } from '../../support/tiers.ts';
import { adopt, at, jobId, ledgerWith, planned, planRecord, requestId } from '../store-support.ts';

const priced: PlanRecord = { ...planRecord, settings: { ...planRecord.settings, prices: { b: null } } };
const child = (prompt: string, parent: string, extra: Partial<PlannedJob> = {}): PlannedJob =>
  planned(prompt, { parent: jobId(parent), rows: [], ...extra });

function extend(ledger: RunLedger, jobs: readonly PlannedJob[], record = priced): void {
  const stage = openStage(ledger.dir, 'extends');
  for (const job of jobs) stage.add(job);
  stage.adopt(ledger, record, at(5_000));
  stage.discard();
}

function linesIn(ledger: RunLedger, currentPlanOnly = true): ManifestLine[] {
  const reader = openReader(ledger.dir);
  try {
    return [...reader.lines({ currentPlanOnly })];
  } finally {
    reader.close();
  }
}

const promptsOf = (lines: readonly ManifestLine[]) => lines.map(({ input }) => input.prompt);
const parentOf = (ledger: RunLedger, prompt: string) =>
  linesIn(ledger, false).find(({ input }) => input.prompt === prompt)?.parent;

test('what extends a plan stands behind it in its own order, and the record stays but for what is added to it', async () => {
  const ledger = ledgerWith('a', 'b');
  extend(ledger, [child('a1', 'a'), child('a2', 'a')]);
  extend(ledger, [child('b1', 'b'), child('a1', 'b')]);

  const lines = linesIn(ledger);
  expect(promptsOf(lines)).toEqual(['a', 'b', 'a1', 'a2', 'b1']);
  expect(lines.map(({ parent }) => parent)).toEqual([null, null, jobId('a'), jobId('a'), jobId('b')]);
  expect(lines.map(({ planned_at }) => planned_at?.slice(17))).toEqual(
    ['01', '01', '05', '05', '05'].map((seconds) => `${seconds}.000Z`),
  );
  const reader = openReader(ledger.dir);
  expect(reader.planRecord()).toEqual(priced);
  reader.close();
  expect((await ledger.claim(9)).map(({ job }) => job.input.prompt)).toEqual(['a', 'b', 'a1', 'a2', 'b1']);
  await ledger.close();
});

test('a plan that takes the place of another keeps what was added, and asks for it to be submitted', async () => {
  const ledger = ledgerWith('a', 'b');
  extend(ledger, [child('a1', 'a'), child('a2', 'a')]);
  await ledger.record(
    jobId('a1'),
    { status: 'done', attempt: 1, requestId: requestId('r'), files: [], costUsd: null },
    at(6_000),
  );

  const stage = openStage(ledger.dir);
  for (const prompt of ['c', 'a']) stage.add(planned(prompt));
  expect(stage.difference()).toMatchObject({ jobs: 4, new: 1, pending: 2, done: 1, removed: 1 });
  expect([...stage.toSubmit()].map(({ input }) => input.prompt)).toEqual(['c', 'a', 'a2']);
  stage.adopt(ledger, planRecord);
  stage.discard();
  expect(promptsOf(linesIn(ledger))).toEqual(['c', 'a', 'a1', 'a2']);
  await ledger.close();
});

test('the difference of an extension takes nothing away and counts all that stays', async () => {
  const ledger = ledgerWith('a', 'b');
  const stage = openStage(ledger.dir, 'extends');
  stage.add(child('a1', 'a'));
  stage.add(child('b', 'a'));
  expect(stage.difference()).toMatchObject({ jobs: 3, new: 1, pending: 2, removed: 0, changed: 0 });
  expect([...stage.toSubmit()].map(({ input }) => input.prompt)).toEqual(['a1', 'b', 'a']);
  expect([...stage.changes()]).toEqual([]);
  stage.discard();
  await ledger.close();
});

test('a job keeps its parent when an input asks for it, and gets none when it is varied to', async () => {
  const ledger = ledgerWith('a', 'b');
  extend(ledger, [child('a1', 'a'), child('b', 'a')]);
  expect(parentOf(ledger, 'b')).toBeNull();
  adopt(ledger, [planned('a1'), planned('b')]);
  expect(parentOf(ledger, 'a1')).toBe(jobId('a'));
  // Nor is a job that others vary dropped, though it was never attempted.
  expect(promptsOf(linesIn(ledger, false))).toEqual(['b', 'a1', 'a']);
  await ledger.close();
});

test('what had left the plan and is varied to is planned again as the job that it was', async () => {
  const ledger = ledgerWith('a', 'b');
  const running = {
    ...{ attempt: 1, requestId: requestId('r'), since: at(2), stalled: null },
    status: 'running',
  } as const;
  await ledger.record(jobId('b'), running, at(2));
  adopt(ledger, [planned('a')]);
  extend(ledger, [child('b', 'a', { pathTemplate: 'files/other{_i}.{ext}' })]);
  const [, line] = linesIn(ledger);
  expect(line).toMatchObject({ input: { prompt: 'b' }, state: 'running', parent: null, rows: ['b.csv:2'] });
  await ledger.close();
});

const prompt = fc.constantFrom(...'abcdef');
const step = fc.record({
  extends: fc.boolean(),
  jobs: fc.uniqueArray(fc.tuple(prompt, fc.option(prompt)), { selector: ([name]) => name, maxLength: 4 }),
});

test('whatever is planned and added in whatever order, no job descends from itself and none loses its parent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const ledger = ledgerWith('a');
      const known = new Map<string, string | null>();
      for (const { extends: isAdded, jobs } of steps) {
        const made = jobs.map(([name, parent]) =>
          planned(name, { parent: parent === null || parent === name ? null : (jobId(parent) as JobId) }),
        );
        if (isAdded) extend(ledger, made);
        else adopt(ledger, made);
        const lines = linesIn(ledger, false);
        const parents = new Map(lines.map(({ job, parent }) => [job, parent]));
        for (const { job, parent } of lines) {
          if (known.has(job)) expect(parent).toBe(known.get(job));
          const seen = new Set<string>();
          for (let up: string | null | undefined = job; up != null; up = parents.get(up)) {
            expect(seen.has(up)).toBe(false);
            seen.add(up);
          }
        }
        known.clear();
        for (const [job, parent] of parents) known.set(job, parent);
      }
      await ledger.close();
    }),
    { numRuns: sized(15, 60) },
  );
});
