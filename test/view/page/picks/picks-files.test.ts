import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  merged,
  type PickRecord,
  pickRecords,
  picksCsv,
  picksJson,
  readPicks,
} from '../../../../src/view/page/picks/picks-files.ts';
import type { Pick } from '../../../../src/view/page/state/app.ts';
import { idAt, jobAt } from '../page-builders.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const line = fc.oneof(
  text,
  fc.constantFrom('=1+1', '+1', '-1', '@x', '\tx', 'a,b', 'say "hi"', 'two\r\nlines', '＝1'),
);
const record: fc.Arbitrary<PickRecord> = fc.record({
  job: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }),
  starred: fc.boolean(),
  note: line,
  file: fc.option(line, { nil: null }),
  prompt: line,
});

test('a CSV reader gets the picks back from picks.csv, except for the apostrophe before formulas', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const csv = picksCsv(records);
      expect(csv.startsWith('\uFEFFjob,starred,note,file,prompt\r\n')).toBe(true);
      const rows: string[][] = parse(csv, { bom: true, record_delimiter: '\r\n' });
      expect(rows.slice(1).map((row) => row.map(bare))).toEqual(
        records.map((each) =>
          [each.job, `${each.starred}`, each.note, each.file ?? '', each.prompt].map(bare),
        ),
      );
    }),
  );
});

test('no cell of picks.csv begins as a formula', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const rows: string[][] = parse(picksCsv(records), { bom: true, record_delimiter: '\r\n' });
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
    }),
  );
});

function bare(cell: string): string {
  return cell.replace(/^'(?=[=+\-@\t\r＝＋－＠])/, '');
}

test('picks.json names the run folder, and reading it gives the same stars and notes', () => {
  fc.assert(
    fc.property(text, fc.array(record), (folder, records) => {
      const json = picksJson(folder, records);
      expect(JSON.parse(json)).toEqual({ format: 'rcb-picks', version: 1, folder, picks: records });
      expect(readPicks(json)).toEqual({
        picks: records.map(({ job, starred, note }) => ({ job, isStarred: starred, note })),
      });
    }),
  );
});

test('picks are in the order of the plan, with their first file; those of other jobs come last', () => {
  const picks: Pick[] = [
    { job: 'f'.repeat(16), isStarred: true, note: '' },
    { job: idAt(1, 0), isStarred: false, note: 'warm' },
    { job: idAt(0, 0), isStarred: true, note: '' },
  ];
  const failed = jobAt(1, 0, { state: 'failed', outputs: [], input: { steps: 4 } });
  expect(pickRecords(picks, [jobAt(0, 0), failed])).toEqual([
    {
      job: idAt(0, 0),
      starred: true,
      note: '',
      file: 'files/0 of #1?/0-0%.png',
      prompt: 'a lighthouse in a storm',
    },
    { job: idAt(1, 0), starred: false, note: 'warm', file: null, prompt: '' },
    { job: 'f'.repeat(16), starred: true, note: '', file: null, prompt: '' },
  ]);
});

test.each([
  ['not JSON', 'oops', '"format" is not "rcb-picks"'],
  ['another format', '{"format":"x"}', '"format" is not "rcb-picks"'],
  ['a later version', '{"format":"rcb-picks","version":2}', '"version" is 2, not 1'],
  ['no version', '{"format":"rcb-picks"}', '"version" is missing, not 1'],
  ['no list', '{"format":"rcb-picks","version":1,"picks":{}}', '"picks" is not a list'],
  ['a bare id', '{"format":"rcb-picks","version":1,"picks":["a"]}', 'picks[0] is not an object'],
  [
    'a number',
    '{"format":"rcb-picks","version":1,"picks":[{"job":1}]}',
    '"job" of picks[0] is not a non-empty string',
  ],
  [
    'a word',
    '{"format":"rcb-picks","version":1,"picks":[{"job":"a","starred":"yes"}]}',
    '"starred" of picks[0] is neither true nor false',
  ],
])('refuses a file (%s) and says why', (_, content, fault) => {
  expect(readPicks(content)).toEqual({
    complaint: `This is not a picks.json file from this page: ${fault}.`,
  });
});

test('merging loses no star and no note, and merging again changes nothing', () => {
  const pick = fc.record({ isStarred: fc.boolean(), note: text });
  fc.assert(
    fc.property(pick, pick, (own, other) => {
      const once = merged({ job: 'a', ...own }, { job: 'a', ...other });
      expect(once.isStarred).toBe(own.isStarred || other.isStarred);
      expect(once.note).toContain(own.note);
      expect(once.note).toContain(other.note);
      expect(merged(once, { job: 'a', ...other })).toEqual(once);
    }),
  );
});
