import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Condition,
  conditionIn,
  holds,
  isCondition,
  type KnownKeys,
  unknownKey,
} from '../../../src/core/job/conditions.ts';

const known: KnownKeys = {
  keys: ['6.text'],
  input: ['prompt', 'Seed', 'width'],
  tags: ['Mood', 'a>b', 'state'],
  axes: ['seed'],
  fields: ['state', 'cost', 'submitted_at'],
};

test.each([
  ['prompt~corgi', { key: 'prompt', source: 'any', comparison: '~', value: 'corgi' }],
  ['SEED>=4', { key: 'seed', source: 'any', comparison: '>=', value: '4' }],
  ['mood!=calm', { key: 'mood', source: 'any', comparison: '!=', value: 'calm' }],
  ['prompt=a=b~c', { key: 'prompt', source: 'any', comparison: '=', value: 'a=b~c' }],
  ['a>b=c', { key: 'a>b', source: 'any', comparison: '=', value: 'c' }],
  ['cost<0.1', { key: 'cost', source: 'field', comparison: '<', value: '0.1' }],
  ['state=x', { key: 'state', source: 'any', comparison: '=', value: 'x' }],
  ['input.width=512', { key: 'width', source: 'input', comparison: '=', value: '512' }],
  ['tags.Mood!~x', { key: 'mood', source: 'tags', comparison: '!~', value: 'x' }],
  ['promt=x', null],
  ['tags.prompt=x', null],
] as const)('%s is read by the keys that jobs have', (given, condition) => {
  expect(isCondition(given)).toBe(true);
  expect(conditionIn(given, known)).toEqual(condition);
});

test.each(['prompt', '', '=x', '~x', ' =x', '!=x', '<3'])('"%s" has no form of a condition', (given) => {
  expect(isCondition(given)).toBe(false);
});

test('a key that no job has is answered with the nearest one, and with how to write it', () => {
  expect(unknownKey('promt~corgi', known)).toMatchObject({
    about: 'usage',
    message: 'No job has "promt"; did you mean "prompt"?',
    hint: "Write --where 'prompt~corgi'.",
  });
  expect(unknownKey('zzzzzzzz!=1', known)).toMatchObject({
    message: 'No job has "zzzzzzzz".',
    hint: expect.stringContaining('prompt, Seed, width, seed, Mood'),
  });
});

describe('a condition holds', () => {
  const on = (comparison: Condition['comparison'], value: string): Condition => ({
    key: 'k',
    source: 'any',
    comparison,
    value,
  });

  test.each([
    [['a'], '=', 'a', true],
    [['A'], '=', 'a', false],
    [[7], '=', '7.0', true],
    [['7'], '=', '7.0', false],
    [[], '=', '', true],
    [[null], '=', '', true],
    [[null], '!=', '', false],
    [['x'], '!=', '', true],
    [[], '!=', 'a', true],
    [['a', 'b'], '!=', 'b', false],
    [['Ein CORGI\n im Café'], '~', 'corgi im cafe', true],
    [['ｃｏｒｇｉ'], '~', 'Corgi', true],
    [['cafe\u0301'], '~', 'CAFÉ', true],
    [['cat'], '!~', 'CAT', false],
    [[true], '=', 'true', true],
    [[['a']], '=', '["a"]', true],
    [[5], '>', '4.5', true],
    [['5'], '>', '4.5', true],
    [['x'], '>', '4', false],
    [[null], '<', '4', false],
    [['2026-11-28T10:00:00.000Z'], '>', '2026-11-28', true],
    [['2026-11-28T10:00:00.000Z'], '<=', '2026-11-28 10:00', true],
    [['2026-11-28T10:00:00.000Z'], '>', '2026-11-28T13:00+02:00', false],
    [['2026-11-28T10:00:00.000Z'], '>', '5', false],
  ] as const)('of %j %s %s: %s', (values, comparison, value, expected) => {
    expect(holds(values as never, on(comparison, value))).toBe(expected);
  });

  test('or its opposite does, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.string(), (values, value) => {
        expect(holds(values as never, on('=', value))).not.toBe(holds(values as never, on('!=', value)));
        expect(holds(values as never, on('~', value))).not.toBe(holds(values as never, on('!~', value)));
      }),
    );
  });
});
