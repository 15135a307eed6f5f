import { describe, expect, test } from 'vitest';
import { kindOfAnswer, type Lane } from '../../src/core/answers.ts';
import { type FailureKind, failureRule } from '../../src/core/failures.ts';

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
    expect(kindOfAnswer(lane, code, status)).toBe(kind);
  });

  test('a submit is called unpaid for a refusal alone, whatever the status', () => {
    for (let status = 100; status < 600; status += 1) {
      const kind = kindOfAnswer('submit', null, status);
      const refused = status >= 400 && status < 500 && status !== 408;
      expect(kind === 'unanswered', String(status)).toBe(!refused);
    }
  });

  test('a read never puts a submit in doubt and never halts for want of balance', () => {
    for (let status = 100; status < 600; status += 1) {
      const kind = kindOfAnswer('read', null, status);
      expect(failureRule(kind).becomes, String(status)).not.toBe('unknown');
      expect(kind).not.toBe('no_balance');
    }
  });
});
