import { describe, expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import { type JobState, type JobStatus, jobStatuses } from '../../../src/core/job/job.ts';
import { evolve, resumed } from '../../../src/core/job/lifecycle.ts';
import { type Order, ordered } from '../../../src/core/job/orders.ts';
import { at, requestId } from '../../support/builders.ts';

const id = requestId('req-1');
const since = at(1_000);
const attempt = 2;
const oops = failure('unanswered', 'No answer came.');
const states = {
  pending: { status: 'pending', attempt, stalled: null },
  submitting: { status: 'submitting', attempt, since },
  queued: { status: 'queued', attempt, requestId: id, since, stalled: null },
  running: { status: 'running', attempt, requestId: id, since, stalled: null },
  succeeded: { status: 'succeeded', attempt, requestId: id, costUsd: 0.08, outputs: null, stalled: null },
  done: { status: 'done', attempt, requestId: id, files: [], costUsd: 0.08 },
  failed: { status: 'failed', attempt, requestId: id, failure: oops, costUsd: null },
  cancelled: { status: 'cancelled', attempt, requestId: id, failure: oops, costUsd: null },
  lost: { status: 'lost', attempt, requestId: id, failure: oops, costUsd: null },
  unknown: { status: 'unknown', attempt, since, failure: oops },
} satisfies Record<JobStatus, JobState>;

const again: JobState = { status: 'pending', attempt: 3, stalled: null };
const table: readonly (readonly [Order, Partial<Record<JobStatus, object>>])[] = [
  [{ type: 'retry' }, { failed: again, cancelled: again, lost: again }],
  [
    { type: 'adopt', requestId: requestId('req-9'), at: at(5_000) },
    {
      unknown: { status: 'queued', attempt, requestId: 'req-9', since: 5_000, stalled: null },
      lost: { status: 'queued', attempt, requestId: 'req-9', since: 5_000, stalled: null },
    },
  ],
  [{ type: 'resubmit' }, { unknown: again }],
  [
    { type: 'write_off' },
    { unknown: { status: 'failed', attempt, requestId: null, failure: oops, costUsd: null } },
  ],
  [{ type: 'refetch' }, { done: states.succeeded }],
];

test('a result that held nothing can be read again, and why it was given up is not forgotten', () => {
  const empty = failure('no_output', 'It holds nothing.');
  const given = { ...states.failed, failure: empty, costUsd: 0.08 };
  const next = ordered(given, { type: 'refetch' });
  expect(next).toEqual({ ...states.succeeded, stalled: empty });
  expect(ordered({ ...given, requestId: null }, { type: 'refetch' })).toBeNull();
  // What a process that takes it over makes of it, and of the server's having forgotten it.
  const again = resumed(next as JobState);
  expect(again).toMatchObject({ stalled: null, before: empty });
  const lost = evolve(again, { type: 'failed', failure: failure('lost', 'Gone.'), costUsd: null });
  expect(lost).toMatchObject({ status: 'failed', failure: empty, costUsd: 0.08 });
});

describe('an order', () => {
  for (const [order, results] of table) {
    for (const status of jobStatuses) {
      const expected = results[status];
      test(`to ${order.type} a job that is ${status} ${expected ? 'is carried out' : 'makes no sense'}`, () => {
        const state = ordered(states[status], order);
        if (expected) expect(state).toMatchObject(expected);
        else expect(state).toBeNull();
      });
    }
  }
});
