import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/core/complaints.ts';
import type { Row } from '../../../src/core/row.ts';
import { readRows } from '../../../src/input/rows.ts';
import { plain, read, readPieces, sourceOf, spot } from '../reading-inputs.ts';

describe('a text of prompts', () => {
  test('is one prompt per line, without blank lines, comments and the white space around', async () => {
    const { rows, problems } = await read(
      '\ufeffa cat, red\r\n\r\n# later\r\n\t a "dog"  \r# x\n\\#1 fan',
      'txt',
    );
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'note',
        '2 lines that start with # were left out, first "# later"; write \\# for a prompt that starts with it, or add --literal.',
      ],
    ]);
    expect([...(rows[0]?.cells ?? [])]).toEqual([['prompt', { kind: 'text', text: 'a cat, red' }]]);
    expect(plain(rows)).toEqual([{ prompt: 'a cat, red' }, { prompt: 'a "dog"' }, { prompt: '#1 fan' }]);
    expect(rows.map((row) => [row.line, spot(row, 'prompt'), spot(row, 'seed')])).toEqual([
      [1, '1:1', '1:null'],
      [4, '4:3', '4:null'],
      [6, '6:1', '6:null'],
    ]);
  });

  test('reports a line that is too long and goes on', async () => {
    const text = `a\n${'x'.repeat(1_100_000)}\nb\n`;
    const { rows, shown, problems } = await readPieces(text, 'txt', 65536);
    expect(plain(rows)).toEqual([{ prompt: 'a' }, { prompt: 'b' }]);
    expect(shown).toEqual(['in.txt:2 the row is longer than 1,048,576 characters.']);
    expect(problems[0]?.ends).toBeUndefined();
  });

  test('needs a prompt at all', async () => {
    expect((await read(' \n\n', 'txt')).shown).toEqual(['in.txt:1 the file is empty.']);
    expect((await read('# a\n#b\n', 'txt')).shown).toEqual([
      'in.txt:1 there is no prompt: every line is blank or a comment.',
    ]);
  });

  test('is refused at the first byte that is not UTF-8, which ends it', async () => {
    const { rows, problems, shown } = await read(Buffer.from('a\ncaf\xe9\nb', 'latin1'), 'txt');
    expect(plain(rows)).toEqual([{ prompt: 'a' }]);
    expect(shown).toEqual([expect.stringContaining('in.txt:2:4 the byte 0xE9 is not UTF-8')]);
    expect(problems[0]?.ends).toBe(true);
  });
});

const texts = async (content: string, literal = false) => {
  const problems: Problem[] = [];
  const rows = [];
  const source = { ...sourceOf(content, 'txt'), literal };
  for await (const row of readRows(source, (problem) => problems.push(problem))) rows.push(row);
  return { rows, problems, told: problems.map(({ severity, place, kind }) => [severity, place?.line, kind]) };
};

