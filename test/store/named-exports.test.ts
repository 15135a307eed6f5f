import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedJob } from '../../src/core/job/job.ts';
import { namesShown } from '../../src/core/job/named-inputs.ts';
import { exportManifest, writeManifests } from '../../src/store/exports/exports.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { folderForTest, freeModel, jobOf, ledgerOf, plannedFrom } from '../support/own-exports.ts';
import { sized } from '../support/tiers.ts';

async function exportsOf(jobs: readonly PlannedJob[]): Promise<readonly string[]> {
  const dir = join(folderForTest(), 'run');
  const ledger = await ledgerOf(dir, jobs);
  const reader = openReader(dir);
  const fixes = [join(dir, '../fix.csv'), join(dir, '../fix.jsonl')];
  try {
    await writeManifests(reader);
    for (const file of fixes) await exportManifest(reader, file, { as: 'input', accepts: () => true });
  } finally {
    reader.close();
    await ledger.close();
  }
  return [join(dir, 'manifest.csv'), join(dir, 'manifest.jsonl'), ...fixes];
}

const told = ({ names, ...job }: PlannedJob) => ({
  ...{ id: job.id, input: job.input, rep: job.rep },
  names: namesShown({ ...job, ...(names && { names }) }),
});

test('jobs whose inputs people have called otherwise come back from every export, with those names', async () => {
  const key = fc
    .oneof(
      fc.constantFrom('6.text', '7.text', '31.seed', '12:3.seed', 'prompt', 'Prompt', 'seed'),
      fc.constantFrom('Positive prompt.text', 'state', 'job', 'rcb', 'tags.x', 'constructor', 'x', 'names'),
      fc.string({ minLength: 1 }).filter((each) => each.isWellFormed() && !each.includes('\0')),
    )
    .filter((each) => each.trim() !== '' && !/^(id|model|__proto__)$/i.test(each.trim()));
  const value = fc.oneof(
    fc.constantFrom('a fox, asleep', '7', '=1+1', '', 'true', '{{x}}'),
    fc.integer(),
    fc.boolean(),
  );
  const job = fc
    .record({
      input: fc.dictionary(key, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
      names: fc.dictionary(key, fc.oneof(key, fc.constantFrom('id', 'model')), { noNullPrototype: true }),
      called: fc.array(key, { maxLength: 5 }),
      tags: fc.dictionary(key, fc.constantFrom('a', '7'), { maxKeys: 2, noNullPrototype: true }),
    })
    .map(({ input, names, called, tags }) => {
      const more = Object.keys(input).flatMap((own, at): [string, string][] =>
        called[at] === undefined ? [] : [[own, called[at]]],
      );
      const axes = Object.fromEntries(Object.entries(input).slice(0, 2));
      return jobOf(input, { names: { ...names, ...Object.fromEntries(more) }, tags, axes, model: freeModel });
    });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(job, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
      async (jobs) => {
        const byId = (list: readonly PlannedJob[]) => list.map(told).sort((a, b) => (a.id < b.id ? -1 : 1));
        for (const file of await exportsOf(jobs)) {
          const { jobs: planned, problems } = await plannedFrom(file);
          expect([file, problems.filter(({ severity }) => severity === 'error')]).toEqual([file, []]);
          expect(planned.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
          expect(byId(planned)).toEqual(byId(jobs));
        }
      },
    ),
    { numRuns: sized(15, 60) },
  );
});

test('the manifest has inputs, columns and axes by their names, and the keys beside them', async () => {
  const names = { '6.text': 'prompt', '31.seed': 'seed' };
  const jobs = [
    jobOf(
      { '6.text': 'fox', '31.seed': 1, '10.strength_model': 0.8 },
      { model: freeModel, names, axes: { '31.seed': 1 } },
    ),
    jobOf({ '6.text': 'owl', '31.seed': 2 }, { model: freeModel, names: {} }),
  ];
  const [csv, jsonl] = await exportsOf(jobs);
  const lines = readFileSync(jsonl as string, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({
    input: { prompt: 'fox', seed: 1, '10.strength_model': 0.8 },
    names: { prompt: '6.text', seed: '31.seed' },
    axes: { seed: 1 },
  });
  expect(lines[1].input).toEqual({ '6.text': 'owl', '31.seed': 2 });
  expect(Object.keys(lines[1])).not.toContain('names');
  const [head, first, second] = parse(readFileSync(csv as string, 'utf8'), { bom: true }) as string[][];
  expect(head?.slice(1, 6)).toEqual(['prompt', 'seed', '10.strength_model', '6.text', '31.seed']);
  expect(first?.slice(1, 6)).toEqual(['fox', '1', '0.8', '', '']);
  expect(second?.slice(1, 6)).toEqual(['', '', '', 'owl', '2']);
});
