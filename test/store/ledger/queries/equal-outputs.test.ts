import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedJob, SavedFile } from '../../../../src/core/job/job.ts';
import type { RunLedger } from '../../../../src/store/ledger/ledger.ts';
import { sameOutputs } from '../../../../src/store/ledger/queries/equal-outputs.ts';
import { openReader } from '../../../../src/store/ledger/reader.ts';
import { sized } from '../../../support/tiers.ts';
import { adopt, at, ledgerWith, planned, requestId } from '../../store-support.ts';

const sha = (digits: string): string => digits.repeat(32);

function file(path: string, sha256: string): SavedFile {
  return { path, bytes: 3, sha256, mime: 'image/png', width: 4, height: 4, original_sha256: null };
}

function cat(seed: number | null, extra: Partial<PlannedJob> = {}): PlannedJob {
  const input = { prompt: 'cat', ...(seed === null ? {} : { seed }), ...extra.input };
  const name = JSON.stringify([input, extra.rep ?? 1]);
  return planned(name, { ...extra, input });
}

async function done(ledger: RunLedger, job: PlannedJob, ...shas: string[]): Promise<void> {
  const files = shas.map((sha256, index) => file(`files/${job.id}-${index}.png`, sha256));
  await doneWith(ledger, job, files);
}

/** Done with one file that came as `original` and was altered since. */
function doneAltered(ledger: RunLedger, job: PlannedJob, original: string, sha256: string): Promise<void> {
  return doneWith(ledger, job, [{ ...file(`files/${job.id}.png`, sha256), original_sha256: original }]);
}

async function doneWith(ledger: RunLedger, job: PlannedJob, files: readonly SavedFile[]): Promise<void> {
  await ledger.record(
    job.id,
    { status: 'done', attempt: 1, requestId: requestId(job.id), files, costUsd: 0.08 },
    at(2_000),
  );
}

test('results that are equal for different seeds are found, largest group first, in the order of the plan', async () => {
  const ledger = ledgerWith();
  const jobs = [7, 1, 2, 2 ** 60, 4, 5].map((seed) => cat(seed));
  adopt(ledger, jobs);
  const [a, b, c, d, e, f] = jobs as [PlannedJob, PlannedJob, PlannedJob, PlannedJob, PlannedJob, PlannedJob];
  for (const job of [f, a]) await done(ledger, job, sha('ff'));
  for (const job of [e, d, b]) await done(ledger, job, sha('ee'));
  await done(ledger, c, sha('cc'));

  const reader = openReader(ledger.dir);
  expect(reader.sameOutputs(20)).toEqual({
    groups: [
      { sha256: sha('ee'), jobs: [b.id, d.id, e.id] },
      { sha256: sha('ff'), jobs: [a.id, f.id] },
    ],
    groupCount: 2,
    jobCount: 5,
  });
  expect(reader.sameOutputs(1)).toMatchObject({
    groups: [{ sha256: sha('ee') }],
    groupCount: 2,
    jobCount: 5,
  });
  reader.close();
  await ledger.close();
});

test('equal results of one seed, or of one job, are no duds; those of repetitions are', async () => {
  const ledger = ledgerWith();
  const styles = ['anime', 'design'].map((style) => cat(1, { input: { style } }));
  const twins = cat(3);
  const reps = [1, 2].map((rep) => cat(null, { rep }));
  adopt(ledger, [...styles, twins, ...reps]);
  for (const job of styles) await done(ledger, job, sha('aa'));
  await done(ledger, twins, sha('bb'), sha('bb'));
  for (const job of reps) await done(ledger, job, sha('cc'));

  const reader = openReader(ledger.dir);
  expect(reader.sameOutputs(20).groups).toEqual([{ sha256: sha('cc'), jobs: reps.map(({ id }) => id) }]);
  reader.close();
  await ledger.close();
});

test('bytes are equal as they came, whichever of their files were altered since', async () => {
  const ledger = ledgerWith();
  const jobs = [1, 2, 3, 4].map((seed) => cat(seed));
  adopt(ledger, jobs);
  const [altered, again, kept, other] = jobs as [PlannedJob, PlannedJob, PlannedJob, PlannedJob];
  await done(ledger, kept, sha('aa'));
  await doneAltered(ledger, altered, sha('aa'), sha('b1'));
  await doneAltered(ledger, again, sha('aa'), sha('b2'));
  await doneAltered(ledger, other, sha('cc'), sha('aa'));

  const reader = openReader(ledger.dir);
  expect(reader.sameOutputs(20)).toEqual({
    groups: [{ sha256: sha('aa'), jobs: [altered.id, again.id, kept.id] }],
    groupCount: 1,
    jobCount: 3,
  });
  reader.close();
  await ledger.close();
});

const anyFile = fc.record({ came: fc.constantFrom('aa', 'bb', 'cc', 'dd'), isAltered: fc.boolean() });

