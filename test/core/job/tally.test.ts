import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { evolve, type JobEvent } from '../../../src/core/job/lifecycle.ts';
import { noCounts, tallying } from '../../../src/core/job/tally.ts';
import { aJob, aLink, at, requestId } from '../../support/builders.ts';

const job = aJob({ prompt: 'a cat' });
const pending: JobState = { status: 'pending', attempt: 1, stalled: null };
const steps = {
  announced: { type: 'announced', at: at(1) },
  accepted: { type: 'accepted', requestId: requestId('r'), at: at(1) },
  started: { type: 'started' },
  finished: { type: 'finished', costUsd: 0.5, outputs: [aLink('https://f/1')] },
  saved: { type: 'saved', files: [], costUsd: null },
  expired: { type: 'failed', failure: failure('download_failed', 'The link has expired.'), costUsd: null },
  refused: { type: 'failed', failure: failure('invalid_input', 'Not allowed.'), costUsd: null },
} satisfies Record<string, JobEvent>;

function afterwards(jobs: number, lives: readonly (readonly JobEvent[])[]) {
  const tally = tallying({ counts: { ...noCounts(), pending: jobs }, spentUsd: 1, unpriced: 0 });
  for (const life of lives) {
    let state = pending;
    for (const event of life) {
      const from = state;
      state = evolve(from, event);
      tally.observe({ type: 'advanced', job, from, state, at: at(1) });
    }
  }
  return tally.now();
}

const { announced, accepted, started, finished, saved, expired, refused } = steps;

describe('the tally', () => {
  test('counts a job where it stands, its money once and its failure by message', () => {
    const tally = afterwards(5, [
      [announced, accepted, started, finished, saved],
      [announced, accepted, finished, expired],
      [announced, accepted, finished, expired],
      [announced, refused],
    ]);
    expect(tally.counts).toEqual({ ...noCounts(), pending: 1, done: 1, succeeded: 2, failed: 1 });
    expect(tally).toMatchObject({ spentUsd: 2.5, stalled: 2, submittedNow: 3, doneNow: 1, unpriced: 0 });
    expect(tally.failures.map(({ jobs, failure: { kind } }) => [kind, jobs])).toEqual([
      ['download_failed', 2],
      ['invalid_input', 1],
    ]);
    expect(tally.failures.map(({ example }) => example)).toEqual([job.id, job.id]);
  });

  test('calls a job unpriced when the server never said what it cost', () => {
    const free = [announced, accepted, { ...finished, costUsd: null }, saved];
    expect(afterwards(1, [free])).toMatchObject({ unpriced: 1, spentUsd: 1 });
  });

  test('counts no failure any more that another runner has tried again, and still what it cost', () => {
    const message = 'Generation failed.';
    const failed = (attempt: number): JobState => ({
      ...{ status: 'failed', attempt, requestId: requestId('r'), costUsd: 0.5 },
      failure: failure('generation_failed', message),
    });
    const again: JobState = { status: 'pending', attempt: 2, stalled: null };
    const [one, two, before] = [1, 2, 3].map((seed) => aJob({ prompt: 'a cat', seed }));
    const tally = tallying({ counts: { ...noCounts(), running: 2, failed: 1 }, spentUsd: 0.5, unpriced: 0 });
    const running: JobState = {
      ...{ status: 'running', attempt: 1, requestId: requestId('r'), since: at(1), stalled: null },
    };
    const move = (moved: typeof one, from: JobState, state: JobState): void =>
      tally.observe({ type: 'advanced', job: moved ?? job, from, state, at: at(1) });
    move(one, running, failed(1));
    move(two, running, failed(1));
    expect(tally.now()).toMatchObject({ spentUsd: 1.5, failures: [{ jobs: 2 }] });
    move(before, failed(1), again);
    move(one, failed(1), again);
    expect(tally.now()).toMatchObject({
      ...{ counts: { ...noCounts(), pending: 2, failed: 1 }, spentUsd: 1.5 },
      failures: [{ jobs: 1, failure: { message } }],
    });
    move(two, failed(1), again);
    move(two, again, failed(2));
    expect(tally.now()).toMatchObject({ spentUsd: 2, failures: [{ jobs: 1 }] });
  });

  test('never loses or invents a job', () => {
    const life = fc.constantFrom(
      [announced],
      [announced, accepted],
      [announced, accepted, started],
      [announced, accepted, started, finished],
      [announced, accepted, finished, saved],
      [announced, refused],
    );
    fc.assert(
      fc.property(fc.array(life, { maxLength: 20 }), (lives) => {
        const { counts } = afterwards(20, lives);
        expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(20);
        expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
