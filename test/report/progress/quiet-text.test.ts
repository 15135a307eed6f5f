import { expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobId } from '../../../src/core/job/job.ts';
import type { RunClosing } from '../../../src/report/folder/summary.ts';
import { quietText } from '../../../src/report/progress/quiet-text.ts';
import { hostileParts, hostileText, tallyOf } from '../report-builders.ts';

const example = '5f1c9ae0b7d2443e' as JobId;

function closing(part: Partial<RunClosing>): RunClosing {
  return {
    ending: 'unfinished',
    exitCode: 75,
    tally: tallyOf({ done: 3 }),
    total: 3,
    dir: 'out/a',
    page: null,
    elapsedMs: 1_000,
    reuse: null,
    why: null,
    goOn: null,
    retry: null,
    askAgain: null,
    reconcile: null,
    list: null,
    ...part,
  };
}

test('a run whose jobs are all done has nothing to say', () => {
  expect(quietText(closing({ ending: 'done', exitCode: 0 }))).toBe('');
});

test('each kind of trouble has its line', () => {
  const refused = failure('unauthorized', 'The API refused the token or its account (HTTP 401).');
  const invalid = failure('invalid_input', 'The API refused this input (HTTP 422): seed.');
  const tally = tallyOf(
    { done: 10, failed: 20, pending: 1_000, running: 4, unknown: 1 },
    {
      halted: refused,
      failures: [
        { failure: invalid, jobs: 20, example },
        { failure: refused, jobs: 1, example },
      ],
    },
  );
  const commands = {
    goOn: 'rcb run a.csv',
    list: 'rcb ls out/a --state failed',
    reconcile: 'rcb reconcile out/a',
  };
  expect(quietText(closing({ tally, exitCode: 77, ...commands }))).toBe(
    `rcb: The API refused the token or its account (HTTP 401).
rcb: 20 jobs: invalid: The API refused this input (HTTP 422): seed.
rcb: 20 jobs did not succeed: rcb ls out/a --state failed
rcb: 1,004 jobs not finished (1,000 pending, 4 in flight): rcb run a.csv
rcb: 1 unclear submission: rcb reconcile out/a
`,
  );
});

test('a run that ends early gives its reason', () => {
  const tally = tallyOf({ done: 1, pending: 2 });
  expect(quietText(closing({ tally, why: '2 jobs did not succeed.' }))).toBe(
    'rcb: 2 jobs did not succeed.\nrcb: 2 jobs not finished (2 pending).\n',
  );
});

test('a thousand different failures are a few lines, harmless to a terminal', () => {
  const failures = Array.from({ length: 1_000 }, (_, n) => ({
    failure: failure('generation_failed', `${n} ${hostileText}`),
    jobs: 1,
    example,
  }));
  const text = quietText(closing({ tally: tallyOf({ failed: 1_000 }, { failures }), exitCode: 1 }));
  expect(text.split('\n')).toHaveLength(8 + 1 + 1 + 1);
  expect(text).toContain('rcb: and 992 other reasons\n');
  expect(text).not.toMatch(hostileParts);
});
