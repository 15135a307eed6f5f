import { describe, expect, test } from 'vitest';
import { folded } from '../../../../src/core/folded-text.ts';
import {
  countsOf,
  type JobFilter,
  passing,
  searchedTexts,
} from '../../../../src/view/page/filters/filters.ts';
import { type KeyColumn, keyColumn } from '../../../../src/view/page/filters/key-column.ts';
import { keysOf } from '../../../../src/view/page/filters/keys.ts';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { aPageHead, aPageJob, crossed } from '../page-builders.ts';

const all = { hidden: {}, search: '', starredOnly: false };
function filterOf(jobs: readonly PageJob[], starred: readonly string[] = []): JobFilter {
  const columns = new Map(keysOf(aPageHead(), jobs).map((key) => [key.id, keyColumn(key, jobs)]));
  return {
    jobs,
    columnOf: (key) => columns.get(key) ?? null,
    isStarred: (job) => starred.includes(job),
    textAt: (index) =>
      searchedTexts(jobs[index] as PageJob)
        .map(folded)
        .join('\n'),
  };
}
const found = (prompts: readonly string[], search: string): readonly string[] => {
  const jobs = prompts.map((prompt, n) => aPageJob(n, { input: { prompt } }));
  return passing(filterOf(jobs), { ...all, search }).map((index) => prompts[index] as string);
};

describe('a search', () => {
  test('finds every word anywhere, whatever its case and accents', () => {
    const prompts = ['A Café in the rain', 'rain on a cafe’s roof', 'a café', 'RAIN'];
    expect(found(prompts, 'rain CAFÉ')).toEqual(['A Café in the rain', 'rain on a cafe’s roof']);
    expect(found(['ＮＥＯＮ sign', 'ﬁre'], 'neon')).toEqual(['ＮＥＯＮ sign']);
    expect(found(['ＮＥＯＮ sign', 'ﬁre'], 'fire')).toEqual(['ﬁre']);
  });

  test('does not treat words as patterns', () => {
    expect(found(['a.c', 'abc', '(x'], 'a.c')).toEqual(['a.c']);
    expect(found(['a.c', 'abc', '(x'], '(x')).toEqual(['(x']);
  });

  test('covers negative prompts and names, but no other inputs', () => {
    const jobs = [
      aPageJob(0, { input: { prompt: 'x', negative_prompt: 'blurry' } }),
      aPageJob(1, { input: { prompt: 'x', style: 'blurry' } }),
      aPageJob(2, { name: 'blurry-1' }),
    ];
    expect(passing(filterOf(jobs), { ...all, search: 'blurry' })).toEqual([0, 2]);
  });

  test('finds a job by the start of its id or request_id, if that is long enough not to match by chance', () => {
    const jobs = [
      aPageJob(0, { job: 'abcdef0123456789', requestId: 'Req-Aa-0001' }),
      aPageJob(1, { job: '0123456789abcdef', requestId: null }),
    ];
    const passed = (search: string) => passing(filterOf(jobs), { ...all, search });
    expect(passed('abcdef01')).toEqual([0]);
    expect(passed('req-aa-00')).toEqual([0]);
    expect(passed('abcdef')).toEqual([]);
  });
});

describe('filters', () => {
  const jobs = crossed(['a', 'b'], { seed: [1, 2, 3], style: ['anime', 'design'] });

  test('hide the jobs that have a hidden value of any key', () => {
    const passed = passing(filterOf(jobs), { ...all, hidden: { seed: ['1', '3'], style: ['anime'] } });
    expect(passed.map((place) => jobs[place]?.axes)).toEqual([
      { seed: 2, style: 'design' },
      { seed: 2, style: 'design' },
    ]);
  });

  test('for keys and values that no job has hide nothing', () => {
    expect(passing(filterOf(jobs), { ...all, hidden: { size: ['1'], seed: ['99'] } })).toHaveLength(12);
  });

  test('can show only starred jobs', () => {
    const starred = [jobs[3]?.job as string];
    expect(passing(filterOf(jobs, starred), { ...all, starredOnly: true })).toEqual([3]);
  });

  test('count how many of the jobs have each value', () => {
    const column = filterOf(jobs).columnOf('style') as KeyColumn;
    expect([...countsOf(column, [0, 1, 2])]).toEqual([2, 1]);
  });
});
