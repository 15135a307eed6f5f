import { expect, test } from 'vitest';
import { sourceFiles } from '../support/source-tree.ts';

test('no statement numbers its parameters, which Node 22.19 takes for names and does not bind', () => {
  const numbered = sourceFiles('src').flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, nth) => (/[\s(=]\?\d/.test(line) ? [`${path}:${nth + 1} ${line.trim()}`] : [])),
  );
  expect(numbered).toEqual([]);
});
