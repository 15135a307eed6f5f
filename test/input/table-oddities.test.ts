import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sized } from '../support/tiers.ts';
import { plain, read, readPieces, spot } from './reading-inputs.ts';

describe('a column without a name', () => {
  test.each([
    [
      'as pandas writes its index',
      ',prompt\n0,a tram\n',
      { 'column 1': '0', prompt: 'a tram' },
      '1:1',
      'column 1',
    ],
    [
      'as R writes the rows’ names',
      '"","prompt"\n"1","a tram"\n',
      { 'column 1': '1', prompt: 'a tram' },
      '1:1',
      'column 1',
    ],
    [
      'in the middle',
      'prompt,,seed\na tram,note,7\n',
      { prompt: 'a tram', seed: '7', 'column 2': 'note' },
      '1:8',
      'column 2',
    ],
    [
      'behind the last name',
      'prompt,seed,,\na,1,,\nb,2,check,\n',
      { prompt: 'b', seed: '2', 'column 3': 'check' },
      '1:13',
      'column 3',
    ],
  ])('is a tag that is named by its place, and told once: %s', async (_, text, row, place, tag) => {
    const { rows, problems, shown } = await read(text, 'csv');
    expect(plain(rows).at(-1)).toEqual(row);
    expect(shown).toEqual([
      `in.csv:${place} this column has no name: its cells are kept as the tag "${tag}" and not sent; write a name into the header to use it.`,
    ]);
    expect(problems[0]?.severity).toBe('note');
    expect(rows[0]?.columns).not.toContain('');
  });

  test('is told together with the others, in TSV too', async () => {
    const { shown } = await read('\tprompt\t\n1\ta\tx\n2\tb\ty\n', 'tsv');
    expect(shown).toEqual([
      expect.stringMatching(
        /^in\.tsv:1:1 2 columns have no name: .* the tags "column 1", "column 3" and not sent/,
      ),
    ]);
  });

  test('is nothing while it is empty, and is not called by a name that another one has', async () => {
    const { rows, shown } = await read(',Column 1,,\nx,y,, \n', 'csv');
    expect(plain(rows)).toEqual([{ 'Column 1': 'y', 'nameless column 1': 'x' }]);
    expect(spot(rows[0], 'nameless column 1')).toBe('2:1');
    expect(shown).toHaveLength(1);
  });

  test('is the one that R leaves out of the header, where the rows are numbered', async () => {
    const { rows, shown } = await read('"prompt","seed"\n"1","a tram",7\n"2","a ferry",8\n', 'csv');
    expect(plain(rows)).toEqual([
      { 'column 1': '1', prompt: 'a tram', seed: '7' },
      { 'column 1': '2', prompt: 'a ferry', seed: '8' },
    ]);
    expect(spot(rows[1], 'prompt')).toBe('3:5');
    expect(shown).toEqual([expect.stringContaining('in.csv:1 this column has no name')]);
    const prose = await read('prompt,seed\n1, two,7\na,8\n', 'csv');
    expect(plain(prose.rows)).toEqual([{ prompt: 'a', seed: '8' }]);
    expect(prose.shown).toEqual([expect.stringContaining('in.csv:2:3 the row has 3 cells')]);
  });
});

describe('a row that is short', () => {
  test('is read, and told once with the number of the others', async () => {
    const { rows, problems, shown } = await read('prompt,seed,style\na cat,7\na dog\na fox,9,anime\n', 'csv');
    expect(plain(rows)).toEqual([
      { prompt: 'a cat', seed: '7' },
      { prompt: 'a dog' },
      { prompt: 'a fox', seed: '9', style: 'anime' },
    ]);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(rows[1]?.placeOf('style')).toEqual({ file: 'in.csv', line: 3, column: null });
    expect(shown).toEqual([
      'in.csv:2 the row has 2 cells, but the header has 3 columns, and 1 row below is short too; missing cells count as not given. Is there a line break in a text that is not in quotes?',
    ]);
    expect(problems[0]?.severity).toBe('warning');
  });

  test('is an error where it makes one row with the next', async () => {
    const { rows, shown } = await read('prompt,seed,style\na cat\n7,anime\na dog,8,anime\na fox\n', 'csv');
    expect(plain(rows)).toEqual([{ prompt: 'a dog', seed: '8', style: 'anime' }, { prompt: 'a fox' }]);
    expect(shown).toEqual([
      expect.stringMatching(
        /^in\.csv:2 the row has 1 cell, and line 3 has the other 2 of 3: a line break stands/,
      ),
      expect.stringContaining('in.csv:5 the row has 1 cell'),
    ]);
  });
});

