import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Failure, type FailureKind, failure } from '../../../src/core/job/failures.ts';
import type { Job, JobState } from '../../../src/core/job/job.ts';
import { type Budget, budget } from '../../../src/core/money/budget.ts';
import type { MachineTerms } from '../../../src/core/money/machine-time.ts';
import type { PastAttempts } from '../../../src/core/money/past-attempts.ts';
import { aJob, at, requestId } from '../../support/builders.ts';
import { nothingPast } from '../../support/past-attempts.ts';

const jobs = Array.from({ length: 60 }, (_, seed) => aJob({ prompt: 'a cat', seed }));
const [first, second, third, fourth] = jobs as [Job, Job, Job, Job];

const attempt = 1;
const pending = { status: 'pending', attempt, stalled: null } as const;
const submitting = { status: 'submitting', attempt, since: at(0) } as const;
const running = {
  status: 'running',
  attempt,
  requestId: requestId('r'),
  since: at(0),
  stalled: null,
} as const;
const oops = (kind: FailureKind): Failure => failure(kind, 'It went wrong.');
const unknown = { status: 'unknown', attempt, since: at(0), failure: oops('unanswered') } as const;

function done(costUsd: number | null): JobState {
  return { status: 'done', attempt, requestId: requestId('r'), files: [], costUsd };
}
function failed(costUsd: number | null, kind: FailureKind = 'generation_failed'): JobState {
  return { status: 'failed', attempt, requestId: requestId('r'), failure: oops(kind), costUsd };
}
/** What a job that was let in costs in the end. */
function end(cap: Budget, job: Job, costUsd: number | null): void {
  cap.advanced(job, running, done(costUsd));
}
function past(more: Partial<PastAttempts>): PastAttempts {
  return { ...nothingPast, ...more };
}
/** The folder has seen so many jobs at this cost, and they are not what is counted here. */
function seen(usd: number, attempts: number): PastAttempts {
  return past({ named: [{ ...first, attempts, usd }] });
}

