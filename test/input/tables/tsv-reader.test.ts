import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../../src/input/rows.ts';
import { inputSource } from '../../../src/input/sources/sources.ts';
import { sized } from '../../support/tiers.ts';
import { plain, read, readPieces, spot } from '../reading-inputs.ts';

describe('a TSV file', () => {
  test('keeps quotes that belong to the text, at the start of a cell too', async () => {
    const { rows, problems } = await read(
      'Prompt\tNote\n"GIGGLE" painted on brick\tthe "word"\n"open\tx"y\n',
      'tsv',
    );
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual([
      { Prompt: '"GIGGLE" painted on brick', Note: 'the "word"' },
      { Prompt: '"open', Note: 'x"y' },
    ]);
  });

  test('takes off the quotes of a cell that is quoted from end to end, as spreadsheets write it', async () => {
    const text =
      'p\tq\tr\r\n"say ""hi"""\t"two\nlines, ""so"""\t3\r\n""\t"a\tb"\t"last\r\ncell"\r\nx\ty\tz\r\n';
    for (const piece of [1, 7, 1000]) {
      const { rows, problems } = await readPieces(text, 'tsv', piece);
      expect(problems).toEqual([]);
      expect(plain(rows)).toEqual([
        { p: 'say "hi"', q: 'two\nlines, "so"', r: '3' },
        { q: 'a\tb', r: 'last\r\ncell' },
        { p: 'x', q: 'y', r: 'z' },
      ]);
      expect(rows.map((row) => `${row.line} ${spot(row, 'q')} ${spot(row, 'r')}`)).toEqual([
        '2 2:14 3:16',
        '4 4:4 4:10',
        '6 6:3 6:5',
      ]);
    }
  });

  test('does not join two prompts because one starts with a quote and a later one ends with one', async () => {
    const { rows, problems } = await read('p\tq\n"To be\tpoem\nor not to be"\tpoem\n', 'tsv');
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual([
      { p: '"To be', q: 'poem' },
      { p: 'or not to be"', q: 'poem' },
    ]);
  });

  test('is separated by tabs, whatever else the header holds', async () => {
    const { rows } = await read('a,b,c\td\n1\t2\n', 'tsv');
    expect(plain(rows)).toEqual([{ 'a,b,c': '1', d: '2' }]);
  });

  test('reports a ragged row and a row that is too long, and goes on', async () => {
    const text = `p\tq\n1\t2\t3\n4\n${'x'.repeat(1_100_000)}\ty\n5\t6\n`;
    const { rows, shown } = await read(text, 'tsv', { chunk: 65536 });
    expect(plain(rows)).toEqual([{ p: '4' }, { p: '5', q: '6' }]);
    expect(shown).toEqual([
      'in.tsv:2:5 the row has 3 cells, but the header has 2 columns; put a text that contains a tab in quotes.',
      'in.tsv:4 the row is longer than 1,048,576 characters.',
      expect.stringMatching(/^in\.tsv:3 the row has 1 cell, but the header has 2 columns; missing cells/),
    ]);
  });

  test('reads back what a spreadsheet writes: cells with quotes or line breaks quoted, others bare', async () => {
    const cell = fc
      .array(fc.constantFrom('a', '"', '""', '\n', ' ', 'é', ','), { maxLength: 6 })
      .map((parts) => parts.join(''));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (body, piece) => {
        const text = [['p', 'q', 'r'], ...body]
          .map((record) =>
            record.map((c) => (/["\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join('\t'),
          )
          .join('\r\n');
        const { rows } = await readPieces(text, 'tsv', piece);
        const expected = body
          .filter((record) => record.some((c) => c !== ''))
          .map((record) =>
            Object.fromEntries(record.map((c, i) => ['pqr'[i], c]).filter(([, c]) => c !== '')),
          );
        expect(plain(rows)).toEqual(expected);
      }),
      { numRuns: sized(60, 300) },
    );
  });

  test('reads back bare cells that hold any quotes, unless a cell is quoted from end to end', async () => {
    const cell = fc
      .array(fc.constantFrom('a', '"', ' ', 'é', "'"), { minLength: 1, maxLength: 6 })
      .map((parts) => `${parts.join('')}.`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (body) => {
        const { rows } = await read(`p\tq\n${body.map((record) => record.join('\t')).join('\n')}`, 'tsv');
        expect(plain(rows)).toEqual(body.map(([p, q]) => ({ p, q })));
      }),
    );
  });
});

const partiPrompts = `${import.meta.dirname}/../../../../shared/data/PartiPrompts.tsv`;

test.skipIf(!existsSync(partiPrompts))(
  'the 1,632 PartiPrompts are read letter by letter (skipped without ../shared/data/PartiPrompts.tsv)',
  async () => {
    const lines = readFileSync(partiPrompts, 'utf8').trimEnd().split('\n');
    const names = (lines[0] as string).split('\t');
    const expected = lines.slice(1).map((line) =>
      Object.fromEntries(
        line
          .split('\t')
          .map((cell, i) => [names[i], cell])
          .filter(([, cell]) => cell !== ''),
      ),
    );

    const rows = [];
    const problems: unknown[] = [];
    const source = inputSource(partiPrompts, { stdin: Readable.from([]) });
    for await (const row of readRows(source, (problem) => problems.push(problem))) rows.push(row);

    expect(problems).toEqual([]);
    expect(rows).toHaveLength(1632);
    expect(plain(rows)).toEqual(expected);
    expect(rows.map(({ line }) => line)).toEqual(expected.map((_, index) => index + 2));
    expect(plain(rows)[1560]?.Prompt).toMatch(/^"G I G G L E" painted in/);
    expect(lines.filter((line) => line.includes('"'))).toHaveLength(28);
  },
);
