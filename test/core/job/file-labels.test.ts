import { expect, test } from 'vitest';
import { fileLabels, labelIn } from '../../../src/core/job/file-labels.ts';
import type { FileOutput } from '../../../src/core/job/outputs.ts';
import { outputPath } from '../../../src/core/paths.ts';

const files = (...labels: readonly (string | undefined)[]): readonly FileOutput[] =>
  labels.map((label) => ({
    type: 'document',
    extension: 'txt',
    text: 'x',
    ...(label === undefined ? {} : { label }),
  }));

const namesOf = (labels: readonly (string | null)[]): readonly string[] =>
  labels.map((label, index) => outputPath('files/cat{_i}.{ext}', index, labels.length, 'png', label));

test('several files are told apart by their labels', () => {
  expect(namesOf(fileLabels(files('9-1', '9-2', '12-1')))).toEqual([
    'files/cat-9-1.png',
    'files/cat-9-2.png',
    'files/cat-12-1.png',
  ]);
  expect(namesOf(fileLabels(files('12:3-1', '12-1')))).toEqual([
    'files/cat-12_3-1.png',
    'files/cat-12-1.png',
  ]);
});

test('a lone file has neither label nor number', () => {
  expect(namesOf(fileLabels(files('9-1')))).toEqual(['files/cat.png']);
});

test.each([
  ['one has none', files('9-1', undefined)],
  ['two are the same', files('9-1', '9-1')],
  ['two become the same', files('12:3-1', '12_3-1')],
  ['one leads elsewhere', files('9-1', '../../x-1')],
  ['one is a word', files('9-1', 'mask')],
  ['one is long', files('9-1', `${'9'.repeat(200)}-1`)],
  ['one is empty', files('9-1', '')],
])('all are numbered where %s', (_, given) => {
  expect(namesOf(fileLabels(given))).toEqual(['files/cat-1.png', 'files/cat-2.png']);
});

test.each([
  ['files/cat-9-1.png', '9-1'],
  ['files/cat-12_3-1.tar', '12_3-1'],
  ['files/cat-1.png', null],
  ['files/cat.png', null],
  ['files/dog-9-1.png', null],
])('the label in %s is %j', (path, label) => {
  expect(labelIn(path, 'files/cat{_i}.{ext}')).toBe(label);
});
