import { expect, test } from 'vitest';
import { shardFrom } from '../../../src/core/job/shard.ts';

test('a shard is a number of a number; one of one is all of the plan', () => {
  expect(shardFrom('2/5', '--shard')).toEqual({ number: 2, of: 5 });
  expect(shardFrom(' 10 / 10 ', '--shard')).toEqual({ number: 10, of: 10 });
  expect(shardFrom('1/1', '--shard')).toBeNull();
});

test('what is no shard is refused with what was given and what to write', () => {
  const said = (given: string): string => {
    try {
      return `${shardFrom(given, '--shard')}`;
    } catch (error) {
      return String(error);
    }
  };
  for (const odd of [
    '',
    '2',
    'a/b',
    '2/',
    '/5',
    '1.5/3',
    '-1/3',
    '2/5/6',
    '２/５',
    '1/5x',
    '99999999999/5',
  ]) {
    expect(said(odd)).toContain(`--shard "${odd}" is not a shard`);
  }
  expect(said('0/5')).toContain('5 shards means shards 1 to 5');
  expect(said('6/5')).toContain('5 shards means shards 1 to 5');
  expect(said('2/1')).toContain('1 shard means only shard 1');
  expect(said('0/0')).toContain('from 1 to 10,000 shards');
  expect(said('1/10001')).toContain('from 1 to 10,000 shards');
});
