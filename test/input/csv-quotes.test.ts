import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isError } from '../../src/core/complaints.ts';
import { sized } from '../support/tiers.ts';
import { plain, read, readPieces, spot } from './reading-inputs.ts';

/** Rows as lists of cells, from a table with the columns a, b, c …, cut into pieces of several sizes. */
async function rowsOf(text: string) {
  const [one, other] = [await readPieces(text, 'csv', 1), await readPieces(text, 'csv', 1000)];
  expect(one.shown).toEqual(other.shown);
  expect(plain(one.rows)).toEqual(plain(other.rows));
  return { cells: plain(one.rows).map((row) => Object.values(row)), shown: one.shown, rows: one.rows };
}

describe('a quote where strict CSV has none', () => {
  test.each([
    ['inches in a bare cell', '7" record sleeve,2', ['7" record sleeve', '2']],
    ['words in quotes in a bare cell', 'a sign "OPEN" in brass,2', ['a sign "OPEN" in brass', '2']],
    ['a word in quotes at the start of a text', '"OPEN" on a door,2', ['"OPEN" on a door', '2']],
    ['a lone quote at the end of a bare cell', 'a door",2', ['a door"', '2']],
    ['white space before the quoting', 'x, "a heron, standing"', ['x', 'a heron, standing']],
    ['white space around the quoting', ' "a, b" ,\t"c" ', ['a, b', 'c']],
    ['quotes after a comma of prose', '"a sign, "OPEN" in brass",2', ['a sign, "OPEN" in brass', '2']],
    ['backslashes', '"a sign \\"OPEN\\" in brass",2', ['a sign "OPEN" in brass', '2']],
    ['backslashes at the end of a cell', '"a sign \\"OPEN\\"",2', ['a sign "OPEN"', '2']],
    ['backslashes before a comma', '"he said \\", then left",2', ['he said ", then left', '2']],
    ['backslashes over lines', '"two\nlines \\"x\\" y",2', ['two\nlines "x" y', '2']],
    ['backslashes that are doubled', '"a \\"b\\\\\\" c",2', ['a "b\\" c', '2']],
    ['quotes that are not doubled', '"a sign "OPEN" in brass",2', ['a sign "OPEN" in brass', '2']],
    ['quotes that are not doubled over lines', '"two\nlines "x" y",2', ['two\nlines "x" y', '2']],
    ['inches in a quoted cell', '"a 7" record",2', ['a 7" record', '2']],
    ['inches at the end of a quoted cell', '"a record, 7"",2', ['a record, 7"', '2']],
    ['doubled quotes without the one that closes', '"a sign ""OPEN"",2', ['a sign "OPEN"', '2']],
    ['a single quote before the one that closes', '"a sign "OPEN"",2', ['a sign "OPEN"', '2']],
    ['curly quotes', '“a sign” ”,2', ['“a sign” ”', '2']],
    ['a quote alone', 'x,a "', ['x', 'a "']],
    ['what RFC 4180 reads, backslash or not', '"C:\\dir\\",2', ['C:\\dir\\', '2']],
  ])('is read as it is meant: %s', async (_, line, cells) => {
    for (const end of ['', '\n', '\r\n']) {
      const { cells: found, shown } = await rowsOf(`a,b\n1,x\n${line}${end}${end === '' ? '' : `3,y${end}`}`);
      expect(shown).toEqual([]);
      expect(found).toEqual(end === '' ? [['1', 'x'], cells] : [['1', 'x'], cells, ['3', 'y']]);
    }
  });

  test.each([[';'], ['\t'], ['|']])('is read alike where %j separates the cells', async (mark) => {
    const join = (...cells: string[]) => cells.join(mark);
    const text = [
      join('a', ` "b"`),
      join('7" record', 'x'),
      join('"say \\"hi\\""', ` "c${mark} d"`),
      join('"lost', 'y'),
      join('"z"', '3'),
    ].join('\n');
    const { cells, shown } = await rowsOf(text);
    expect(cells).toEqual([
      ['7" record', 'x'],
      ['say "hi"', `c${mark} d`],
      ['z', '3'],
    ]);
    expect(shown).toEqual([expect.stringMatching(/^in\.csv:4:1 the quote that opens here is not closed/)]);
  });

  test('makes a header readable too', async () => {
    const { rows } = await read('prompt, "style", "size, 7"" or more"\n"a", b, c\n', 'csv');
    expect([...(rows[0]?.columns ?? [])]).toEqual(['prompt', 'style', 'size, 7" or more']);
    const inches = await read('size",prompt\n7,a\n', 'csv');
    expect(plain(inches.rows)).toEqual([{ 'size"': '7', prompt: 'a' }]);
  });

  test('has its cells in their places', async () => {
    const { rows } = await rowsOf('a,b\n7" é😀, "x"\n"say \\"hi\\"\nto", "y"\n');
    expect(rows.map((row) => [row.line, spot(row, 'a'), spot(row, 'b')])).toEqual([
      [2, '2:1', '2:8'],
      [3, '3:1', '4:6'],
    ]);
  });
});

