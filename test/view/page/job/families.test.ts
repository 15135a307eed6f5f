import fc from 'fast-check';
import { expect, test } from 'vitest';
import { families } from '../../../../src/view/page/job/families.ts';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { jobAt } from '../page-builders.ts';

const child = (job: string, parent: string | null): PageJob => jobAt(0, 0, { job, parent });
const ids = (jobs: readonly PageJob[]): string[] => jobs.map(({ job }) => job);

test('a job knows its parent, its siblings and its children, in the order of the plan', () => {
  const jobs = [child('a', null), child('b', 'a'), child('c', 'a'), child('d', 'b'), child('e', 'a')];
  const [a, b, , d] = jobs as [PageJob, PageJob, PageJob, PageJob];
  const all = families(jobs);
  expect(all.parentOf(b)).toBe(a);
  expect(ids(all.siblingsOf(b))).toEqual(['c', 'e']);
  expect(ids(all.childrenOf(a))).toEqual(['b', 'c', 'e']);
  expect(all.rootOf(d)).toBe(a);
});

test('a parent that is not on the page counts as none', () => {
  const lonely = child('b', 'gone');
  const all = families([lonely]);
  expect(all.parentOf(lonely)).toBeNull();
  expect(all.siblingsOf(lonely)).toEqual([]);
  expect(all.rootOf(lonely)).toBe(lonely);
});

test('a line of a hundred thousand generations is followed to its root', () => {
  const jobs = Array.from({ length: 100_000 }, (_, n) => child(`${n}`, n === 0 ? null : `${n - 1}`));
  expect(families(jobs).rootOf(jobs.at(-1) as PageJob).job).toBe('0');
});

// Any number may be anybody's parent, so that many of these hold circles.
const tangle = fc
  .array(fc.option(fc.nat(14), { nil: null }), { maxLength: 14 })
  .map((parents) => parents.map((parent, n) => child(`${n}`, parent === null ? null : `${parent}`)));

test('whatever the parents, every job has one root, and it is the root of its parent and of itself', () => {
  fc.assert(
    fc.property(tangle, (jobs) => {
      const all = families(jobs);
      for (const job of jobs) {
        const root = all.rootOf(job);
        expect(all.rootOf(root)).toBe(root);
        const parent = all.parentOf(job);
        expect(all.rootOf(parent ?? root)).toBe(root);
      }
    }),
  );
});

test('whatever the parents, roots do not depend on which job is asked first', () => {
  fc.assert(
    fc.property(tangle, (jobs) => {
      const [forwards, backwards] = [families(jobs), families(jobs)];
      const first = new Map(jobs.map((job) => [job.job, forwards.rootOf(job)]));
      for (const job of [...jobs].reverse()) expect(backwards.rootOf(job)).toBe(first.get(job.job));
    }),
  );
});
