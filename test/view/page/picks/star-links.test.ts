import fc from 'fast-check';
import { expect, test } from 'vitest';
import { starLinks } from '../../../../src/view/page/picks/star-links.ts';

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });
/** Many of these have a long start in common. */
const alike = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 16, maxLength: 16 });
const ids = fc.uniqueArray(fc.oneof(hex, alike), { minLength: 1, maxLength: 200 });

test('a link brings back exactly the stars that it was made with', () => {
  fc.assert(
    fc.property(ids, (all) => {
      const links = starLinks(all);
      const starred = all.filter((_, n) => n % 3 !== 1);
      const hash = `view=wall&${links.partOf(starred)}`;
      expect(links.starsIn(hash)).toEqual({ jobs: starred, unknown: 0 });
    }),
  );
});

test('jobs that are added later never turn a star into one of another job', () => {
  fc.assert(
    fc.property(ids, ids, (before, added) => {
      const part = starLinks(before).partOf(before);
      const { jobs } = starLinks(new Set([...before, ...added])).starsIn(part);
      expect(before).toEqual(expect.arrayContaining([...jobs]));
    }),
  );
});

test('two hundred stars take less than 2,000 characters, and more than that are in no link', () => {
  const all = Array.from(
    { length: 100_000 },
    (_, n) => `${((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}abcdef01`,
  );
  const links = starLinks(all);
  const part = links.partOf(all.slice(0, 200));
  expect(part.length).toBeLessThan(2_000);
  expect(links.starsIn(part).jobs).toEqual(all.slice(0, 200));
  expect(links.partOf(all.slice(0, 201))).toBe('');
});

test('what is of no job on the page is counted', () => {
  const links = starLinks(['a'.repeat(16), 'b'.repeat(16)]);
  expect(links.starsIn(`stars=aaaaaaaa,cccccccc,aaaaaaaa,aa,%ff`)).toEqual({
    jobs: ['a'.repeat(16)],
    unknown: 3,
  });
  expect(links.starsIn('view=wall')).toEqual({ jobs: [], unknown: 0 });
});
