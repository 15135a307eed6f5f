import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { showProblem } from '../support/shown-problem.ts';
import { type Plan, planned, textRow, typedRow } from './plan-arrange.ts';

const ideogram = ideogramV2.id;

function shown(plan: Plan): string[] {
  return plan.problems.map((problem) => `${problem.severity} ${showProblem(problem)}`);
}

const prompt = { prompt: 'a' };

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    'aspect_ratio',
    { ...prompt, aspect_ratio: '16:09' },
    'in.csv:2:11 aspect_ratio "16:09" is not allowed; did you mean "16:9"? (Excel reads it as a time)',
  ],
  [
    'aspect_ratio',
    { ...prompt, aspect_ratio: '04:03:00' },
    'in.csv:2:11 aspect_ratio "04:03:00" is not allowed; did you mean "4:3"? (Excel reads it as a time)',
  ],
  [
    'aspect_ratio',
    { ...prompt, aspect_ratio: '4:09 PM' },
    'in.csv:2:11 aspect_ratio "4:09 PM" is not allowed; did you mean "16:9"? (Excel reads it as a time)',
  ],
  [
    'aspect_ratio',
    { ...prompt, aspect_ratio: '16x9' },
    'in.csv:2:11 aspect_ratio "16x9" is not allowed; did you mean "16:9"?',
  ],
  [
    'style',
    { style: 'render3D', ...prompt },
    'in.csv:2:1 style "render3D" is not allowed; did you mean "render_3D"?',
  ],
  [
    'style',
    { style: 'Animee', ...prompt },
    'in.csv:2:1 style "Animee" is not allowed; did you mean "anime"?',
  ],
  [
    'style',
    { style: 'watercolour', ...prompt },
    'in.csv:2:1 style "watercolour" is not allowed; choose one of auto, general, realistic, design, render_3D, anime',
  ],
  [
    'seed',
    { ...prompt, seed: '4294967296' },
    'in.csv:2:11 seed 4294967296 is out of range; it must be between 0 and 2147483647',
  ],
  [
    'seed',
    { ...prompt, Seed: '-2' },
    'in.csv:2:11 seed -2 is out of range; it must be between 0 and 2147483647',
  ],
  [
    'seed',
    { ...prompt, seed: '12345678901234567890' },
    'in.csv:2:11 seed "12345678901234567890" is out of range; it must be between 0 and 2147483647',
  ],
  ['seed', { ...prompt, seed: 'abc' }, 'in.csv:2:11 seed "abc" is not a whole number'],
  [
    'expand_prompt',
    { ...prompt, expand_prompt: 'maybe' },
    'in.csv:2:11 expand_prompt "maybe" is neither true nor false; write true, false, yes, no, 1 or 0',
  ],
  ['prompt', { style: 'anime' }, `in.csv:2 no row has "prompt", which ${ideogram} needs. Keys: style`],
  ['prompt', { prompt: ' \t' }, 'in.csv:2:1 prompt is blank'],
  ['prompt', { prompt: 'a\0b' }, 'in.csv:2:1 prompt "a\\u0000b" holds a NUL character; remove it'],
])('a wrong %s in %j is reported at its place', async (_, cells, line) => {
  const plan = await planned([textRow(2, cells)]);
  expect(shown(plan)).toEqual([`error ${line}`]);
  expect(plan.jobs).toEqual([]);
});

test.each<[Readonly<Record<string, JsonValue>>, string]>([
  [{ prompt: 42 }, 'prompt 42 is a whole number, not text; write "42"'],
  [{ prompt: ['a'] }, 'prompt ["a"] is a list, not text'],
  [{ prompt: 'a', seed: 'seven' }, 'seed "seven" is text, not a whole number'],
  [{ prompt: 'a', seed: 1.5 }, 'seed 1.5 is a number, not a whole number'],
  [
    { prompt: 'a', seed: 12_345_678_901_234_567_000 },
    'seed 12345678901234567000 is out of range; it must be between 0 and 2147483647',
  ],
  [{ prompt: 'a', expand_prompt: 'maybe' }, 'expand_prompt "maybe" is text, not true or false'],
])('the typed row %j is not converted but refused', async (cells, sentence) => {
  const plan = await planned([typedRow(3, cells)]);
  expect(plan.problems.map(({ message }) => message)).toEqual([sentence]);
  expect(plan.jobs).toEqual([]);
});

test('faults inside lists and objects are named with their path', async () => {
  const model = 'blackforestlabs/flux-2-klein/9b/text-to-image';
  const cells = (loras: string) => ({ prompt: 'a', loras });
  const rows = ['[{"weight":1}]', '[{"path":"p","weight":3}]', '[1]', '["a","b","c"]', 'p'].map(
    (loras, index) => textRow(index + 2, cells(loras)),
  );
  const { problems } = await planned(rows, { model });
  expect(problems.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`)).toEqual([
    '2:11 loras[0].path is missing',
    '3:11 loras[0].weight 3 is out of range; it must be at most 2',
    '4:11 loras[0] 1 is a whole number, not an object',
    expect.stringMatching(/^5:11 loras/),
    '6:11 loras "p" is not a JSON list; write it like ["first","second"]',
  ]);
});
