import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobStatus } from '../../../src/core/job/job.ts';
import type { AttemptColumns } from '../../../src/core/sharing/shared-rows.ts';
import { type JobStanding, mergedJob } from '../../../src/store/merge/merged-job.ts';
import { sized } from '../../support/tiers.ts';

// Each number is one submission: its id, and the moment it was sent.
const ended: readonly JobStatus[] = ['failed', 'cancelled', 'lost', 'unknown'];
const open: readonly JobStatus[] = ['submitting', 'queued', 'running', 'succeeded', 'done'];
const withId: ReadonlySet<JobStatus> = new Set([
  'queued',
  'running',
  'succeeded',
  'done',
  'cancelled',
  'lost',
]);

function attemptOf(sent: number, attempt: number, state: JobStatus): AttemptColumns {
  return {
    ...{ attempt, state, submitted_at: sent, request_id: withId.has(state) ? `r${sent}` : null },
    ...{ started_at: null, finished_at: null, done_at: null, failure: null, ref: null, estimated: null },
    cost: state === 'done' ? 0.08 : null,
  };
}

/** A folder in which the job was submitted at these moments, and stands like this. */
const standing: fc.Arbitrary<JobStanding> = fc
  .record({
    sent: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    former: fc.constantFrom(...ended),
    last: fc.constantFrom(...ended, ...open),
    isPending: fc.boolean(),
  })
  .map(({ sent, former, last, isPending }): JobStanding => {
    const moments = sent.toSorted();
    const attempts = moments.map((at, n) =>
      attemptOf(at, n + 1, n + 1 === moments.length && !isPending ? last : former),
    );
    const current = attempts.at(-1);
    if (isPending || current === undefined) {
      return { state: 'pending', attempt: attempts.length + 1, request_id: null, attempts };
    }
    const { state, request_id, attempt } = current;
    return { state, attempt, request_id, attempts };
  });

function resultOf(target: JobStanding, source: JobStanding): JobStanding {
  const { winner, attempts, attempt } = mergedJob(target, source);
  const { state } = winner === 'target' ? target : source;
  const current = attempts.find((each) => each.attempt === attempt);
  return { state, attempt, request_id: current?.request_id ?? null, attempts };
}

const sentIn = ({ attempts }: JobStanding) => attempts.map(({ submitted_at }) => submitted_at).toSorted();

test('every submission of either folder is there once, and the current one is the last', () => {
  fc.assert(
    fc.property(standing, standing, (target, source) => {
      const result = resultOf(target, source);
      expect(sentIn(result)).toEqual([...new Set([...sentIn(target), ...sentIn(source)])].toSorted());
      expect(result.attempts.map(({ attempt }) => attempt)).toEqual(result.attempts.map((_, n) => n + 1));
      const isBehind = result.state === 'pending' ? result.attempts.length + 1 : result.attempts.length;
      expect(result.attempt).toBe(isBehind);
      const current = result.attempts.find(({ attempt }) => attempt === result.attempt);
      if (result.state !== 'pending') expect(current?.state).toBe(result.state);
    }),
    { numRuns: sized(300, 3_000) },
  );
});

test('a result wins, a job that may have been paid for is never submitted again, and twice is like once', () => {
  fc.assert(
    fc.property(standing, standing, (target, source) => {
      const result = resultOf(target, source);
      const both = [target.state, source.state];
      if (both.includes('done')) expect(result.state).toBe('done');
      const isOpen = (state: JobStatus) => ['queued', 'running', 'succeeded'].includes(state);
      if (result.state === 'pending') {
        // The one that waits has gone on from what the other one knows.
        const [waits, other] = target.state === 'pending' ? [target, source] : [source, target];
        const last = other.attempts.at(-1)?.submitted_at;
        expect(other.state === 'pending' || sentIn(waits).includes(last ?? null)).toBe(true);
      }
      if (both.every((state) => state === 'pending' || isOpen(state)) && both.some(isOpen)) {
        const isRetried = sentIn(target).some((at) => sentIn(source).includes(at));
        if (!isRetried) expect(isOpen(result.state)).toBe(true);
      }
      const again = mergedJob(result, source);
      expect(again).toMatchObject({ winner: 'target', isKnown: true });
    }),
    { numRuns: sized(300, 3_000) },
  );
});