describe('a comment', () => {
  test('above the header is left out and counted, whatever separates its words', async () => {
    for (const format of ['csv', 'tsv'] as const) {
      const mark = format === 'csv' ? ';' : '\t';
      const text = `# sheet, of "tuesday\n"# second; try",,\n\n${['Text', 'n'].join(mark)}\n${['a, b', '7'].join(mark)}\n# off${mark}8\n`;
      for (const piece of [1, 1000]) {
        const { rows, problems, shown } = await readPieces(text, format, piece);
        expect(plain(rows)).toEqual([{ Text: 'a, b', n: '7' }]);
        expect(rows[0]?.line).toBe(5);
        expect(shown).toEqual([`in.${format}:1 3 lines that begin with # were left out as comments.`]);
        expect(problems[0]?.severity).toBe('note');
      }
    }
  });

  test('below the header is one only where it is no row', async () => {
    const { rows, shown } = await read('prompt,seed\n# a note\n#hashtag,7\n# a dog,8\n', 'csv');
    expect(plain(rows)).toEqual([
      { prompt: '#hashtag', seed: '7' },
      { prompt: '# a dog', seed: '8' },
    ]);
    expect(shown).toEqual([
      'in.csv:2 this line begins with # and was left out as a comment.',
      'in.csv:4 this row begins with #, and was read like any other; delete it if it is a comment.',
    ]);
    expect(plain((await read('prompt\n#hashtag poster\n', 'csv')).rows)).toEqual([
      { prompt: '#hashtag poster' },
    ]);
  });

  test.each([
    ['#,prompt\n1,a cat\n', { '#': '1', prompt: 'a cat' }],
    ['# prompt,seed\na cat,7\n', { prompt: 'a cat', seed: '7' }],
    ['# note\n#;Text\n1;a cat\n', { '#': '1', Text: 'a cat' }],
    ['sep=;\n# note\nprompt;seed\na cat;7\n', { prompt: 'a cat', seed: '7' }],
  ])('is not a header that begins with #: %j', async (text, row) => {
    expect(plain((await read(text, 'csv')).rows)).toEqual([row]);
  });
});

describe('joined files', () => {
  test('hold a byte order mark and the header again, which are left out', async () => {
    const text = 'prompt,seed\na,1\n\ufeffprompt,seed\nb,2\n prompt , seed\n\ufeff"c, d",3\n\ufeffe,4\n';
    for (const [format, content] of [
      ['csv', text],
      ['tsv', text.replaceAll(',', '\t').replace('c\t', 'c,')],
    ] as const) {
      const { rows, problems, shown } = await read(content, format);
      expect(plain(rows).map(({ prompt }) => prompt)).toEqual(['a', 'b', 'c, d', 'e']);
      expect(shown).toEqual([
        `in.${format}:3 the header appears here again, and 1 more time below, and was left out.`,
      ]);
      expect(problems[0]?.severity).toBe('note');
    }
    expect(plain((await read('prompt\na\nprompt\nb\n', 'csv')).rows)).toEqual([
      { prompt: 'a' },
      { prompt: 'b' },
    ]);
  });

  test('are told where the first one lacks its last line end', async () => {
    const advice = 'a second file begins in the middle of this line; put a line break before it.';
    const { rows, shown } = await read('prompt,seed\na,1\ufeffprompt,seed\nb,2\n', 'csv');
    expect(plain(rows)).toEqual([{ prompt: 'b', seed: '2' }]);
    expect(shown).toEqual([expect.stringContaining(advice)]);
    expect((await read('prompt\na\ufeffprompt\nb\n', 'csv')).shown).toEqual([`in.csv:2 ${advice}`]);
  });
});

