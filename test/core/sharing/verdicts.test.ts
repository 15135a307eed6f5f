import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FailureKind, failure, failureKinds } from '../../../src/core/job/failures.ts';
import { type Instant, type JobState, jobStatuses, type RequestId } from '../../../src/core/job/job.ts';
import { evolve, type JobEvent } from '../../../src/core/job/lifecycle.ts';
import { isAtRest } from '../../../src/core/job/state-facts.ts';
import { progress, type Standing, verdictOn } from '../../../src/core/sharing/verdicts.ts';

const requestId = 'req-1' as RequestId;
const since = 1 as Instant;
const why = failure('unanswered', 'No answer came.');

/** A state of attempt 2 with each status. */
function stateOf(status: JobState['status'], attempt = 2): JobState {
  switch (status) {
    case 'pending':
      return { status, attempt, stalled: null };
    case 'submitting':
      return { status, attempt, since };
    case 'unknown':
      return { status, attempt, since, failure: why };
    case 'queued':
    case 'running':
      return { status, attempt, requestId, since, stalled: null };
    case 'succeeded':
      return { status, attempt, requestId, costUsd: null, outputs: null, stalled: null };
    case 'done':
      return { status, attempt, requestId, costUsd: null, files: [] };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return { status, attempt, requestId, costUsd: null, failure: why };
  }
}

const standing = fc.record({
  state: fc.constantFrom(...jobStatuses).map((status) => stateOf(status)),
  epoch: fc.integer({ min: 1, max: 4 }),
  announced: fc.option(fc.integer({ min: 1, max: 4 })),
});
const told = fc.record({
  state: fc
    .tuple(fc.constantFrom(...jobStatuses), fc.integer({ min: 1, max: 3 }))
    .map(([status, attempt]) => stateOf(status, attempt)),
  epoch: fc.integer({ min: 1, max: 4 }),
});

const steps: readonly JobEvent[] = [
  { type: 'announced', at: since },
  { type: 'withdrawn' },
  { type: 'accepted', requestId, at: since },
  { type: 'started' },
  { type: 'finished', costUsd: null, outputs: [] },
  { type: 'saved', files: [], costUsd: null },
  ...Object.keys(failureKinds).map((kind): JobEvent => {
    return { type: 'failed', failure: failure(kind as FailureKind, `It is ${kind}.`), costUsd: null };
  }),
];

/** null: the life of a job has no such step. */
function evolved(state: JobState, event: JobEvent): JobState | null {
  try {
    return evolve(state, event);
  } catch {
    return null;
  }
}

describe('what a shared ledger makes of what it is told', () => {
  test('is never a second submission: only who knows the current epoch announces, and only what is pending', () => {
    fc.assert(
      fc.property(standing, told, (current, each) => {
        if (each.state.status !== 'submitting' || verdictOn(current, each) !== 'taken') return;
        expect(current.state.status).toBe('pending');
        expect(each.epoch).toBe(current.epoch);
        expect(each.state.attempt).toBe(current.state.attempt);
      }),
    );
  });

  test('goes on, and back only by the proof that this very announcement never left', () => {
    fc.assert(
      fc.property(standing, told, (current, each) => {
        if (verdictOn(current, each) !== 'taken') return;
        const isBack = progress[each.state.status] < progress[current.state.status];
        if (isBack) expect([each.state.status, each.epoch]).toEqual(['pending', current.announced]);
      }),
    );
  });

  test('takes every step that a job may make, from the runner that holds it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...jobStatuses), fc.constantFrom(...steps), (status, event) => {
        const before = stateOf(status);
        const after = evolved(before, event);
        if (after === null) return;
        const verdict = verdictOn({ state: before, epoch: 4, announced: 4 }, { state: after, epoch: 4 });
        expect(verdict, `${event.type} makes ${status} ${after.status}`).toBe('taken');
      }),
    );
  });

  test('is the same when it is told twice', () => {
    fc.assert(
      fc.property(standing, told, (current, each) => {
        if (verdictOn(current, each) !== 'taken') return;
        const after: Standing = { ...current, state: each.state };
        expect(verdictOn(after, each)).toBe('known');
      }),
    );
  });

  test('has a request that was accepted, whoever tells of it and however late', () => {
    for (const status of ['pending', 'submitting', 'unknown'] as const) {
      const current = { state: stateOf(status), epoch: 9, announced: 3 };
      expect(verdictOn(current, { state: stateOf('queued'), epoch: 3 })).toBe('taken');
      expect(verdictOn(current, { state: stateOf('done'), epoch: 3 })).toBe('taken');
    }
  });

  test('leaves at rest what one runner alone believes to be lost', () => {
    for (const status of jobStatuses) {
      const current = { state: stateOf(status), epoch: 9, announced: 3 };
      const verdict = verdictOn(current, { state: stateOf('lost'), epoch: 3 });
      expect(verdict).toBe(isAtRest(status) && status !== 'unknown' ? 'known' : 'refused');
    }
  });
});
