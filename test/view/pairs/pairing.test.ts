import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/core/json.ts';
import { inCommon, likenesses, type Pair, type PairedJob, pairsOf } from '../../../src/view/pairs/pairing.ts';

const aJob = (input: PairedJob['input'], more: Partial<PairedJob> = {}): PairedJob => {
  const job = { id: null, model: 'm/one', input, tags: {}, rep: 1, ...more };
  return { job: canonicalJson({ input: job.input, model: job.model, rep: job.rep }), ...job };
};

function paired(...folders: readonly (readonly PairedJob[])[]): readonly Pair[] {
  const keys = (of: (job: PairedJob) => object) =>
    inCommon(folders.map((jobs) => [...new Set(jobs.flatMap((job) => Object.keys(of(job))))]));
  const common = { inputs: keys(({ input }) => input), tags: keys(({ tags }) => tags) };
  return pairsOf(folders.map((jobs) => jobs.map((job) => likenesses(job, common))));
}

/** `0-1`: the job 0 of A with the job 1 of B; `2-`: it is not in B. */
const shown = (pairs: readonly Pair[], folders = 2): readonly string[] =>
  pairs.map(({ members }) =>
    Array.from({ length: folders }, (_, n) => members.find(({ folder }) => folder === n)?.at ?? '').join('-'),
  );

const other = { model: 'm/two' };
const [cat, fox, owl] = ['a cat', 'a fox', 'an owl'].map((prompt) => ({ prompt })) as [
  { prompt: string },
  { prompt: string },
  { prompt: string },
];

describe('a pair', () => {
  test('is the same job in each folder, wherever it stands', () => {
    expect(shown(paired([aJob(cat), aJob(fox)], [aJob(fox), aJob(cat)]))).toEqual(['0-1', '1-0']);
  });

  test('is the same input with another model, and what one folder lacks is alone', () => {
    const a = [aJob(cat), aJob(fox)];
    const b = [aJob(owl, other), aJob(fox, other)];
    expect(shown(paired(a, b))).toEqual(['0-', '1-1', '-0']);
  });

  test('does not mind inputs that only one of the models has', () => {
    const a = [1, 2].map((seed) => aJob({ ...cat, seed, style: 'anime' }));
    const b = [2, 1].map((seed) => aJob({ ...cat, seed, steps: 20 }, other));
    expect(shown(paired(a, b))).toEqual(['0-1', '1-0']);
  });

  test('of several that are alike goes by their order, the same model first', () => {
    const a = [aJob({ ...cat, style: 'x' }), aJob({ ...cat, style: 'y' }, other)];
    const b = [aJob({ ...cat, size: 1 }, other), aJob({ ...cat, size: 2 })];
    expect(shown(paired(a, b))).toEqual(['0-1', '1-0']);
    const c = [1, 2, 3].map((style) => aJob({ ...cat, style }));
    expect(shown(paired(c, [aJob(cat, other)]))).toEqual(['0-0', '1-', '2-']);
  });

  test('goes by tags before it goes without them, and by rows where inputs have nothing in common', () => {
    const tagged = (shot: string, more = {}) => aJob({ ...cat, ...more }, { tags: { shot } });
    expect(
      shown(
        paired(
          [tagged('1', { a: 1 }), tagged('2', { a: 2 })],
          [tagged('2', { b: 1 }), tagged('1', { b: 2 })],
        ),
      ),
    ).toEqual(['0-1', '1-0']);
    expect(shown(paired([tagged('1')], [aJob(cat, { ...other, tags: { shot: 'one' } })]))).toEqual(['0-0']);
    const rows = (key: string, ids: readonly string[]) =>
      ids.map((id) => aJob({ [key]: id }, { id, model: key }));
    expect(shown(paired(rows('prompt', ['x', 'y']), rows('text', ['y', 'x'])))).toEqual(['0-1', '1-0']);
    expect(shown(paired([aJob({ prompt: 'a' })], [aJob({ text: 'b' }, other)]))).toEqual(['0-', '-0']);
  });

  test('is never made of different values of a common input, as of other seeds or reps', () => {
    expect(shown(paired([aJob({ ...cat, seed: 1 })], [aJob({ ...cat, seed: 5 }, other)]))).toEqual([
      '0-',
      '-0',
    ]);
    expect(shown(paired([aJob(cat)], [aJob(cat, { rep: 2 })]))).toEqual(['0-', '-0']);
  });

  test('spans three folders, of which the middle one may lack it', () => {
    const three = paired(
      [aJob(cat), aJob(fox)],
      [aJob(fox, other)],
      [aJob(fox), aJob(cat, other), aJob(owl)],
    );
    expect(shown(three, 3)).toEqual(['0--1', '1-0-0', '--2']);
  });
});