test('whatever came as the same bytes is found, counted and ordered as by looking at every file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(anyFile, { maxLength: 3 }), { maxLength: 10 }), async (files) => {
      const ledger = ledgerWith();
      const jobs = files.map((_, seed) => cat(seed));
      adopt(ledger, jobs);
      const ways = new Map<string, number[]>();
      for (const [seed, made] of files.entries()) {
        const job = jobs[seed] as PlannedJob;
        const saved = made.map(({ came, isAltered }, index) => ({
          ...file(`files/${job.id}-${index}.png`, sha(isAltered ? `${seed}${index}` : came)),
          original_sha256: isAltered ? sha(came) : null,
        }));
        for (const { came } of made) ways.set(came, [...(ways.get(came) ?? []), seed]);
        if (made.length > 0) await doneWith(ledger, job, saved);
      }
      const expected = [...ways]
        .filter(([, seeds]) => new Set(seeds).size > 1)
        .sort(([, a], [, b]) => b.length - a.length || Math.min(...a) - Math.min(...b));
      const reader = openReader(ledger.dir);
      const { groups, groupCount, jobCount } = reader.sameOutputs(20);
      reader.close();
      await ledger.close();
      const idsOf = (seeds: readonly number[]) => [...new Set(seeds)].map((seed) => jobs[seed]?.id);
      // Groups of one size that begin with one job stand in any order.
      const sorted = (all: readonly { readonly sha256: string }[]) =>
        all.toSorted((a, b) => a.sha256.localeCompare(b.sha256));
      expect(sorted(groups)).toEqual(
        sorted(expected.map(([came, seeds]) => ({ sha256: sha(came), jobs: idsOf(seeds) }))),
      );
      const size = ({ sha256 }: { readonly sha256: string }) => ways.get(sha256.slice(0, 2))?.length;
      expect(groups.map(size)).toEqual(expected.map(([, seeds]) => seeds.length));
      expect(groupCount).toBe(expected.length);
      expect(jobCount).toBe(expected.reduce((sum, [, seeds]) => sum + new Set(seeds).size, 0));
    }),
    { numRuns: sized(15, 60) },
  );
});

test('of a large group the jobs are counted and the first hundred named', async () => {
  const ledger = ledgerWith();
  const jobs = Array.from({ length: 130 }, (_, seed) => cat(seed));
  adopt(ledger, jobs);
  await Promise.all(jobs.map((job) => done(ledger, job, sha('dd'))));
  const reader = openReader(ledger.dir);
  const { groups, jobCount } = reader.sameOutputs(20);
  expect(groups[0]?.jobs).toEqual(jobs.slice(0, 100).map(({ id }) => id));
  expect(jobCount).toBe(130);
  reader.close();
  await ledger.close();
});

test('results of one colour are told wherever their bytes are an output, in the order of the plan', async () => {
  const ledger = ledgerWith();
  const jobs = [1, 2, 3].map((seed) => cat(seed));
  adopt(ledger, jobs);
  const [a, b, c] = jobs as [PlannedJob, PlannedJob, PlannedJob];
  await done(ledger, a, sha('aa'), sha('bb'));
  await doneAltered(ledger, b, sha('dd'), sha('cc'));
  await done(ledger, c, sha('dd'));
  const black = (path: string, sha256: string) => ({ path, sha256, colour: '#000000' });
  const reader = openReader(ledger.dir);
  const looked = [
    ...[black(`files/${c.id}-0.png`, sha('dd')), black('files/moved.png', sha('bb'))],
    ...[black(`files/${c.id}-0.png`, sha('dd')), black(`files/${a.id}-0.png`, sha('77'))],
  ];
  const found = [
    { job: a.id, path: `files/${a.id}-1.png`, colour: '#000000' },
    { job: b.id, path: `files/${b.id}.png`, colour: '#000000' },
    { job: c.id, path: `files/${c.id}-0.png`, colour: '#000000' },
  ];
  expect(reader.flatOutputs(looked, 10)).toEqual({ listed: found, total: 3 });
  expect(reader.flatOutputs(looked, 2)).toEqual({ listed: found.slice(0, 2), total: 3 });
  expect(reader.flatOutputs([], 10)).toEqual({ listed: [], total: 0 });
  reader.close();
  await ledger.close();
});

test('a file of one colour that a former version looked at is told while it is as it was', async () => {
  const ledger = ledgerWith();
  const jobs = [1, 2].map((seed) => cat(seed));
  adopt(ledger, jobs);
  const [a, b] = jobs as [PlannedJob, PlannedJob];
  await doneAltered(ledger, a, sha('aa'), sha('a1'));
  await doneAltered(ledger, b, sha('bb'), sha('b1'));
  const reader = openReader(ledger.dir);
  const looked = [
    { path: `files/${a.id}.png`, sha256: sha('a1'), colour: '#ffffff' },
    { path: `files/${b.id}.png`, sha256: sha('b0'), colour: '#ffffff' },
  ];
  const listed = [{ job: a.id, path: `files/${a.id}.png`, colour: '#ffffff' }];
  expect(reader.flatOutputs(looked, 10)).toEqual({ listed, total: 1 });
  reader.close();
  await ledger.close();
});

test('what came twice is found along one index, without a look at the rows', async () => {
  const ledger = ledgerWith('fox');
  await ledger.close();
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  const asked: string[] = [];
  const { prepare } = db;
  db.prepare = (sql) => {
    asked.push(sql);
    return prepare.call(db, sql);
  };
  sameOutputs(db, 20);
  const [first] = asked.filter((sql) => sql.includes('GROUP BY 1'));
  const plan = prepare.call(db, `EXPLAIN QUERY PLAN ${first}`).all();
  expect(plan[0]?.detail).toBe('SCAN output USING COVERING INDEX output_as_downloaded');
  db.close();
});