describe('a budget', () => {
  test('lets jobs go while ten times their base price fits, until a real cost has been seen', () => {
    const cap = budget(2, nothingPast, () => 0.08);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    end(cap, first, 0.5);
    end(cap, second, 0.5);
    expect(cap.admit(third)).toBe('go');
    expect(cap.admit(fourth)).toBe('go');
    expect(cap.admit(jobs[4] as Job)).toBe('wait');
  });

  test('lets one go alone where not even that fits, and knows its real cost for the next', () => {
    const cap = budget(1, nothingPast, () => 0.3);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('wait');
    end(cap, first, 0.5);
    expect(cap.admit(second)).toBe('go');
    end(cap, second, 0.5);
    expect(cap.admit(third)).toBe('stop');
  });

  test('lets as many go at the highest cost as costs speak for it, and none below the base price', () => {
    const cap = budget(10, seen(0.02, 3), () => 0.8);
    const verdicts = jobs.slice(0, 4).map((job) => cap.admit(job));
    expect(verdicts).toEqual(['go', 'go', 'go', 'wait']);
    end(cap, first, 0.8);
    expect(cap.admit(fourth)).toBe('go');
  });

  test('holds jobs in flight at the highest cost as soon as one turns out dearer', () => {
    const cap = budget(1, seen(0.08, 50), () => 0.08);
    for (const job of jobs.slice(0, 6)) expect(cap.admit(job)).toBe('go');
    end(cap, first, 0.5);
    expect(cap.admit(jobs[7] as Job)).toBe('wait');
    for (const job of jobs.slice(1, 6)) end(cap, job, 0.08);
    expect(cap.admit(jobs[7] as Job)).toBe('stop');
  });

  test('expects of a larger job as much more as its base price is higher', () => {
    const priceOf = ({ input }: Pick<Job, 'input'>) => 0.1 * Number(input.num_images ?? 1);
    const [small, large] = [aJob({ prompt: 'x' }), aJob({ prompt: 'x', num_images: 4 })];
    const cap = budget(1.9, past({ spentUsd: 0.5, named: [{ ...small, attempts: 9, usd: 0.5 }] }), priceOf);
    expect(cap.admit(large)).toBe('stop');
    expect(cap.admit(small)).toBe('go');
  });

  test('counts what the folder has cost before, and what is in flight from before', () => {
    const cap = budget(0.3, { ...seen(0.08, 9), spentUsd: 0.1 }, () => 0.08);
    cap.hold(first);
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    cap.advanced(first, running, { ...failed(null), status: 'cancelled' } as JobState);
    expect(cap.admit(third)).toBe('go');
  });

  test('counts every earlier attempt of unknown cost, at ten times its price until a real cost is known', () => {
    const doubtful = [{ ...first, attempts: 2 }];
    expect(budget(2, past({ unnamed: doubtful }), () => 0.08).admit(second)).toBe('go');
    expect(budget(1.6, past({ unnamed: doubtful }), () => 0.08).admit(second)).toBe('stop');
    const known = { ...seen(0.1, 5), spentUsd: 0.5, unnamed: doubtful };
    expect(budget(0.8, known, () => 0.08).admit(second)).toBe('go');
    expect(budget(0.79, known, () => 0.08).admit(second)).toBe('stop');
  });

  test.each<[string, JobState, boolean]>([
    ['is lost', { ...failed(null, 'lost'), status: 'lost' } as JobState, true],
    ['failed after it was accepted', failed(null), true],
    ['is unknown', unknown, true],
    ['is done at a cost that nobody named', done(null), true],
    ['stalls at the server', { ...running, stalled: oops('overdue') }, true],
    ['was refused', { ...failed(null, 'invalid_input'), requestId: null } as JobState, false],
    ['was not accepted after all', { ...pending, stalled: oops('rate_limited') }, false],
  ])('counts as paid for or not a job that %s, and never waits for it', (_what, state, counts) => {
    const cap = budget(0.16, { ...seen(0.08, 9), spentUsd: 0 }, () => 0.08);
    cap.admit(first);
    cap.advanced(first, pending, submitting);
    cap.advanced(first, state.status === 'lost' ? running : submitting, state);
    expect(cap.admit(second)).toBe('go');
    cap.advanced(second, running, done(0.08));
    expect(cap.admit(third)).toBe(counts ? 'stop' : 'go');
  });

  test('puts a cost that comes later, or changes, in the place of what it counted before', () => {
    const cap = budget(0.24, { ...seen(0.08, 9), spentUsd: 0 }, () => 0.08);
    cap.admit(first);
    cap.advanced(first, running, done(null));
    cap.advanced(first, done(null), done(0.02));
    cap.advanced(first, done(0.02), done(0.08));
    cap.advanced(first, done(0.08), done(0.08));
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('go');
    expect(cap.admit(fourth)).toBe('wait');
  });

  test('keeps the place of a job that waits to be submitted again', () => {
    const cap = budget(0.08, { ...seen(0.08, 9), spentUsd: 0 }, () => 0.08);
    cap.admit(first);
    cap.advanced(first, pending, submitting);
    cap.advanced(first, submitting, pending);
    expect(cap.admit(second)).toBe('wait');
  });

  test('sends one job ahead alone where no price is known, and learns from what it cost', () => {
    const cap = budget(1, nothingPast, () => null);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('wait');
    end(cap, first, 0.4);
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    end(cap, second, 0.4);
    expect(cap.admit(third)).toBe('stop');
  });

  test('stops where nobody ever says what a job costs, in this run or earlier ones, since it could not be kept', () => {
    const cap = budget(1, past({ unnamed: [{ ...first, attempts: 1 }] }), () => null);
    for (const job of [first, second]) {
      expect(cap.admit(job)).toBe('go');
      end(cap, job, null);
    }
    expect(cap.admit(third)).toBe('stop');
    expect(cap.why(third)).toContain(
      'cannot be kept: no price is known for ideogram/ideogram-v2/generate, and the server has not said what its 3 attempts so far cost.',
    );
  });

  test('lets a job of a model whose cost is not known go only when nothing else is in flight', () => {
    const other = aJob({ prompt: 'x' }, { model: 'other' });
    const cap = budget(1, seen(0.08, 9), ({ model }) => (model === 'other' ? 0.3 : 0.08));
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(other)).toBe('wait');
    end(cap, first, 0.08);
    expect(cap.admit(other)).toBe('go');
    expect(cap.admit(second)).toBe('wait');
  });

  test('says that it was crossed, how far, and why', () => {
    const cap = budget(1, nothingPast, () => 0.08);
    expect(cap.admit(first)).toBe('go');
    expect(cap.crossed()).toBeNull();
    end(cap, first, 6);
    expect(cap.admit(second)).toBe('stop');
    const sentence =
      'The cap of $1.00 was crossed: $6.00. A job of ideogram/ideogram-v2/generate cost $6.00, above its base price of $0.08.';
    expect([cap.crossed(), cap.why(second)]).toEqual([sentence, sentence]);
  });

  test('says why it has no room, with what is spent and what may have been', () => {
    const spent = budget(1, { ...seen(0.08, 12), spentUsd: 0.96 }, () => 0.08);
    expect(spent.why(first)).toBe(
      'The cap of $1.00 leaves no room for another job of ideogram/ideogram-v2/generate, which costs up to $0.08: $0.96 is spent.',
    );
    const doubtful = budget(0.5, past({ unnamed: [{ ...first, attempts: 1 }] }), () => 0.08);
    expect(doubtful.why(first)).toBe(
      'The cap of $0.50 leaves no room for another job of ideogram/ideogram-v2/generate, which costs at least $0.08: $0.00 is spent, and 1 attempt of unknown cost may have cost $0.80. Until a real cost is known, a job counts as 10 times its base price.',
    );
  });

  test('lets all that fits go in the end, where jobs cost what they seem to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(20), { minLength: 200, maxLength: 200 }),
        (capCents, priceCents, ends) => {
          const cap = budget(capCents / 100, nothingPast, () => priceCents / 100);
          const inFlight: Job[] = [];
          let [next, ended] = [0, 0];
          for (const which of ends) {
            while (next < jobs.length && cap.admit(jobs[next] as Job) === 'go') {
              inFlight.push(jobs[next] as Job);
              next += 1;
            }
            expect((ended + inFlight.length) * priceCents).toBeLessThanOrEqual(capCents);
            const [job] = inFlight.splice(which % Math.max(1, inFlight.length), 1);
            if (job === undefined) break;
            ended += 1;
            end(cap, job, priceCents / 100);
          }
          expect(ended).toBe(Math.min(jobs.length, Math.floor(capCents / priceCents)));
        },
      ),
    );
  });
});

