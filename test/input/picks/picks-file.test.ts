import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Problem } from '../../../src/core/complaints.ts';
import { readPicks } from '../../../src/input/picks/picks-file.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { sized } from '../../support/tiers.ts';

async function picksIn(content: string, name = 'picks.json') {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-picks-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, name), content);
  const problems: Problem[] = [];
  const { folder, starred } = await readPicks(join(dir, name), (problem) => problems.push(problem));
  return {
    folder,
    starred: starred.map(({ job, place }) => `${job} ${place.line}:${place.column}`),
    shown: problems.map((problem) => showProblem(problem).replace(`${dir}/`, '')),
  };
}

const pick = (job: string, starred: boolean, note = '') =>
  `    ${JSON.stringify({ job, starred, note, file: `files/${job}.png`, prompt: 'a "cat", a dog' })}`;
const exported = (...picks: string[]) =>
  `{"format":"rcb-picks","version":1,"folder":"out/cats","picks":[\n${picks.join(',\n')}\n]}`;

test('the starred jobs of an exported JSON file are read with their places; a mere note is no star', async () => {
  const text = exported(pick('5f1c', true), pick('9d2e', false, 'too dark'), pick('77aa', true, 'this one'));
  expect(await picksIn(text)).toEqual({ folder: 'out/cats', starred: ['5f1c 2:12', '77aa 4:12'], shown: [] });
});

test('the same from CSV, as spreadsheets write it too', async () => {
  const comma =
    'job,starred,note,file,prompt\n5f1c,true,,files/a.png,"a ""cat"",\na dog"\n9d2e,false,dark,,\n77aa,TRUE,,,\n';
  const read = await picksIn(comma, 'picks.csv');
  expect(read).toEqual({ folder: null, starred: ['5f1c 2:1', '77aa 5:1'], shown: [] });
  const excel = '\ufeffjob;starred;note;file;prompt\r\n5f1c;TRUE;;;\r\n9d2e;FALSE;dark;;\r\n';
  expect((await picksIn(excel, 'Picks.CSV')).starred).toEqual(['5f1c 2:1']);
});

test.each([
  ['["5f1c","77aa"]', 'picks.json'],
  ['[{"job":"5f1c","note":"good"},{"job":"9d2e","starred":false},{"job":"77aa"}]', 'picks.json'],
  ['{"picks":["5f1c",{"job":"77aa","starred":true}]}', 'picks.json'],
  ['job\n5f1c\n77aa\n', 'picks.csv'],
])('a list that somebody else wrote is enough: %j', async (content, name) => {
  const { starred, shown } = await picksIn(content, name);
  expect(shown).toEqual([]);
  expect(starred.map((star) => star.split(' ')[0])).toEqual(['5f1c', '77aa']);
});

test.each<[string, string, readonly string[]]>([
  ['7', 'picks.json', ['picks.json:1:1 the file has no list of picks; export them from the viewer.']],
  [
    '{"rows":[]}',
    'picks.json',
    ['picks.json:1:1 the file has no list of picks; export them from the viewer.'],
  ],
  [
    '{"format":"albums","picks":[]}',
    'picks.json',
    ['picks.json:1:11 the format "albums" is not "rcb-picks"; export picks from the viewer.'],
  ],
  [
    '{"format":"rcb-picks","version":2,"picks":[]}',
    'picks.json',
    ['picks.json:1:33 the picks have version 2, and version 1 is known; update runcomfy-batch.'],
  ],
  [
    '{"format":"rcb-picks","version":1}',
    'picks.json',
    ['picks.json:1:1 the file has no list of picks; export them from the viewer.'],
  ],
  [
    exported('7', '{"job":8,"starred":true}', '{"job":"a","starred":"yes"}', pick('b', true)),
    'picks.json',
    [
      "picks.json:2:1 a pick is an object with a job, or a job's id, not 7.",
      'picks.json:3:8 this pick names no job.',
      'picks.json:4:22 starred "yes" is neither true nor false.',
    ],
  ],
  ['{"format":', 'picks.json', ['picks.json:1:11 the file is not valid JSON: it ends too early.']],
  ['', 'picks.json', ['picks.json:1 the file is empty.']],
  [
    'id,star\na,b\n',
    'picks.csv',
    ['picks.csv:1 there is no column "job"; export the picks from the viewer again.'],
  ],
  [
    'job,starred\na,perhaps\n,true\n',
    'picks.csv',
    ['picks.csv:2:3 starred "perhaps" is neither true nor false.', 'picks.csv:3:1 this row names no job.'],
  ],
  ['job,starred\n', 'picks.csv', ['picks.csv:1 there is a header but no row below it.']],
])('%j is told what is wrong with it, all at once', async (content, name, shown) => {
  expect((await picksIn(content, name)).shown).toEqual(shown);
});

test('what is neither JSON nor CSV, and what is not there, is refused', async () => {
  await expect(picksIn('x', 'picks.txt')).rejects.toMatchObject({ about: 'usage' });
  await expect(readPicks('/nowhere/picks.json', () => {})).rejects.toMatchObject({ about: 'input' });
});

const note = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
const anyPick = fc.record({
  job: fc.stringMatching(/^[0-9a-f]{16}$/),
  starred: fc.boolean(),
  note,
  file: fc.constant('files/a.png'),
  prompt: note,
});
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test('whatever notes and prompts hold, the starred jobs come out in their order, of both kinds of file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyPick, { minLength: 1 }), async (picks) => {
      const stars = picks.filter(({ starred }) => starred).map(({ job }) => job);
      const json = JSON.stringify({ format: 'rcb-picks', version: 1, folder: 'out/cats', picks }, null, 1);
      const rows = picks.map((pick) =>
        Object.values(pick)
          .map((value) => quoted(String(value)))
          .join(','),
      );
      const csv = ['job,starred,note,file,prompt', ...rows].join('\n');
      for (const read of [await picksIn(json), await picksIn(csv, 'picks.csv')]) {
        expect(read.shown).toEqual([]);
        expect(read.starred.map((star) => star.split(' ')[0])).toEqual(stars);
      }
    }),
    { numRuns: sized(15, 60) },
  );
});
