import { describe, expect, test } from 'vitest';
import { retold } from '../../../src/core/job/failure-sentences.ts';
import { type FailureKind, failure, failureRule } from '../../../src/core/job/failures.ts';
import { errorCodes } from '../../../src/providers/runcomfy/error-codes.ts';
import { kindOfAnswer, type Lane, refusalStatus } from '../../../src/providers/wire/answers.ts';

const rows: readonly (readonly [Lane, number | string | null, number, FailureKind])[] = [
  ['submit', 400001, 400, 'model_not_found'],
  ['submit', null, 404, 'model_not_found'],
  ['submit', 400002, 200, 'no_balance'],
  ['submit', null, 402, 'no_balance'],
  ['submit', 400004, 400, 'unauthorized'],
  ['submit', null, 401, 'unauthorized'],
  ['submit', null, 403, 'unauthorized'],
  ['submit', null, 422, 'invalid_input'],
  ['submit', null, 400, 'invalid_input'],
  ['submit', null, 429, 'rate_limited'],
  ['submit', null, 408, 'unanswered'],
  ['submit', 999999, 200, 'unanswered'],
  ['submit', null, 307, 'unanswered'],
  ['submit', null, 502, 'unanswered'],
  ['read', 404001, 400, 'lost'],
  ['read', 403001, 200, 'lost'],
  ['read', null, 404, 'lost'],
  ['read', null, 403, 'lost'],
  ['read', null, 401, 'unauthorized'],
  ['read', null, 429, 'rate_limited'],
  ['read', null, 408, 'server_error'],
  ['read', null, 503, 'server_error'],
  ['read', null, 302, 'read_failed'],
  ['read', null, 402, 'read_failed'],
];

describe('what an answer means', () => {
  test.each(rows)('%s with code %s and HTTP %s is %s', (lane, code, status, kind) => {
    expect(kindOfAnswer(lane, code, status, errorCodes)).toBe(kind);
  });

  test('a submit is called unpaid for a refusal alone, whatever the status', () => {
    for (let status = 100; status < 600; status += 1) {
      const kind = kindOfAnswer('submit', null, status, errorCodes);
      const refused = status >= 400 && status < 500 && status !== 408;
      expect(kind === 'unanswered', String(status)).toBe(!refused);
    }
  });

  test('a read never puts a submit in doubt and never halts for want of balance', () => {
    for (let status = 100; status < 600; status += 1) {
      const kind = kindOfAnswer('read', null, status, errorCodes);
      expect(failureRule(kind).becomes, String(status)).not.toBe('unknown');
      expect(kind).not.toBe('no_balance');
    }
  });
});

describe('the code of an error stands for a refusal', () => {
  test.each([
    [422001, 422],
    [400003, 400],
    [429001, 429],
    [404, 404],
    [499999, 499],
    [500001, null],
    [399, null],
    [40, null],
    [777, null],
    [null, null],
    ['validation_error', 422],
    ['INVALID_INPUT', 422],
    ['ContentPolicyViolation', 422],
    ['moderation', 422],
    ['insufficient_funds', 402],
    ['Unauthorized', 401],
    ['permission_denied', 403],
    ['TooManyRequests', 429],
    ['generate_failed', null],
    ['content_generation_timeout', null],
    ['invalid_response_from_worker', null],
    ['internal', null],
  ])('%j: %j', (code, status) => {
    expect(refusalStatus(code)).toBe(status);
  });
});

test('a failure told as another keeps what the server said', () => {
  const read = failure('read_failed', 'The API gave no usable answer (HTTP 422): no faces.', { http: 422 });
  expect(retold(read, 'generation_failed')).toEqual(
    failure('generation_failed', 'The generation failed (HTTP 422): no faces.', { http: 422 }),
  );
  expect(retold(failure('lost', 'Something else.'), 'read_failed').message).toBe(
    'The API gave no usable answer: Something else.',
  );
});
