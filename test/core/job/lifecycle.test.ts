import { describe, expect, test } from 'vitest';
import { type FailureKind, failure, failureKinds } from '../../../src/core/job/failures.ts';
import { type JobState, type JobStatus, jobStatuses } from '../../../src/core/job/job.ts';
import { evolve, type JobEvent, nextStep, resumed } from '../../../src/core/job/lifecycle.ts';
import { isRecoverable } from '../../../src/core/job/recoverable-states.ts';
import { failureOf, isAtRest, requestIdOf } from '../../../src/core/job/state-facts.ts';
import { aLink, at, requestId } from '../../support/builders.ts';

const id = requestId('req-1');
const since = at(1_000);
const attempt = 2;
const oops = failure('read_failed', 'The connection was reset.');

const states = {
  pending: { status: 'pending', attempt, stalled: null },
  submitting: { status: 'submitting', attempt, since },
  queued: { status: 'queued', attempt, requestId: id, since, stalled: null },
  running: { status: 'running', attempt, requestId: id, since, stalled: null },
  succeeded: {
    status: 'succeeded',
    attempt,
    requestId: id,
    costUsd: 0.08,
    outputs: [aLink('https://f/1')],
    stalled: null,
  },
  done: { status: 'done', attempt, requestId: id, files: [], costUsd: 0.08 },
  failed: { status: 'failed', attempt, requestId: id, failure: oops, costUsd: null },
  cancelled: { status: 'cancelled', attempt, requestId: id, failure: oops, costUsd: null },
  lost: { status: 'lost', attempt, requestId: id, failure: oops, costUsd: null },
  unknown: { status: 'unknown', attempt, since, failure: oops },
} satisfies Record<JobStatus, JobState>;

const events = {
  announced: { type: 'announced', at: at(2_000) },
  withdrawn: { type: 'withdrawn' },
  accepted: { type: 'accepted', requestId: id, at: at(2_000) },
  started: { type: 'started' },
  finished: { type: 'finished', costUsd: 0.08, outputs: [aLink('https://f/1')] },
  saved: { type: 'saved', files: [], costUsd: 0.09 },
} satisfies Record<Exclude<JobEvent['type'], 'failed'>, JobEvent>;

/** The whole diagram: every pair that is not here must throw. */
const diagram: Record<keyof typeof events, Partial<Record<JobStatus, JobState>>> = {
  announced: { pending: { status: 'submitting', attempt, since: at(2_000) } },
  withdrawn: { submitting: states.pending, unknown: states.pending },
  accepted: {
    submitting: { ...states.queued, since: at(2_000) },
    unknown: { ...states.queued, since: at(2_000) },
  },
  started: { queued: states.running },
  finished: { queued: states.succeeded, running: states.succeeded },
  saved: { succeeded: { ...states.done, costUsd: 0.09 } },
};

describe('the life of a job', () => {
  for (const [type, event] of Object.entries(events)) {
    for (const status of jobStatuses) {
      const expected = diagram[type as keyof typeof events][status];
      const verb = expected ? `makes it ${expected.status}` : 'is refused as a bug';
      test(`${type} on a job that is ${status} ${verb}`, () => {
        if (expected) expect(evolve(states[status], event)).toEqual(expected);
        else
          expect(() => evolve(states[status], event)).toThrow(`A job that is ${status} cannot be ${type}.`);
      });
    }
  }

  const open: JobStatus[] = ['pending', 'submitting', 'queued', 'running', 'succeeded'];
  for (const kind of Object.keys(failureKinds) as FailureKind[]) {
    const { becomes } = failureKinds[kind];
    test(`${kind} leaves a job ${becomes}, whatever it was doing`, () => {
      for (const status of jobStatuses) {
        const event: JobEvent = { type: 'failed', failure: failure(kind, 'It failed.'), costUsd: null };
        const impossible = !open.includes(status) || (becomes === 'unknown' && status !== 'submitting');
        if (impossible) {
          expect(() => evolve(states[status], event)).toThrow('cannot be failed');
          continue;
        }
        const state = evolve(states[status], event);
        expect(failureOf(state)).toEqual(event.failure);
        expect(nextStep(state)).toBeNull();
        const kept = status === 'submitting' ? 'pending' : status;
        expect(state.status).toBe(becomes === 'stalled' ? kept : becomes);
        expect(state.attempt).toBe(attempt);
      }
    });
  }

  test('a state has a next step if and only if it is not at rest', () => {
    for (const status of jobStatuses) expect(nextStep(states[status]) === null).toBe(isAtRest(status));
  });

  test('a stalled job keeps its request and has no next step in this run', () => {
    for (const status of ['pending', 'queued', 'running', 'succeeded'] as const) {
      expect(nextStep({ ...states[status], stalled: oops })).toBeNull();
    }
  });

  test('what a job is known to have cost stays on record when it fails after all', () => {
    const lost: JobEvent = { type: 'failed', failure: failure('lost', 'It is gone.'), costUsd: null };
    expect(evolve(states.succeeded, lost)).toMatchObject({ status: 'lost', costUsd: 0.08 });
  });

  test('the cost that was known is kept when the files come without one', () => {
    const saved = evolve(states.succeeded, { type: 'saved', files: [], costUsd: null });
    expect(saved).toMatchObject({ status: 'done', costUsd: 0.08 });
  });
});

test('what can be asked again has a request to ask about, and its loss leads to no submit', () => {
  for (const status of jobStatuses.filter(isRecoverable)) {
    expect(requestIdOf(states[status])).not.toBeNull();
    // What is on disk then is the state before, and that was kept before anything else happened.
    expect(nextStep(resumed(states.queued))?.stage).toBe('watch');
  }
  expect(jobStatuses.filter(isRecoverable)).toEqual(['running', 'succeeded', 'done']);
});

describe('a state taken over from disk', () => {
  test('is held as unknown when its submit has no answer on record', () => {
    expect(resumed(states.submitting)).toMatchObject({
      status: 'unknown',
      attempt,
      since,
      failure: { kind: 'unanswered' },
    });
  });

  test('never leads to a submit, unless it was pending', () => {
    for (const status of jobStatuses) {
      const step = nextStep(resumed(states[status]));
      expect(step?.stage === 'enter').toBe(status === 'pending');
    }
  });

  test('goes on where it had stalled, without links that may have expired', () => {
    for (const status of ['pending', 'queued', 'running', 'succeeded'] as const) {
      const state = resumed({ ...states[status], stalled: oops });
      expect(failureOf(state)).toBeNull();
      expect(nextStep(state)).not.toBeNull();
    }
    expect(resumed(states.succeeded)).toMatchObject({ outputs: null });
  });

  test('is unchanged when it was at rest', () => {
    for (const status of ['done', 'failed', 'cancelled', 'lost', 'unknown'] as const) {
      expect(resumed(states[status])).toBe(states[status]);
    }
  });
});
