import { expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { axisValues } from '../../../src/plan/axes/axis-values.ts';
import {
  decimal,
  fieldOf,
  flag,
  freeText,
  integer,
  listed,
  messages,
  noFiles,
  picture,
  ratio,
  resolved,
  rules,
  style,
  word,
} from '../axis-arrange.ts';

const list = fieldOf(['array'], { name: 'loras' });
const either = fieldOf(['integer', 'string'], { name: 'size' });
const levels = fieldOf(['integer'], { name: 'level', choices: [1, 2, 4] });
const oddities = fieldOf(['string'], { name: 'odd', choices: ['*', '1-4', '!x', 'y'] });

test.each<[string, Parameters<typeof resolved>[0], string, readonly JsonValue[]]>([
  ['two dots are a range too', integer, '1..3,0...1', [1, 2, 3, 0]],
  ['a text of two dots is a text', freeText, '1..3', ['1..3']],
  ['whole numbers are ranged', integer, '1-3,7,range(10,12)', [1, 2, 3, 7, 10, 11]],
  ['evenly spaced whole numbers are cut', integer, '1-10 [5]', [1, 3, 5, 7, 10]],
  ['decimals are exact', decimal, '0.1-0.3 (+0.1),7.50', [0.1, 0.2, 0.3, 7.5]],
  ['decimals are evenly spaced', decimal, '0-1 [5]', [0, 0.25, 0.5, 0.75, 1]],
  ['a range of -0.0 is of 0', decimal, '-0.0-1', [0, 1]],
  ['a number or a text is ranged', either, '1-2,big', [1, 2, 'big']],
  ['a text is never ranged', freeText, '1-4', ['1-4']],
  ['a text of range() is whole', freeText, 'range(0,10,2)', ['range(0,10,2)']],
  ['a text with @ is a text', freeText, '@home', ['@home']],
  ['quoted texts keep commas', freeText, '"a, b","c"', ['a, b', 'c']],
  ['|| keeps commas', freeText, 'a, b || c', ['a, b', 'c']],
  ['an empty text is a value', freeText, '', ['']],
  ['* is all choices', style, '*', ['auto', 'general', 'realistic', 'design', 'render_3D', 'anime']],
  ['*,!x is all but one', style, '*,!anime,!auto', ['general', 'realistic', 'design', 'render_3D']],
  ['!x alone is all but one', ratio, '!9:16', ['1:1', '16:9']],
  ['* after a choice brings the others', ratio, '9:16,*', ['9:16', '1:1', '16:9']],
  ['a choice can be taken from those given', ratio, '1:1,9:16,!1:1', ['9:16']],
  ['* of true or false is both', flag, '*', [true, false]],
  ['!yes leaves false', flag, '!yes', [false]],
  ['choices are typed', levels, '1,4', [1, 4]],
  ['choices are ranged', levels, '1-2', [1, 2]],
  ['a choice that looks like grammar is itself', oddities, '*,1-4,!x', ['*', '1-4', '!x']],
  ['one JSON list is one value', list, '[1, "a,b"]', [[1, 'a,b']]],
  ['JSON lists are parted by ||', list, '[1, 2] || [3]', [[1, 2], [3]]],
  ['|| inside JSON parts nothing', list, '["a || b", 1]', [['a || b', 1]]],
  ['quoted JSON lists are parted by commas', list, '"[1, 2]","[3]"', [[1, 2], [3]]],
  ['a template is left for later', integer, '{{n}},3', ['{{n}}', 3]],
  ['a template is no wrong choice', style, '{{look}}', ['{{look}}']],
  ['JSON around a template is read', list, '["{{a}}"]', [['{{a}}']]],
  ['a data URI is one value', picture, 'data:image/png;base64,AA==', ['data:image/png;base64,AA==']],
  ['a column is ranged upwards', null, '1-3', ['1', '2', '3']],
  ['a column is ranged downwards by a step', null, '3-1 (-1)', ['3', '2', '1']],
  ['a column keeps dates and ratios', null, '2024-05,16-9,16:9', ['2024-05', '16-9', '16:9']],
])('%s', (_, field, text, values) => {
  const read = resolved(field, text);
  expect(read.problems).toStrictEqual([]);
  expect(read.values).toStrictEqual(values);
});

const refused: readonly [Parameters<typeof resolved>[0], string, readonly string[]][] = [
  [style, 'reallistic', ['style "reallistic" is not allowed; did you mean "realistic"?']],
  [
    style,
    'anime,reallistic,*,!manga,!anme',
    [
      'style "reallistic" in style=anime,reallistic,*,!manga,!anme is not allowed; did you mean "realistic"?',
      'style "!manga" in style=anime,reallistic,*,!manga,!anme is not allowed; choose one of auto, general, realistic, design, render_3D, anime',
      'style "!anme" in style=anime,reallistic,*,!manga,!anme is not allowed; did you mean "anime"?',
    ],
  ],
  [
    ratio,
    '1:1,16:09',
    [
      'aspect_ratio "16:09" in aspect_ratio=1:1,16:09 is not allowed; did you mean "16:9"? (Excel reads it as a time)',
    ],
  ],
  [
    ratio,
    '1:1,!9:16',
    ['aspect_ratio "!9:16" in aspect_ratio=1:1,!9:16 removes nothing; write *,!9:16 for all others'],
  ],
  [flag, '!true,!false', ['expand_prompt=!true,!false leaves no values; keep at least one']],
  [integer, 'abc', ['seed "abc" is not a whole number']],
  [integer, '1:10:2', ['seed "1:10:2" is not a whole number; a range is written as 1-10 or 1-10 (+3)']],
  [integer, '1–4', ['seed "1–4" is not a whole number; a range is written as 1-10 or 1-10 (+3)']],
  [integer, '1.5-3', ['seed "1.5-3" holds 1.5, which is not a whole number']],
  [
    integer,
    '1-4 (-1)',
    ['seed "1-4 (-1)" never reaches 4, since its step of -1 leads away from it; write 1-4 (+1)'],
  ],
  [
    integer,
    '99999999999999999999',
    ['seed "99999999999999999999" is out of range; it must be between 0 and 2147483647'],
  ],
  [
    integer,
    '1,,2',
    ['seed=1,,2 cannot be read: there is no value at character 3; write "" for an empty one'],
  ],
  [integer, '*', ['seed "*" stands for all choices, and this input has no list of choices']],
  [
    freeText,
    '*',
    [
      'prompt "*" stands for all choices, and this input has no list of choices; for the text itself write "*" with its quotes',
    ],
  ],
  [
    freeText,
    'a || || b',
    ['prompt=a || || b cannot be read: there is no value at character 5; write "" for an empty one'],
  ],
  [levels, '1-3', ['level "1-3" holds 3, which is not allowed; choose one of 1, 2, 4']],
  [freeText, 'a\0b', ['prompt "a\\u0000b" holds a NUL character; remove it']],
];

test.each(
  refused.map(([field, text, expected]) => ({ name: field?.name ?? 'column', field, text, expected })),
)('$name of $text is refused', ({ field, text, expected }) => {
  const read = resolved(field, text);
  expect(messages(read)).toStrictEqual(expected);
  expect([read.values, read.problems[0]?.severity]).toStrictEqual([[], 'error']);
});

test('more than a million values in all are refused', () => {
  expect(messages(resolved(integer, '1-600000,600001-1200000'))).toStrictEqual([
    'seed=1-600000,600001-1200000 has more than 1,000,000 values; give fewer',
  ]);
});

test('a value given again is dropped and counted, and kept for axes that go in step', () => {
  const given = word('seed', '1,1-2,01,*'.slice(0, -2));
  expect(axisValues(given, integer, { finder: noFiles, rules })).toMatchObject({
    values: [1, 2],
    repeated: 2,
  });
  expect(axisValues(given, integer, { finder: noFiles, rules, repeats: 'keep' })).toMatchObject({
    values: [1, 1, 2, 1],
    repeated: 2,
  });
  expect(resolved(ratio, '1:1,*').repeated).toBe(0);
});

test.each<[string, readonly string[]]>([
  ['a cat, on a mat', ['a cat, on a mat']],
  ['a cat, on a mat || a dog ', ['a cat, on a mat', 'a dog']],
  ['"a cat, on a mat"', ['a cat, on a mat']],
  ['"a, b" || c, d', ['a, b', 'c, d']],
  ['"a || b"', ['a || b']],
  ['"a, b", "c, ""d"""', ['a, b', 'c, "d"']],
  ['"a, b", c', ['"a, b", c']],
  ['"Hello", said the cat', ['"Hello", said the cat']],
  ['a "quoted" word', ['a "quoted" word']],
  ['"never closed, a cat', ['"never closed, a cat']],
  ['7" record || 12" record', ['7" record', '12" record']],
  ['!dramatic, light', ['!dramatic, light']],
  ['1-4', ['1-4']],
  ['range(0,3)', ['range(0,3)']],
  ['', ['']],
])('the free text %s is parted at || alone', (text, values) => {
  expect(resolved(freeText, text).values).toStrictEqual(values);
});

test('members of a list are not cut, and ranges are read for numbers alone', () => {
  const read = (field: typeof integer, values: readonly JsonValue[]) =>
    axisValues(listed(field.name, values), field, { finder: noFiles, rules });
  expect(read(integer, [7, '1-3', '9']).values).toStrictEqual([7, 1, 2, 3, 9]);
  expect(read(freeText, ['a, b', ' c ', '*', '!d', '"e"', '1-4']).values).toStrictEqual([
    'a, b',
    ' c ',
    '*',
    '!d',
    '"e"',
    '1-4',
  ]);
  expect(read(style, ['*', '!anime']).values).toHaveLength(5);
  expect(read(flag, [true, 'no']).values).toStrictEqual([true, false]);
  expect(read(list, [[1], '[2]']).values).toStrictEqual([[1], [2]]);
});

test('what is wrong in a list has the place of the list', () => {
  const read = axisValues(listed('aspect_ratio', ['1:1', 169, '16x9']), ratio, { finder: noFiles, rules });
  const place = { file: 'grids/sweep.yaml', line: 3, column: 5 };
  const where = 'in aspect_ratio: ["1:1",169,"16x9"]';
  const about = { key: 'aspect_ratio', value: ['1:1', 169, '16x9'] };
  expect(read.problems).toStrictEqual([
    {
      severity: 'error',
      place,
      ...about,
      kind: 'enum',
      message: `aspect_ratio 169 ${where} is not allowed; did you mean "16:9"?`,
    },
    {
      severity: 'error',
      place,
      ...about,
      kind: 'enum',
      message: `aspect_ratio "16x9" ${where} is not allowed; did you mean "16:9"?`,
    },
  ]);
});
