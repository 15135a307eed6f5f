import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  amount,
  errorCode,
  isWebPage,
  parseBody,
  parseRequestId,
  readCancel,
  readOutcome,
  readStatus,
} from '../../../src/providers/wire/wire.ts';

test.each([
  ['in_queue', 'queued'],
  ['PENDING', 'queued'],
  ['waiting', 'queued'],
  ['In_Progress', 'running'],
  ['starting', 'running'],
  ['processing', 'running'],
  ['completed', 'finished'],
  ['succeeded', 'finished'],
  ['FAILED', 'finished'],
  ['cancelled', 'finished'],
  ['canceled', 'finished'],
  ['', 'unrecognised'],
  ['toString', 'unrecognised'],
])('the state word %j on /status is %s', (status, phase) => {
  expect(readStatus({ status })).toMatchObject({ phase });
});

test('an answer without a state word shows nothing', () => {
  expect([
    readStatus({}),
    readStatus({ status: null }),
    readOutcome({ output: 'https://x.example' }),
  ]).toEqual([null, null, null]);
});

test.each([
  [3, 3],
  ['4', 4],
  [-1, null],
  [null, null],
  [Number.POSITIVE_INFINITY, null],
  ['soon', null],
  [true, null],
])('a queue position of %j is %j', (queue_position, position) => {
  expect(readStatus({ status: 'in_queue', queue_position })).toEqual({ phase: 'queued', position });
});

test.each([
  ['a', true],
  ['Az09_-', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
  ['a/b', false],
  ['a b', false],
  ['..', false],
  ['a\n', false],
  [7, false],
  [undefined, false],
])('%j can be a request id: %j', (text, usable) => {
  expect(parseRequestId(text)).toBe(usable ? text : null);
});

test.each([
  [{ error_code: 400002 }, 400002],
  [{ error_code: ' 400002 ' }, 400002],
  [{ error_code: 'quota' }, 'quota'],
  [{ error_code: 0 }, null],
  [{ error_code: '0' }, null],
  [{ error_code: '' }, null],
  [{ error_code: null }, null],
  [{ error: { error_code: 1 } }, null],
])('the error code of %j is %j', (body, code) => {
  expect(errorCode(body)).toBe(code);
});

test.each([
  [{ outcome: 'cancelled' }, 'cancelled'],
  [{ outcome: 'CANCELED', status: 'in_queue' }, 'cancelled'],
  [{ status: 'cancelled' }, 'cancelled'],
  [{ outcome: 'not_cancellable', status: 'completed' }, 'not_cancellable'],
  [{ status: 'in_progress' }, 'not_cancellable'],
  [{}, null],
])('a cancel answered %j is %j', (body, outcome) => {
  expect(readCancel(body)).toBe(outcome);
});

test('a cost is read from numbers and from their texts', () => {
  expect([0.08, '0.08', 0, -1, '$1', {}, null].map((cost) => amount(cost))).toEqual([
    0.08,
    0.08,
    0,
    null,
    null,
    null,
    null,
  ]);
});

test.each([
  [{ cost: 0.08 }, 0.08],
  [{ cost: '0.08' }, 0.08],
  [{ cost: '$0.08' }, 0.08],
  [{ cost: '0.08 USD' }, 0.08],
  [{ cost: { amount: 0.08, currency: 'USD' } }, 0.08],
  [{ cost: { amount: '0.08', currency: 'usd' } }, 0.08],
  [{ cost: { value: 0.08 } }, 0.08],
  [{ cost_usd: 0.08 }, 0.08],
  [{ cost: { amount: 0.08, currency: 'EUR' } }, null],
  [{ cost: -1 }, null],
  [{ cost: null }, null],
  [{ cost: {} }, null],
])('of a result with %j the cost is %j', (body, costUsd) => {
  expect(readOutcome({ status: 'completed', ...body })).toEqual({ type: 'succeeded', costUsd });
});

test('only a JSON object is a body, and any text may come', () => {
  expect(['{"a":1}', '[1]', '"a"', 'null', '', '<html>', '{"a":1'].map(parseBody)).toEqual([
    { a: 1 },
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  fc.assert(fc.property(fc.string(), (text) => typeof parseBody(text) === 'object'));
});

test('a key called __proto__ in an answer changes nothing', () => {
  const body = parseBody('{"__proto__":{"status":"succeeded"},"output":"https://x.example/a"}');
  expect(readOutcome(body ?? {})).toBeNull();
  expect(({} as { status?: string }).status).toBeUndefined();
});

test('a web page is told by how it starts', () => {
  expect([' <!DOCTYPE html>', '<html lang="en">', '{"a":"<html>"}', '<Error/>'].map(isWebPage)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
