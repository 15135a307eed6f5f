import fc from 'fast-check';
import { expect, test } from 'vitest';
import { picksCsv } from '../../../../src/view/page/picks/picks-files.ts';
import { readPicksTable } from '../../../../src/view/page/picks/picks-sheet.ts';

test('reads what the page has written', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'ä', '"', ',', ';', '\n', '\r\n', "'", '=', ' ', '😀'),
  });
  const record = fc.record({
    job: fc.stringMatching(/^[0-9a-d]{16}$/),
    starred: fc.boolean(),
    // A note that begins with an apostrophe before a sign of a formula cannot be told from a guarded one.
    note: text.filter((note) => !/^'[=+\-@\t\r]/.test(note)),
    file: fc.option(text),
    prompt: text,
  });
  fc.assert(
    fc.property(fc.array(record), (records) => {
      expect(readPicksTable(picksCsv(records))).toEqual({
        picks: records.map(({ job, starred, note }) => ({ job, isStarred: starred, note })),
      });
    }),
  );
});

test.each([
  ['Job,Starred\na1,TRUE\nb2,FALSE', [true, false]],
  ['note;starred;job\n;wahr;a1\nhm;falsch;b2', [true, false]],
  ['job\ta\na1\t\nb2\t\n\n', [true, true]],
])('reads %j, as a spreadsheet may save it', (text, stars) => {
  const read = readPicksTable(text);
  expect('picks' in read && read.picks.map(({ job, isStarred }) => [job, isStarred])).toEqual([
    ['a1', stars[0]],
    ['b2', stars[1]],
  ]);
});

test.each([
  ['', 'it is empty'],
  ['name,starred\na,true', 'it has no column "job"'],
  ['job,starred\n,true', 'row 2 has no job'],
  ['job,starred\na1,maybe', '"starred" of row 2 is neither true nor false'],
  ['job,starred\n"1,23457E+15",true', 'a spreadsheet has changed the job of row 2'],
])('refuses %j and says why', (text, fault) => {
  expect(readPicksTable(text)).toEqual({ complaint: expect.stringContaining(fault) });
});
