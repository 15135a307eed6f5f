import { expect, test } from 'vitest';
import { type FailureKind, failureKinds } from '../../../src/core/job/failures.ts';
import type { JobStatus } from '../../../src/core/job/job.ts';
import { ordered } from '../../../src/core/job/orders.ts';
import { failuresNotRetried, type Remedy, remedyOf } from '../../../src/core/job/remedies.ts';

test.each<[FailureKind, JobStatus, Remedy]>([
  ['invalid_input', 'failed', 'change_input'],
  ['model_not_found', 'pending', 'change_input'],
  ['unauthorized', 'pending', 'renew_token'],
  ['unauthorized', 'running', 'renew_token'],
  ['no_balance', 'pending', 'top_up'],
  ['rate_limited', 'pending', 'resume'],
  ['unreachable', 'pending', 'resume'],
  ['unanswered', 'unknown', 'reconcile'],
  ['generation_failed', 'failed', 'retry'],
  ['cancelled', 'cancelled', 'retry'],
  ['lost', 'lost', 'ask_again'],
  ['wrong_account', 'running', 'check_account'],
  ['overdue', 'running', 'fetch'],
  ['download_failed', 'succeeded', 'fetch'],
])('what helps a job that %s leaves %s is to %s', (kind, state, remedy) => {
  expect(remedyOf(kind, state)).toBe(remedy);
});

test('a submit that was written off is tried again, for nobody can settle it any more', () => {
  expect(remedyOf('unanswered', 'failed')).toBe('retry');
});

test('what the server never had is not fetched', () => {
  for (const kind of Object.keys(failureKinds) as FailureKind[]) {
    expect(remedyOf(kind, 'pending')).not.toBe('fetch');
  }
});

test('a retry is advised only where the order to retry makes sense', () => {
  const failure = { message: 'It failed.', http: null, code: null };
  for (const kind of Object.keys(failureKinds) as FailureKind[]) {
    const { becomes } = failureKinds[kind];
    if (becomes === 'stalled' || becomes === 'unknown') continue;
    const state = {
      status: becomes,
      attempt: 1,
      requestId: null,
      failure: { ...failure, kind },
      costUsd: null,
    };
    expect(ordered(state, { type: 'retry' })).not.toBeNull();
    const remedy = remedyOf(kind, becomes);
    expect(['retry', 'change_input', 'fetch', 'ask_again']).toContain(remedy);
    // What was paid for and would be again is never proposed.
    if (failuresNotRetried.has(kind)) expect(remedy).not.toBe('retry');
  }
});