describe('a bad quote', () => {
  test.each([
    [
      'a lost quote in the middle of a line',
      'x,"second, plain,"organic, loud"',
      '3:18 the quote in column 3 is not closed before this one',
    ],
    ['text behind the quoting', '"x"y,2', '3:3 text follows the quote that closes the cell'],
    ['a word whose quotes do not pair', '"a sign "OPEN",2', '3:9 text follows the quote'],
    ['a backslash before the quote that closes', '"open\\" x,2', '3:7 text follows the quote that closes'],
    ['a comma between quotes', 'a sign "OPEN, NOW" in brass,2', '3:8 a comma stands between quotes'],
    ['a lost quote at the start', 'a heron, standing",2', '3:18 nothing opens the quote that closes here'],
    ['a quote that is never closed', '"open,2', '3:1 the quote that opens here is'],
  ])('is one wrong row with its position, and hides nothing below: %s', async (_, line, message) => {
    for (const below of ['4,y\n5,z\n', '"4","y"\n5,z\n', '4,"y"\n5,"z"\n', '4,y\n5,"z ""7"""\n', '4,7"\n']) {
      const { cells, shown } = await rowsOf(`a,b\n1,x\n${line}\n${below}`);
      const expected = plain((await read(`a,b\n${below}`, 'csv')).rows).map((row) => Object.values(row));
      expect(cells).toEqual([['1', 'x'], ...expected]);
      expect(shown).toEqual([expect.stringContaining(`in.csv:${message}`)]);
    }
  });

  test('hides nothing where it swallows lines up to a later quote and the row is then ragged', async () => {
    const { cells, shown } = await rowsOf('a,b\nx,"lost\ny,2\nz,", three"\nw,4\n');
    expect(cells).toEqual([
      ['y', '2'],
      ['z', ', three'],
      ['w', '4'],
    ]);
    expect(shown).toEqual([
      'in.csv:2:3 the quote that opens here is not closed before the one in line 4; close it, or write a quote inside the cell twice: "".',
    ]);
  });

  test('takes the rest of its text of several lines with it, so that no line of it becomes a row', async () => {
    const { cells, shown } = await rowsOf('a,b\n"a sign "OPEN"\nin brass\nand steel",1\nx,2\n');
    expect(cells).toEqual([['x', '2']]);
    expect(shown).toEqual([expect.stringContaining('in.csv:2:9 text follows the quote')]);
    const single = await rowsOf('a\n"a sign "OPEN"\nin brass\nand steel"\nx\n');
    expect(single.cells).toEqual([['x']]);
    const ragged = await rowsOf('a,b\n"a bridge\nin fog",x,y\nz,2\n');
    expect(ragged.cells).toEqual([['z', '2']]);
    expect(ragged.shown).toEqual([
      expect.stringContaining('the row has 3 cells, but the header has 2 columns'),
    ]);
  });

  test('is suspected where each line of a text could be a row', async () => {
    const { cells, shown } = await rowsOf('a,b\nx,"lost\ny,2\nz,7"\n"two\nlines, of text",2\n');
    expect(cells).toEqual([
      ['x', 'lost\ny,2\nz,7'],
      ['two\nlines, of text', '2'],
    ]);
    expect(shown).toEqual([
      'in.csv:2:3 the quoted text that begins here continues for 3 lines, each of which looks like a row; close the quote if they are rows.',
    ]);
  });

  test('in the header ends the reading', async () => {
    const { rows, problems, shown } = await read('"prompt,seed\na,1\n', 'csv');
    expect(rows).toEqual([]);
    expect(shown).toEqual([
      'in.csv:1:1 the quote that opens here is never closed; end the cell with a quote.',
    ]);
    expect(problems[0]?.ends).toBe(true);
  });

  test('that is never closed in a large file costs one row and little memory', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `row ${index},${index}`);
    lines[10] = '"open,10';
    const { rows, shown } = await read(`a,b\n${lines.join('\n')}\n`, 'csv', { chunk: 65536 });
    expect(rows).toHaveLength(199_999);
    expect(rows.at(-1)?.line).toBe(200_001);
    expect(shown).toEqual([expect.stringContaining('in.csv:12:1 the quote that opens here is never closed')]);
  });
});

