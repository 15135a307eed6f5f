import { expect, test } from 'vitest';
import { jobStatuses } from '../../../../src/core/job/job.ts';
import { remedyOf } from '../../../../src/view/page/job/remedy.ts';
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
  ['lost', `rcb retry 'out/the sea' ${idAt(0, 0)}`],
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
  ['refused', `rcb show 'out/the sea' ${idAt(0, 0)}`],
] as const)('never suggests a new attempt for %s, which would be paid for again', (kind, command) => {
  const job = jobAt(0, 0, { state: 'failed', error: { class: kind, message: 'It is so.' } });
  expect(remedyOf(job, head).command).toBe(command);
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