describe('a cap for jobs that are paid by the time of a machine', () => {
  const terms: MachineTerms = {
    ...{ usdPerSecond: 0.001, usualMs: null, machines: 2 },
    ...{ coldStartMs: 60_000, keepWarmMs: 60_000 },
  };
  const capped = (usd: number, known: Partial<MachineTerms> = {}, past = nothingPast): Budget =>
    budget(
      usd,
      past,
      () => null,
      () => ({ ...terms, ...known }),
    );

  test('counts each as ten times what it may take, and machines that start and idle, until one has ended', () => {
    // Eleven minutes, ten times: $6.60; a machine: $0.12.
    const cap = capped(14);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    end(cap, first, 0.008);
    expect(cap.admit(third)).toBe('go');
  });

  test('goes by how long such jobs take, where that is known', () => {
    const cap = capped(0.5, { usualMs: 8_000 });
    expect([first, second, third].map(cap.admit)).toEqual(['go', 'go', 'go']);
    expect(cap.admit(fourth)).toBe('wait');
  });

  test('lets one go alone where only one fits, and none where no machine does', () => {
    const tight = capped(0.8);
    expect(tight.admit(first)).toBe('go');
    expect(tight.admit(second)).toBe('wait');
    const without = capped(0.1, { usualMs: 8_000 });
    expect(without.admit(first)).toBe('stop');
    expect(without.why(first)).toContain('$0.12 is set aside for machines to start and to stay warm');
  });

  test('is not blind to attempts without a cost, and counts the machines of earlier runs', () => {
    const unnamed = [{ model: first.model, input: first.input, attempts: 4 }];
    const past = { spentUsd: 0, named: [], unnamed, runs: 3 };
    // Four attempts of ten times 8 s each, and two machines in each of three runs, and one more.
    expect(capped(1.3, { usualMs: 8_000 }, past).admit(first)).toBe('go');
    expect(capped(1.1, { usualMs: 8_000 }, past).admit(first)).toBe('stop');
  });
});
