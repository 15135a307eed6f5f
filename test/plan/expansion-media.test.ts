import { expect, test } from 'vitest';
import type { FileFinder } from '../../src/plan/media/media-files.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { showProblem } from '../support/shown-problem.ts';
import { modelWith, textRow, typedRow, type Wish, whollyPlanned } from './plan-arrange.ts';

const sizes: Readonly<Record<string, number>> = { 'a.png': 10, 'b.png': 20, 'huge.png': 49_000_000 };

function hashOf(path: string): string {
  return Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64);
}

function markerFor(path: string): string {
  return `@inputs/${hashOf(path)}.png`;
}

/** Files by name alone, whatever the folder. */
const files: FileFinder = {
  limits: runcomfy.bodyLimits,
  find: (pattern) => (pattern.includes('*') ? ['a.png', 'b.png'] : pattern in sizes ? [pattern] : []),
  near: () => Object.keys(sizes),
  read: (path) => {
    const bytes = sizes[path];
    return bytes === undefined
      ? { unreadable: 'is not there' }
      : { sha256: hashOf(path), bytes, mime: 'image/png', extension: 'png' };
  },
};

const image = { type: 'string', format: 'image_uri' };
const properties = { prompt: { type: 'string' }, image, more: { type: 'array', format: 'image_uris' } };
const wish: Wish = {
  files,
  modelOf: async (id) => modelWith({ type: 'object', properties }, id),
  model: 'test/model',
};

test('files of cells, axes and templates stand in the body as markers, and are handed over once each', async () => {
  const rows = [
    textRow(2, { image: '@a.png' }),
    textRow(3, { image: '@{{pic}}.png', pic: 'b' }),
    typedRow(4, { image: 'https://x.example/c.png', more: ['@a.png', 'https://x.example/d.png'] }),
    textRow(5, { prompt: '@a.png' }),
  ];
  const plan = await whollyPlanned(rows, wish);
  expect(plan.jobs.map(({ input }) => input)).toEqual([
    { image: markerFor('a.png') },
    { image: markerFor('b.png') },
    { image: 'https://x.example/c.png', more: [markerFor('a.png'), 'https://x.example/d.png'] },
    { prompt: '@a.png' },
  ]);
  expect(plan.files.map(({ marker, path, bytes }) => [marker, path, bytes])).toEqual([
    [markerFor('a.png'), 'a.png', 10],
    [markerFor('b.png'), 'b.png', 20],
  ]);
  expect(plan.problems.map(({ severity, kind }) => [severity, kind])).toEqual([
    ['warning', 'data_uri'],
    ['warning', 'data_uri'],
  ]);
});

test('a pattern is an axis over files', async () => {
  const plan = await whollyPlanned([textRow(2, { prompt: 'x' })], {
    ...wish,
    words: ['image=@./photos/*.png'],
  });
  const markers = ['a.png', 'b.png'].map(markerFor);
  expect(plan.jobs.map(({ input, axes }) => [input.image, axes.image])).toEqual(
    markers.map((each) => [each, each]),
  );
  expect(plan.files.map(({ marker }) => marker)).toEqual(markers);
});

test('the files of an axis count as well for the size of a body', async () => {
  const row = textRow(2, { more: '["@huge.png"]' });
  const { jobs, problems } = await whollyPlanned([row], { ...wish, words: ['image=@a.png,@huge.png'] });
  expect(jobs.map(({ input }) => input.image)).toEqual([markerFor('a.png')]);
  expect(problems.map(({ kind }) => kind)).toContain('body_size');
});

test('what is no link and no file is an error at its place, and so is a body that is too large', async () => {
  const rows = [
    textRow(2, { prompt: 'a', image: 'a.png' }),
    textRow(3, { image: '@c.png' }),
    textRow(4, { image: markerFor('a.png') }),
    textRow(5, { image: '@huge.png', more: '["@huge.png"]' }),
  ];
  const { jobs, problems } = await whollyPlanned(rows, wish);
  expect(jobs).toEqual([]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ kind, place }) => [kind, place?.line, place?.column])).toEqual([
    ['format', 2, 11],
    [expect.stringMatching(/^file/), 3, 1],
    [expect.stringMatching(/^file/), 4, 1],
    ['body_size', 5, null],
  ]);
  expect(errors.map(showProblem).at(-1)).toBe(
    'in.csv:5 the request with its files is 125 MiB; at most 64 MiB can be sent',
  );
});