const value = fc.constantFrom('a cat', 'a fox', 1, 2);
const job = fc
  .record({
    input: fc.dictionary(fc.constantFrom('prompt', 'seed', 'style', 'steps'), value, { maxKeys: 3 }),
    model: fc.constantFrom('m/one', 'm/two'),
    tags: fc.dictionary(fc.constantFrom('shot', 'note'), fc.constantFrom('1', '2'), { maxKeys: 2 }),
    rep: fc.constantFrom(1, 2),
    id: fc.constantFrom(null, 'x', 'y'),
  })
  .map(({ input, ...more }) => aJob(input, more));
// As in a ledger, no job is twice in a folder.
const folder = fc.uniqueArray(job, { selector: (each) => each.job, maxLength: 12 });

test('every job is in one pair, no pair has two jobs of a folder, and equal jobs are always together', () => {
  fc.assert(
    fc.property(fc.array(folder, { minLength: 2, maxLength: 6 }), (folders) => {
      const pairs = paired(...folders);
      const members = pairs.flatMap((pair) => pair.members.map(({ folder: n, at }) => `${n}:${at}`));
      expect(members.toSorted()).toEqual(
        folders.flatMap((jobs, n) => jobs.map((_, at) => `${n}:${at}`)).toSorted(),
      );
      for (const pair of pairs) {
        expect(new Set(pair.members.map((member) => member.folder)).size).toBe(pair.members.length);
      }
      const pairOf = new Map(
        pairs.flatMap((pair, n) =>
          pair.members.map(({ folder: f, at }) => [`${folders[f]?.[at]?.job} ${f}`, n] as const),
        ),
      );
      for (const [n, jobs] of folders.entries()) {
        for (const each of jobs) {
          for (const [m, others] of folders.entries()) {
            if (!others.some((one) => one.job === each.job)) continue;
            expect(pairOf.get(`${each.job} ${n}`)).toBe(pairOf.get(`${each.job} ${m}`));
          }
        }
      }
    }),
  );
});

test('two folders pair the same in either order, and a folder with itself completely', () => {
  fc.assert(
    fc.property(folder, folder, (a, b) => {
      const there = paired(a, b).map(({ members }) =>
        members.map(({ folder: f, at }) => `${'ab'[f]}${at}`).join(),
      );
      const back = paired(b, a).map(({ members }) =>
        members
          .map(({ folder: f, at }) => `${'ba'[f]}${at}`)
          .sort()
          .join(),
      );
      expect(back.toSorted()).toEqual(there.toSorted());
      expect(paired(a, a)).toEqual(a.map((_, at) => ({ members: [0, 1].map((f) => ({ folder: f, at })) })));
    }),
  );
});

test('a hundred thousand jobs that are all alike take no longer than a moment', () => {
  const alike = Array.from({ length: 50_000 }, (_, n) => [`${n}`, null, null, 'same', null, null]);
  const others = Array.from({ length: 50_000 }, (_, n) => [`x${n}`, null, null, 'same', null, null]);
  const pairs = pairsOf([alike, others]);
  expect(pairs).toHaveLength(50_000);
  expect(pairs.every(({ members }) => members[0]?.at === members[1]?.at)).toBe(true);
});
