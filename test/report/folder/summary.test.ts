import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobId } from '../../../src/core/job/job.ts';
import { closingText, type RunClosing } from '../../../src/report/folder/summary.ts';
import { fakeStream, hostileParts, hostileText, tallyOf } from '../report-builders.ts';

const example = '5f1c9ae0b7d2443e' as JobId;

function closing(part: Partial<RunClosing>): RunClosing {
  return {
    ending: 'done',
    exitCode: 0,
    tally: tallyOf({ done: 1_632 }, { doneNow: 1_320, spentUsd: 130.56 }),
    total: 1_632,
    dir: 'out/parti',
    page: null,
    elapsedMs: 800_000,
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

const piped = () => fakeStream().terminal();

describe('closingText', () => {
  test('is short when all is well', () => {
    expect(closingText(closing({}), piped())).toBe(`✓ All 1,632 jobs are done.

  done       1,632 (1,320 in this run, 312 earlier)
  took       13m20s, 99/min
  cost       $130.56 over all runs
  folder     out/parti
`);
  });

  test('says what reuse saved, where the cost is known', () => {
    const saving = (jobs: number, usd: number) => closingText(closing({ reuse: { jobs, usd } }), piped());
    expect(saving(312, 24.96)).toContain('\n  saved      $24.96: 312 jobs reused\n');
    expect(saving(1, 0.08)).toContain('\n  saved      $0.08: 1 job reused\n');
    expect(saving(312, 0)).not.toContain('saved');
    expect(saving(0, 0)).not.toContain('saved');
  });

  test('says where the page is', () => {
    expect(closingText(closing({ page: 'out/parti/index.html' }), piped())).toMatch(
      /\n {2}folder {5}out\/parti\n {2}page {7}out\/parti\/index\.html\n$/,
    );
  });

  test('says what failed, with an example, and the command that continues', () => {
    const nsfw = failure('generation_failed', 'NSFW content detected.');
    const late = failure('overdue', 'Not finished within 30m.');
    const text = closingText(
      closing({
        ending: 'unfinished',
        exitCode: 75,
        tally: tallyOf(
          { done: 1_000, failed: 15, running: 4, pending: 613 },
          {
            doneNow: 1_000,
            spentUsd: 60,
            unpriced: 250,
            stalled: 4,
            repeated: 7,
            failures: [
              { failure: nsfw, jobs: 12, example },
              { failure: late, jobs: 4, example },
            ],
          },
        ),
        why: 'The cap of $60.00 was reached.',
        list: 'rcb ls out/parti --state failed',
        retry: 'rcb retry out/parti',
        goOn: 'rcb run parti.tsv --max-cost 80',
      }),
      piped(),
    );
    expect(text).toBe(`‖ Not finished: 1,000 of 1,632 jobs done. The cap of $60.00 was reached.

  done       1,000 (1,000 in this run)
  failed     15
  in flight  4, collected by the next run
  pending    613, not submitted
  took       13m20s, 75/min
  cost       ≥ $60.00 (no cost reported for 250 jobs)
  retries    7 requests
  folder     out/parti

  What went wrong
    12 × model: NSFW content detected.  (job 5f1c9ae0)
     4 × timeout: Not finished within 30m.  (job 5f1c9ae0)

  3 jobs from earlier runs did not succeed.

  List them:
    rcb ls out/parti --state failed

  Retry them (each is charged again):
    rcb retry out/parti

  Continue with:
    rcb run parti.tsv --max-cost 80

  exit code 75: not finished; run the same command to continue
`);
  });

  test('explains unclear submissions and names the command that resolves them', () => {
    const text = closingText(
      closing({
        ending: 'unsettled',
        exitCode: 76,
        tally: tallyOf({ done: 1_630, unknown: 2 }, { doneNow: 1_630 }),
        reconcile: 'rcb reconcile out/parti',
      }),
      piped(),
    );
    expect(text).toContain('? 1,630 of 1,632 jobs done; 2 submissions unclear.');
    expect(text).toContain(
      '2 submissions got no usable answer and may have been billed, so they are on hold.',
    );
    expect(text).toContain('\n    rcb reconcile out/parti\n');
  });

  test('names what halted the run', () => {
    const halted = failure('unauthorized', 'The API refused the token (401).');
    const text = closingText(
      closing({ ending: 'refused', exitCode: 77, tally: tallyOf({ pending: 1_632 }, { halted }) }),
      piped(),
    );
    expect(text).toMatch(/^✗ Stopped: 0 of 1,632 jobs done\. The API refused the token \(401\)\.\n/);
  });

  test.each([
    ['failures', 1, /^✗ Finished: /],
    ['left', 130, /^‖ Stopped: 1 of 1,632 jobs done, 3 still running on the server\.\n/],
  ] as const)('has a headline for %s', (ending, exitCode, headline) => {
    const tally = tallyOf({ done: 1, failed: 2, queued: 3 });
    expect(closingText(closing({ ending, exitCode, tally }), piped())).toMatch(headline);
  });

  test('shows text from servers without obeying it, and at most eight reasons', () => {
    const failures = Array.from({ length: 20 }, (_, n) => ({
      failure: failure('generation_failed', `${hostileText} ${n}`),
      jobs: 1,
      example,
    }));
    const stream = fakeStream();
    const tally = tallyOf({ failed: 20 }, { failures, halted: failure('no_balance', hostileText) });
    const text = closingText(
      closing({ ending: 'failures', exitCode: 1, tally, dir: hostileText }),
      stream.terminal(),
    );
    expect(text).not.toMatch(hostileParts);
    expect(text).not.toContain('\u001b');
    expect(text.match(/× model/g)).toHaveLength(8);
    expect(text).toContain('and 12 other reasons');
  });

  describe('money', () => {
    const crossed = 'The cap of $1.00 was crossed: $6.00.';
    const atStake = { attempts: 6, usd: 0.48, unvalued: 0 };
    const textOf = (part: Partial<RunClosing>) => closingText(closing(part), piped());

    test('is never $0.00 where attempts of unknown cost are at stake', () => {
      const money = { atStake, capUsd: null, crossed: null };
      const nothing = textOf({ money, tally: tallyOf({ unknown: 6 }) });
      expect(nothing).toContain(
        '\n  cost       unknown: none reported yet\n  at stake   about $0.48: 6 attempts of unknown cost\n',
      );
      const some = textOf({ money, tally: tallyOf({ done: 1, unknown: 6 }, { doneNow: 1, spentUsd: 0.08 }) });
      expect(some).toContain('\n  cost       ≥ $0.08\n');
    });

    test('says once that a cap was crossed, even when everything is done', () => {
      const money = { atStake: { attempts: 0, usd: 0, unvalued: 0 }, capUsd: 1, crossed };
      expect(textOf({ money })).toContain(`\n  cap        ${crossed}\n`);
      const halted = failure('capped', crossed);
      const stopped = textOf({
        money,
        ending: 'unfinished',
        exitCode: 75,
        tally: tallyOf({ pending: 1 }, { halted }),
      });
      expect(stopped.split(crossed)).toHaveLength(2);
    });

    test('suggests a higher cap when the cap allows no more', () => {
      const halted = failure('capped', 'The cap of $1.00 leaves no room.');
      const text = textOf({
        ending: 'unfinished',
        exitCode: 75,
        goOn: 'rcb run parti.tsv --max-cost 1',
        tally: tallyOf({ pending: 1 }, { halted }),
      });
      expect(text).toContain('Raise or drop --max-cost to continue:\n    rcb run parti.tsv');
      expect(text).toContain('exit code 75: not finished; --max-cost allows no more jobs\n');
    });
  });

  test('is coloured on a terminal, but not under NO_COLOR', () => {
    const [coloured, plain] = [fakeStream(80).terminal(), fakeStream(80).terminal({ NO_COLOR: '1' })];
    expect(closingText(closing({}), coloured)).toContain('\u001b[');
    expect(closingText(closing({}), plain)).not.toContain('\u001b');
  });
});

test('a cost that is estimated is called so, as is what it leaves out', () => {
  const cost = (figures: { spentUsd: number; estimatedUsd: number }): string | undefined =>
    /cost {7}(.*)/.exec(
      closingText(closing({ tally: tallyOf({ done: 3 }, { doneNow: 3, ...figures }) }), piped()),
    )?.[1];
  expect(cost({ spentUsd: 1.23, estimatedUsd: 1.23 })).toBe(
    'about $1.23, estimated from machine seconds; starting and idle time of machines is billed on top',
  );
  expect(cost({ spentUsd: 1.23, estimatedUsd: 0.4 })).toContain(
    'about $1.23, $0.40 of it estimated from machine seconds;',
  );
  expect(cost({ spentUsd: 1.23, estimatedUsd: 0 })).toBe('$1.23');
});