const cell = fc
  .array(
    fc.constantFrom('a', 'b c', '"', '""', ',', ', ', '\n', '\r\n', ' ', '7', '\\', 'é', '😀', '(', 'x'),
    {
      maxLength: 7,
    },
  )
  .map((parts) => parts.join(''));
const filled = cell.map((text) => `_${text}_`);

const written = (record: readonly string[], quoteAll: boolean): string =>
  record
    .map((text) => (quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    .join(',');

test('a quote too many or too few in one record loses no row outside of it, and is blamed on its lines', async () => {
  const width = fc.integer({ min: 2, max: 4 });
  const table = width.chain((length) =>
    fc.array(fc.array(filled, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 7 }),
  );
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.nat(),
      fc.nat(),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      async (records, which, where, inserts, quoteAll, piece) => {
        const names = (records[0] as string[]).map((_, index) => `column ${index}`);
        const texts = [names, ...records].map((record) => written(record, quoteAll));
        const at = 1 + (which % records.length);
        const good = texts[at] as string;
        const quotes = [...good.matchAll(/"/g)].map(({ index }) => index);
        const spot =
          inserts || quotes.length === 0
            ? where % (good.length + 1)
            : (quotes[where % quotes.length] as number);
        const removed = inserts || quotes.length === 0 ? 0 : 1;
        const damaged = `${good.slice(0, spot)}${removed === 0 ? '"' : ''}${good.slice(spot + removed)}`;
        texts[at] = damaged;
        const first =
          texts
            .slice(0, at)
            .join('\n')
            .split(/\r\n|\n|\r/).length + 1;
        const last = first + damaged.split(/\r\n|\n|\r/).length - 1;

        const { rows, problems } = await readPieces(`${texts.join('\n')}\n`, 'csv', piece);
        const outside = rows.filter(({ line }) => line < first || line > last);
        const expected = records.filter((_, index) => index !== at - 1);
        expect(plain(outside).map((row) => Object.values(row))).toEqual(expected);
        for (const { place } of problems.filter(isError)) {
          expect(place?.line).toBeGreaterThanOrEqual(first);
          expect(place?.line).toBeLessThanOrEqual(last);
        }
      },
    ),
    { numRuns: sized(200, 2_000) },
  );
});

test('what follows the rules is read by them, though a quote has broken them above', async () => {
  const records = fc.array(fc.tuple(filled, filled), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(records, fc.boolean(), async (body, quoteAll) => {
      const text = body.map((record) => written(record, quoteAll)).join('\n');
      const strict = await read(`a,b\n${text}\n`, 'csv');
      const loose = await read(`a,b\n7" x,y\n${text}\n`, 'csv');
      expect(strict.problems.filter(isError)).toEqual([]);
      expect(loose.problems.filter(isError)).toEqual([]);
      expect(plain(loose.rows).slice(1)).toEqual(plain(strict.rows));
      const spots = (from: readonly (typeof strict.rows)[number][]) =>
        from.map((row) => ['a', 'b'].map((name) => [row.placeOf(name).line, row.placeOf(name).column]));
      expect(spots(loose.rows).slice(1)).toEqual(
        spots(strict.rows).map((cells) => cells.map(([line, column]) => [(line ?? 0) + 1, column])),
      );
    }),
    { numRuns: sized(100, 1_000) },
  );
});