describe('a table of one column', () => {
  test('has no delimiter, so that its texts may hold any', async () => {
    const text = 'prompt\na cat, asleep\na dog | awake; here\n"a fox, ""red"""\n7" record, new\n';
    const { rows, shown } = await read(text, 'csv');
    expect(shown).toEqual([]);
    expect(plain(rows).map(({ prompt }) => prompt)).toEqual([
      'a cat, asleep',
      'a dog | awake; here',
      'a fox, "red"',
      '7" record, new',
    ]);
    const tags = await read('prompt\nmasterpiece,best quality\n1girl,solo,smile\n', 'csv');
    expect(plain(tags.rows)).toHaveLength(2);
  });

  test.each([
    ['prompt\na cat,7\na dog,8\n', ['in.csv:2:7 the row has 2 cells', 'in.csv:3:7 the row has 2 cells']],
    ['prompt\na cat\t7\na dog\t8\n', ['in.csv:2:7 the row has 2 cells', 'in.csv:3:7 the row has 2 cells']],
    ['prompt\nred,blue\n', ['in.csv:2:5 the row has 2 cells']],
    ['prompt\na cat\na dog,8\n', ['in.csv:3 the header has 1 column, but the row ends in ",8"']],
  ])(
    'has lost the names of its others where the lines are cut alike, or end in a number: %j',
    async (text, blamed) => {
      const { shown } = await read(text, 'csv');
      expect(shown).toEqual(blamed.map((message) => expect.stringContaining(message)));
    },
  );

  test('may hold a comma and a number in quotes', async () => {
    expect(plain((await read('prompt\na cat\n"a dog,8"\n', 'csv')).rows)).toEqual([
      { prompt: 'a cat' },
      { prompt: 'a dog,8' },
    ]);
  });
});

describe('a table from another program', () => {
  test.each([
    ['vertical bars', 'prompt|seed\na cat, asleep|7\n'],
    ['psql', ' prompt        | seed \n---------------+------\n a cat, asleep |    7\n(1 row)\n'],
    ['Markdown', '| prompt | seed |\n|:---|---:|\n| a cat, asleep | 7 |\n'],
    ['white space in the header', ' prompt ; "seed" \na cat, asleep;7\n'],
    ['tabs', 'prompt\tseed\na cat, asleep\t7\n'],
    ['surplus empty cells', 'prompt;seed\na cat, asleep;7;;;\n;;;\n'],
  ])('is read: %s', async (_, text) => {
    const { rows, shown } = await read(text, 'csv');
    expect(shown).toEqual([]);
    expect(plain(rows)).toEqual([{ prompt: 'a cat, asleep', seed: '7' }]);
  });

  test('is read as CSV where it is called .tsv and has no tab', async () => {
    expect(plain((await read('prompt,seed\n"a, b",7\n', 'tsv')).rows)).toEqual([
      { prompt: 'a, b', seed: '7' },
    ]);
    expect(plain((await read('prompt\na, b\n', 'tsv')).rows)).toEqual([{ prompt: 'a, b' }]);
  });

  test.each([
    ['{"prompt":"a"}\n{"prompt":"b"}\n', 'this looks like JSONL, not like a table; add --format jsonl.'],
    ['[\n  {"prompt": "a"}\n]\n', 'this looks like JSON, not like a table; add --format json.'],
    ['{\n  "rows": []\n}\n', 'this looks like JSON, not like a table; add --format json.'],
    ['<!DOCTYPE html>\n<html>\n', 'this is a web page, not a table; download or export the file itself.'],
    ['{\\rtf1\\ansi prompt}\n', 'this is rich text (RTF), not a table; save it as plain text.'],
  ])('is called by its name where it is no table: %j', async (text, message) => {
    for (const format of ['csv', 'tsv'] as const) {
      const { rows, shown } = await read(text, format);
      expect(rows).toEqual([]);
      expect(shown).toEqual([`in.${format}:1 ${message}`]);
    }
  });

  test('is not one that quotes with other marks, which the message says', async () => {
    expect((await read("prompt,seed\n'a cat, asleep',7\n", 'csv')).shown).toEqual([
      expect.stringContaining('single quotes do not quote a cell'),
    ]);
    expect((await read('prompt,seed\n“a cat, asleep”,7\n', 'csv')).shown).toEqual([
      expect.stringContaining('curly quotes do not quote a cell'),
    ]);
  });
});

test('LF made CRLF changes neither rows nor places', async () => {
  const part = fc.constantFrom(
    'a',
    '"',
    '""',
    ',',
    '\n',
    ' ',
    '# ',
    '\ufeff',
    'p,q\n',
    '"x\ny"',
    'é',
    '\\"',
    '7',
  );
  const text = fc.array(part, { maxLength: 30 }).map((parts) => `p,q\n${parts.join('')}`);
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const seen = async (given: string) => {
        const { rows, shown } = await read(given, 'csv');
        return JSON.stringify([
          shown,
          rows.map((row) => [row.line, [...row.cells].map((cell) => [cell, row.placeOf(cell[0])])]),
        ]).replaceAll('\\r\\n', '\\n');
      };
      expect(await seen(content.replaceAll('\n', '\r\n'))).toBe(await seen(content));
    }),
    { numRuns: sized(100, 1_000) },
  );
});
