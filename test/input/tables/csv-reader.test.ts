import { describe, expect, test } from 'vitest';
import { plain, read, readPieces, spot } from '../reading-inputs.ts';

describe('a CSV file', () => {
  test('keeps every cell as the text it is, and leaves out the empty ones', async () => {
    const { rows, problems } = await read('prompt,seed,on,style\n 0042 ,0042,true,\n', 'csv');
    expect(problems).toEqual([]);
    expect([...(rows[0]?.cells ?? [])]).toEqual([
      ['prompt', { kind: 'text', text: ' 0042 ' }],
      ['seed', { kind: 'text', text: '0042' }],
      ['on', { kind: 'text', text: 'true' }],
    ]);
  });

  test('is split by what separates the names of the columns, whatever the prompts hold', async () => {
    expect(plain((await read('prompt;seed\na, b, c, d;1\n', 'csv')).rows)).toEqual([
      { prompt: 'a, b, c, d', seed: '1' },
    ]);
    expect(plain((await read('prompt\tseed\na, b; c\t1\n', 'csv')).rows)).toEqual([
      { prompt: 'a, b; c', seed: '1' },
    ]);
    expect(plain((await read('"a;b;c",seed\nx,1\n', 'csv')).rows)).toEqual([{ 'a;b;c': 'x', seed: '1' }]);
    expect(plain((await read('prompt\na b; c\n', 'csv')).rows)).toEqual([{ prompt: 'a b; c' }]);
  });

  test('obeys the line sep= of Excel and counts it', async () => {
    const { rows } = await read('sep=|\r\nprompt|seed\r\na,b|1\r\n', 'csv');
    expect(plain(rows)).toEqual([{ prompt: 'a,b', seed: '1' }]);
    expect(rows[0]?.line).toBe(3);
    expect(spot(rows[0], 'seed')).toBe('3:5');
  });

  test('takes LF, CRLF and CR as line ends in one file, and skips blank lines', async () => {
    const { rows, problems } = await read('\r\np,q\r1,2\r\n\n3,4\n,\n\r5,6', 'csv');
    expect(problems).toEqual([]);
    expect(rows.map(({ line }) => line)).toEqual([3, 5, 8]);
    expect(plain(rows)).toEqual([
      { p: '1', q: '2' },
      { p: '3', q: '4' },
      { p: '5', q: '6' },
    ]);
  });

  test('tells the line on which a row starts and where each cell does, though cells hold line breaks', async () => {
    const text = 'id,prompt,seed\r\n1,"two\r\nlines, 😀 ""so""",7\r\n"2\n",x,8\r\n';
    for (const piece of [1, 2, 3, 1000]) {
      const { rows } = await readPieces(text, 'csv', piece);
      expect(rows.map(({ line }) => line)).toEqual([2, 4]);
      expect(rows.map((row) => ['id', 'prompt', 'seed'].map((name) => spot(row, name)))).toEqual([
        ['2:1', '2:3', '3:18'],
        ['4:1', '5:3', '5:5'],
      ]);
    }
  });

  test('gives the place of the row for a name that the row lacks', async () => {
    const { rows } = await read('p,q\n1,2\n', 'csv');
    expect(rows[0]?.placeOf('nothing')).toEqual({ file: 'in.csv', line: 2, column: null });
  });

  test('reports a ragged row with its counts and a likely reason, and goes on', async () => {
    const { rows, shown } = await read('prompt,seed\na cat, a dog,1\nx,1\ny,2\n1,2,3\n', 'csv');
    expect(plain(rows)).toEqual([
      { prompt: 'x', seed: '1' },
      { prompt: 'y', seed: '2' },
    ]);
    expect(shown).toEqual([
      'in.csv:2:7 the row has 3 cells, but the header has 2 columns; put a text that contains a comma in quotes.',
      'in.csv:5:5 the row has 3 cells, but the header has 2 columns; put a text that contains a comma in quotes.',
    ]);
  });

  test('does not mind the nameless empty columns and cells that spreadsheets add', async () => {
    const { rows, shown } = await read('p,q,,\n1,2,,\n3,4\n5,6,,,,\n,,,\n', 'csv');
    expect(plain(rows)).toEqual([
      { p: '1', q: '2' },
      { p: '3', q: '4' },
      { p: '5', q: '6' },
    ]);
    expect(shown).toEqual([]);
  });

  test.each([['x'], [','], ['"'], ['x"']])(
    'leaves out a row of more than a megabyte, be it of %j, and reads on below it',
    async (letters) => {
      const long = letters.repeat(2_500_000 / letters.length);
      const { rows, shown } = await read(`p,q\n1,2\n${long},4\n5,6\n`, 'csv', { chunk: 65536 });
      expect(rows.map(({ line }) => line)).toEqual([2, 4]);
      expect(shown).toEqual(['in.csv:3 the row is longer than 1,048,576 characters.']);
    },
  );

  test.each([0, 1, 2, 3])('is cut between characters wherever these stand (%i)', async (shift) => {
    const text = 'x'.repeat(shift) + '😀\r\n'.repeat(8_000);
    const { rows, shown } = await read(`prompt,seed\r\n"${text}",1\r\nb,2\r\n`, 'csv');
    expect(shown).toEqual([]);
    expect(plain(rows)).toEqual([
      { prompt: text, seed: '1' },
      { prompt: 'b', seed: '2' },
    ]);
    expect(spot(rows[1], 'seed')).toBe('8003:3');
  });
});

describe('the header of a table', () => {
  test('is trimmed, and otherwise kept as it is spelt', async () => {
    const { rows } = await read(' Prompt ,"Aspect Ratio "\nx,1:1\n', 'csv');
    expect([...(rows[0]?.cells.keys() ?? [])]).toEqual(['Prompt', 'Aspect Ratio']);
    expect(spot(rows[0], 'Aspect Ratio')).toBe('2:3');
  });

  test('may not name a column twice, in whatever case', async () => {
    const { rows, shown } = await read('Seed,prompt,,seed,prompt\n1,2,3,4,5\n', 'csv');
    expect(rows).toEqual([]);
    expect(shown).toEqual([
      'in.csv:1:14 the column "seed" appears twice: it is column 1 (as "Seed"; case does not matter) and column 4.',
      'in.csv:1:19 the column "prompt" appears twice: it is column 2 and column 5.',
    ]);
  });

  test('needs a name at all, and rows below it', async () => {
    expect((await read(',,\n1,2,3\n', 'csv')).shown).toEqual(['in.csv:1 the header names no column.']);
    expect((await read('\np,q\n\n', 'csv')).shown).toEqual([
      'in.csv:2 there is a header but no row below it.',
    ]);
    expect((await read('p\tq', 'tsv')).shown).toEqual(['in.tsv:1 there is a header but no row below it.']);
  });

  test('may hold a column by the name of a prototype', async () => {
    const { rows } = await read('__proto__,constructor\n1,2\n', 'csv');
    expect([...(rows[0]?.cells.keys() ?? [])]).toEqual(['__proto__', 'constructor']);
  });

  test.each(['csv', 'tsv', 'jsonl'] as const)('is missed in an empty %s file', async (format) => {
    for (const content of ['', '\n\r\n', '\ufeff']) {
      expect((await read(content, format)).shown).toEqual([`in.${format}:1 the file is empty.`]);
    }
  });
});
