import { expect, test } from 'vitest';
import { inputLines, namedInputJson } from '../../../src/report/plan/plan-inputs-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { fakeStream } from '../report-builders.ts';

const prompt = { name: 'prompt', input: '6.text', title: 'Positive prompt', unlinks: false };
const seed = { name: 'KSampler.seed', input: '31.seed', title: 'KSampler', unlinks: false };
const image = { name: '12:3.image', input: '12:3.image', title: null, unlinks: true };

test('what each input is called stands in a line for each model', () => {
  const all = [
    { model: 'm/a', inputs: [prompt, seed, image] },
    { model: 'm/b', inputs: [seed] },
  ];
  const piped = fakeStream().terminal();
  expect(inputLines([], piped)).toEqual([]);
  expect(inputLines(all.slice(0, 1), piped)).toEqual([
    '  inputs      prompt → 6.text (Positive prompt), KSampler.seed → 31.seed, 12:3.image',
    '',
  ]);
  expect(inputLines(all, piped)).toEqual([
    '  inputs      prompt → 6.text (Positive prompt), KSampler.seed → 31.seed, 12:3.image',
    '              of m/a',
    '  inputs      KSampler.seed → 31.seed',
    '              of m/b',
    '',
  ]);
  expect(all.slice(0, 1).flatMap(namedInputJson).at(-1)).toEqual({
    ...{ model: 'm/a', name: '12:3.image', input: '12:3.image', title: null, replaces_link: true },
  });
});

test('names and titles are shown without being obeyed, within the width of the terminal', () => {
  const title = `\u001b[31mred\u202e ${'long '.repeat(30)}`;
  const lines = inputLines(
    [{ model: 'm', inputs: [{ ...prompt, title }, seed] }],
    fakeStream(60).terminal({ NO_COLOR: '1' }),
  );
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.join('')).not.toMatch(/[\u001b\u202e]/);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(60);
});
