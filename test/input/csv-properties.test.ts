import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isError } from '../../src/core/complaints.ts';
import { sized } from '../support/tiers.ts';
import { read, readPieces } from './reading-inputs.ts';

const letters = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'a',
      '"',
      ',',
      ';',
      '\t',
      '\n',
      '\r',
      '\r\n',
      ' ',
      'é',
      '😀',
      '\u2028',
      '\ufeff',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 2 }).map((text) => text.replaceAll('\0', '')),
  },
);
const value = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''));

const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
  );

const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  ends: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 4 }),
  lastEnd: fc.boolean(),
  quoteAll: fc.boolean(),
  encoding: fc.constantFrom('plain', 'plain', 'utf8', 'utf16le', 'utf16be'),
  piece: fc.integer({ min: 1, max: 40 }),
});

interface Dialect {
  readonly delimiter: string;
  readonly ends: readonly string[];
  readonly lastEnd: boolean;
  readonly quoteAll: boolean;
}

interface Written {
  readonly text: string;
  /** Of each cell, as line:column. */
  readonly spots: readonly (readonly string[])[];
}

/** Writes a table as RFC 4180 has it and keeps book of where each cell starts, letter by letter. */
function write(records: readonly (readonly string[])[], how: Dialect): Written {
  let text = '';
  let line = 1;
  let column = 1;
  const put = (part: string) => {
    for (const letter of part.match(/\r\n|[\s\S]/gu) ?? []) {
      text += letter;
      column += 1;
      if (letter === '\n' || letter === '\r\n' || letter === '\r') {
        line += 1;
        column = 1;
      }
    }
  };
  const spots = records.map((record, row) => {
    const starts = record.map((cell, index) => {
      if (index > 0) put(how.delimiter);
      const start = `${line}:${column}`;
      const quoted = how.quoteAll || (record.length === 1 && cell === '') || /["\r\n,;\t]/.test(cell);
      put(quoted ? `"${cell.replaceAll('"', '""')}"` : cell);
      return start;
    });
    if (row < records.length - 1 || how.lastEnd) put(how.ends[row % how.ends.length] as string);
    return starts;
  });
  return { text, spots };
}

function encode(text: string, encoding: string): Buffer {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(`\ufeff${text}`);
    case 'utf16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    default:
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  }
}

test('any table, written in any dialect and cut into any pieces, reads back equal and in its right places', async () => {
  await fc.assert(
    fc.asyncProperty(table, dialect, async (body, how) => {
      const names = (body[0] as string[]).map((_, index) => `column ${index}`);
      const { text, spots } = write([names, ...body], how);
      const expected = body
        .map((record, index) => ({ record, spots: spots[index + 1] as readonly string[] }))
        .filter(({ record: [first = '', ...others] }) =>
          others.length === 0 ? first.trim() !== '' : first !== '' || others.some((cell) => cell !== ''),
        )
        .map(({ record, spots }) => ({
          line: Number(spots[0]?.split(':')[0]),
          cells: record.flatMap((written, index) => {
            const cell = index === 0 ? written.replace(/^\ufeff+/, '') : written;
            return cell === '' ? [] : [[names[index], cell, spots[index]]];
          }),
        }));

      const { rows, problems } =
        how.encoding === 'plain'
          ? await readPieces(text, 'csv', how.piece)
          : await read(encode(text, how.encoding), 'csv');
      const found = rows.map((row) => ({
        line: row.line,
        cells: [...row.cells].map(([name, cell]) => {
          const place = row.placeOf(name);
          return [name, cell.kind === 'text' ? cell.text : null, `${place.line}:${place.column}`];
        }),
      }));
      expect(found).toEqual(expected);
      expect(problems.filter(isError).map(({ kind }) => kind)).toEqual(
        expected.length === 0 ? ['no_rows'] : [],
      );
    }),
    { numRuns: sized(80, 400) },
  );
});