describe('a text in another form', () => {
  test('with --literal is nothing but lines', async () => {
    const lines = [
      '# a',
      '\\#b',
      '---',
      'Steps: 20, Sampler: Euler, Seed: 1',
      '--prompt "x"',
      '"y",',
      'prompt',
    ];
    const { rows, problems } = await texts(lines.join('\n'), true);
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual(lines.map((prompt) => ({ prompt })));
  });

  test('is blocks where a line of --- stands', async () => {
    const { rows, told } = await texts(
      '\n a cat\n  in a hat\n# not this\n\nby night\n---\na dog\n\n------\n\n---\n\\#1\n',
    );
    expect(plain(rows)).toEqual([
      { prompt: 'a cat\n  in a hat\n\nby night' },
      { prompt: 'a dog' },
      { prompt: '#1' },
    ]);
    expect(rows.map((row) => [row.line, spot(row, 'prompt')])).toEqual([
      [2, '2:2'],
      [8, '8:1'],
      [13, '13:1'],
    ]);
    expect(told).toEqual([['note', 4, 'comment']]);
  });

  test('is what A1111 writes under its pictures', async () => {
    const content = `a red barn, dusk
by a "lake"
Negative prompt: blurry,
 text
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 512x768, Model hash: ab, Model: some, "Lora hashes": "a: b, c: d", Version: v1.9

a blue mill
Steps: 30, Sampler: "DPM++ 2M, Karras", Seed: -1
a green hill
Negative prompt: fog
Steps: 20, Seed: 99, Size: 512x512
`;
    const { rows, told } = await texts(content);
    expect(plain(rows)).toMatchObject([
      {
        prompt: 'a red barn, dusk\nby a "lake"',
        negative_prompt: 'blurry,\ntext',
        seed: '1234',
        Size: '512x768',
        'Model name': 'some',
      },
      { prompt: 'a blue mill', seed: '-1', Sampler: 'DPM++ 2M, Karras' },
      { prompt: 'a green hill', negative_prompt: 'fog', seed: '99' },
    ]);
    expect(rows.every(({ cells }) => !cells.has('model') && !cells.has('Model'))).toBe(true);
    expect([
      spot(rows[0] as Row, 'prompt'),
      spot(rows[0] as Row, 'negative_prompt'),
      spot(rows[0] as Row, 'seed'),
    ]).toEqual(['1:1', '3:18', '5:50']);
    expect(rows.map(({ line }) => line)).toEqual([1, 7, 9]);
    expect(told).toEqual([['note', 1, 'infotext']]);
  });

  test('is lines of flags, beside others', async () => {
    const { rows, told } =
      await texts(`--prompt "a cat, \\"sitting\\"" --negative_prompt 'fog, text' --seed=5 --sd_model x
--prompt a dog's bone --steps 20
a plain -- one --ar 16:9
--steps 20
  --prompt "never closed
`);
    expect(plain(rows)).toEqual([
      { prompt: 'a cat, "sitting"', negative_prompt: 'fog, text', seed: '5', sd_model: 'x' },
      { prompt: "a dog's bone", steps: '20' },
      { prompt: 'a plain -- one --ar 16:9' },
    ]);
    expect(spot(rows[0] as Row, 'negative_prompt')).toBe('1:49');
    expect(told).toEqual([
      ['error', 4, 'flag_lines'],
      ['error', 5, 'quote'],
      ['note', 1, 'flag_lines'],
    ]);
  });

  test.each([
    [
      'prompt,seed\na cat,7\na dog,8\n',
      [
        { prompt: 'a cat', seed: '7' },
        { prompt: 'a dog', seed: '8' },
      ],
    ],
    ['prompt\tseed\na, cat\t7\n', [{ prompt: 'a, cat', seed: '7' }]],
    ['{"prompt":"a"}\n{"prompt":"b"}\n', [{ prompt: 'a' }, { prompt: 'b' }]],
    ['[{"prompt":"a"},\n{"prompt":"b"}]', [{ prompt: 'a' }, { prompt: 'b' }]],
  ])('%j is a table or JSON', async (content, rows) => {
    const found = await texts(content);
    expect(plain(found.rows)).toEqual(rows);
    expect(found.told).toEqual([['note', 1, 'text_form']]);
  });

  test.each([
    ['"a, b",\n"c \\"d\\"",\n', ['a, b', 'c "d"'], 'strings'],
    ['prompt\na cat\n', ['a cat'], 'heading'],
    ['"Prompts"\na cat\n', ['a cat'], 'heading'],
    ['1. a cat\n2. a dog\n3) a fox\n', ['1. a cat', '2. a dog', '3) a fox'], 'bullets'],
  ])('%j is told once', async (content, prompts, kind) => {
    const { rows, problems } = await texts(content);
    expect(plain(rows)).toEqual(prompts.map((prompt) => ({ prompt })));
    expect(problems.map((problem) => problem.kind)).toEqual([kind]);
  });

  test.each([
    '[a:b:0.5] a cat',
    '{red|blue} cat',
    'a cat: 20, seed of doubt: many',
    'prompt',
    '"quoted" start',
    'style, not a table\na, b\n',
  ])('%j is an ordinary list', async (content) => {
    const { rows, problems } = await texts(content);
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual(
      content
        .trim()
        .split('\n')
        .map((prompt) => ({ prompt })),
    );
  });

  test('that begins too late is an error, since what stands above was read line by line', async () => {
    const { told } = await texts(`${'a cat\n'.repeat(20_000)}---\nSteps: 20, Sampler: Euler a, Seed: 1\n`);
    expect(told).toEqual([
      ['error', 20_001, 'text_form'],
      ['error', 20_002, 'text_form'],
    ]);
  });

  test('drops a byte order mark that joining files has left', async () => {
    expect(plain((await texts('a cat\n\ufeffa dog\n')).rows)).toEqual([
      { prompt: 'a cat' },
      { prompt: 'a dog' },
    ]);
  });
});

const words = fc
  .array(fc.stringMatching(/^[A-Za-z0-9()"'!.;]{1,8}$/), { minLength: 1, maxLength: 6 })
  .map((all) => all.join(' '));

test('reads back what A1111 would print', async () => {
  const picture = fc.record({ prompt: words, negative: fc.option(words), seed: fc.nat() });
  await fc.assert(
    fc.asyncProperty(fc.array(picture, { minLength: 1, maxLength: 4 }), async (pictures) => {
      const printed = pictures.map(
        ({ prompt, negative, seed }) =>
          `${prompt}\n${negative === null ? '' : `Negative prompt: ${negative}\n`}Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: ${seed}, Size: 512x512`,
      );
      const { rows } = await texts(printed.join('\n\n'));
      expect(plain(rows)).toMatchObject(
        pictures.map(({ prompt, negative, seed }) => ({
          prompt,
          ...(negative === null ? {} : { negative_prompt: negative }),
          seed: String(seed),
        })),
      );
    }),
  );
});
