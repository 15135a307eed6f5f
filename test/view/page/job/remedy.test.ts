import { expect, test } from 'vitest';
import { jobStatuses } from '../../../../src/core/job/job.ts';
import { remedyOf } from '../../../../src/view/page/job/remedy.ts';
import { placesText } from '../../../../src/view/page/job/row-places.ts';
import { aPageHead, idAt, jobAt } from '../page-builders.ts';

const head = aPageHead({ dir: 'out/the sea' });
const error = { class: 'model', message: 'The model refused it.' } as const;

test.each([
  ['pending', "rcb resume 'out/the sea'"],
  ['submitting', "rcb resume 'out/the sea'"],
  ['queued', "rcb resume 'out/the sea'"],
  ['running', "rcb resume 'out/the sea'"],
  ['succeeded', "rcb resume 'out/the sea'"],
  ['done', null],
  ['failed', `rcb retry 'out/the sea' ${idAt(0, 0)}`],
  ['cancelled', `rcb retry 'out/the sea' ${idAt(0, 0)}`],
  ['lost', "rcb fetch 'out/the sea'"],
  ['unknown', "rcb reconcile 'out/the sea'"],
] as const)('suggests the command for a job that is %s', (state, command) => {
  expect(remedyOf(jobAt(0, 0, { state }), head).command).toBe(command);
});

test('suggests the same command as the report for the same failure', () => {
  const failure = { ...error, jobs: 2, example: idAt(0, 0), next: 'rcb retry out' };
  const known = { ...head, overview: { ...head.overview, failures: [failure] } };
  expect(remedyOf(jobAt(0, 0, { state: 'failed', error }), known).command).toBe('rcb retry out');
});

test.each([
  ['no_output', "rcb fetch 'out/the sea'"],
  ['refused', null],
  ['invalid', null],
] as const)('never suggests a new attempt for %s, which would be paid for again', (kind, command) => {
  const error = { class: kind, message: 'It is so.' };
  const job = jobAt(0, 0, { state: 'failed', error });
  expect(remedyOf(job, head).command).toBe(command);
  const failures = [{ ...error, jobs: 1, example: job.job, next: `rcb retry 'out/the sea' ${job.job}` }];
  const known = { ...head, overview: { ...head.overview, failures } };
  expect(remedyOf(job, known).command).toBe(command);
});

test('says which row to edit after a refusal', () => {
  const error = { class: 'refused', message: 'It is so.' } as const;
  const job = jobAt(0, 0, { state: 'failed', error, rows: ['p60.tsv:15'] });
  expect(remedyOf(job, head).sentence).toBe('The prompt was refused. Edit row 15 of p60.tsv and run again.');
  expect(remedyOf({ ...job, rows: [] }, head).sentence).toBe(
    'The prompt was refused. Edit it and run again.',
  );
});

test.each([
  [['a.csv:3'], 'row 3 of a.csv'],
  [['a.csv:20', 'a.csv:3', 'a.csv:20'], 'rows 3 and 20 of a.csv'],
  [['b.xlsx#S:9:2', 'a:b.csv:1'], 'row 2 of b.xlsx#S:9, and row 1 of a:b.csv'],
  [[1, 2, 3, 4, 5, 6, 7].map((line) => `a.csv:${line}`), 'rows 1, 2, 3, 4, 5 and 2 more of a.csv'],
  [['x', ''], null],
])('the places %j are %j', (rows, text) => {
  expect(placesText(rows)).toBe(text);
});

test('a submission that is unclear is never retried, whatever the report has for its reason', () => {
  const error = { class: 'unknown_submit', message: 'No answer came.' } as const;
  const failures = [{ ...error, jobs: 1, example: idAt(1, 0), next: 'rcb retry out' }];
  const known = { ...head, overview: { ...head.overview, failures } };
  expect(remedyOf(jobAt(0, 0, { state: 'unknown', error }), known).command).toBe(
    "rcb reconcile 'out/the sea'",
  );
});

test('what halted a run is put right before it resumes', () => {
  for (const [kind, words] of [
    ['auth', 'token'],
    ['balance', 'balance'],
    ['invalid', 'model'],
  ] as const) {
    const job = jobAt(0, 0, { state: 'pending', error: { class: kind, message: 'It is so.' } });
    expect(remedyOf(job, head)).toEqual({
      sentence: expect.stringContaining(words),
      command: "rcb resume 'out/the sea'",
    });
  }
});

test('suggests no command during a run, or if the job is no longer in the plan', () => {
  for (const state of jobStatuses.slice(0, 5)) {
    expect(remedyOf(jobAt(0, 0, { state }), { ...head, isRunning: true })).toMatchObject({
      command: null,
      sentence: expect.stringContaining('reload this page'),
    });
    expect(remedyOf(jobAt(0, 0, { state, isPlanned: false }), head).command).toBeNull();
  }
});
