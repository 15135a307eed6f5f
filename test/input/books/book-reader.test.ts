import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Problem, UserError } from '../../../src/core/complaints.ts';
import type { Row } from '../../../src/core/row.ts';
import { rowsIn as rowsOfGroups } from '../../../src/core/row-batches.ts';
import { numberKind, numberText } from '../../../src/input/books/book-cells.ts';
import { readInput } from '../../../src/input/inputs.ts';
import { type InputSource, inputSource } from '../../../src/input/sources/sources.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { sized } from '../../support/tiers.ts';
import { type BookWanted, type SheetCell, workbook, workbookParts, zipOf } from '../../support/workbooks.ts';
import { plain, spot } from '../reading-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'books-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readSource(source: InputSource) {
  const problems: Problem[] = [];
  const rows: Row[] = [];
  const input = await readInput(source, (problem) => problems.push(problem));
  if (input.kind === 'rows') for await (const row of rowsOfGroups(input.rows)) rows.push(row);
  const shown = problems.map((problem) => showProblem(problem).replaceAll(`${folder}/`, ''));
  return { rows, problems, shown, cells: plain(rows) };
}

const stdin = Readable.from([]);
const read = (bytes: Uint8Array | string, name = 'book.xlsx', sheet = '') =>
  readSource(inputSource(`${file(name, bytes)}${sheet}`, { stdin }));
const rowsIn = (rows: readonly (readonly SheetCell[])[], more: Partial<BookWanted> = {}) =>
  read(workbook({ sheets: [{ name: 'Sheet1', rows }], ...more }));

const styled = (value: string, style: number): SheetCell => ({
  attributes: `s="${style}"`,
  xml: `<v>${value}</v>`,
});

describe('a workbook', () => {
  test('is read as a table of its first sheet: texts, numbers and truth values', async () => {
    const { cells, shown, rows } = await rowsIn([
      ['prompt', 'seed', 'expand_prompt', 'scale', 'Note'],
      ['a cat, "sitting"\nin the sun', 7, false, 0.1 + 0.2, '00420'],
      [' spaces ', 2_147_483_647, true, 1e-7, '12345678901234567890'],
    ]);
    expect(shown).toEqual([]);
    expect(cells).toEqual([
      {
        prompt: 'a cat, "sitting"\nin the sun',
        seed: '7',
        expand_prompt: 'FALSE',
        scale: '0.3',
        Note: '00420',
      },
      {
        prompt: ' spaces ',
        seed: '2147483647',
        expand_prompt: 'TRUE',
        scale: '1e-7',
        Note: '12345678901234567890',
      },
    ]);
    expect([rows[1]?.line, spot(rows[1], 'scale')]).toEqual([3, '3:4']);
  });

  test('begins with its first row that is not empty, and leaves out empty rows', async () => {
    const { rows, cells } = await rowsIn([
      [],
      [null, ''],
      ['prompt', 'Note'],
      [],
      ['a', null],
      [null, null],
      ['b', 'x'],
    ]);
    expect(cells).toEqual([{ prompt: 'a' }, { prompt: 'b', Note: 'x' }]);
    expect(rows.map(({ line }) => line)).toEqual([5, 7]);
  });

  test('has the values that its formulas last had, and its errors as texts', async () => {
    const { cells, shown } = await rowsIn([
      ['prompt', 'seed', 'a', 'b'],
      [
        { attributes: 't="str"', xml: '<f>A9&amp;"x"</f><v>a _x000D_cat</v>' },
        { attributes: '', xml: '<f>1+1</f><v>2</v>' },
        { attributes: 't="e"', xml: '<f>NA()</f><v>#N/A</v>' },
        { attributes: 't="b"', xml: '<f>TRUE()</f><v>1</v>' },
      ],
      ['b', { attributes: '', xml: '<f>RAND()</f>' }],
      ['c', { attributes: 't="str"', xml: '<f>""</f><v></v>' }],
      ['d', { attributes: '', xml: '<f>1</f><v/>' }],
    ]);
    expect(cells).toEqual([{ prompt: 'a \rcat', seed: '2', a: '#N/A', b: 'TRUE' }, { prompt: 'c' }]);
    expect(shown).toEqual([
      'book.xlsx:3:2 the formula in B3 has no value yet; open the workbook in Excel or LibreOffice and save it.',
      expect.stringContaining('the formula in B5 has no value yet'),
    ]);
  });

  test('has dates and times as ISO 8601, by built-in formats and by its own', async () => {
    const formats = [
      'yyyy\\-mm\\-dd',
      '[$-409]d. mmmm yyyy;@',
      'h:mm AM/PM',
      'dd/mm/yy hh:mm',
      '[h]:mm',
      '0.00" days"',
      '0%',
      '"m" 0',
      'mmm-yy',
    ];
    const serial = 45_658;
    const { cells } = await rowsIn(
      [
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'],
        [
          ...[styled(`${serial}`, 1), styled(`${serial}`, 2), styled('0.67291666666666672', 3)],
          ...[styled(`${serial}.5`, 4), styled('1.0625', 5), styled('1.50', 6), styled('0.5', 7)],
          ...[
            styled('3', 8),
            styled(`${serial}`, 9),
            styled(`${serial}`, 10),
            styled('0.67291666666666672', 11),
          ],
        ],
        [
          styled('1', 10),
          styled('59', 10),
          styled('61', 10),
          styled('2958465', 10),
          styled('-1', 10),
          styled('0.999999', 11),
        ],
      ],
      { formats, formatIds: [14, 20] },
    );
    expect(cells).toEqual([
      {
        ...{
          a: '2025-01-01',
          b: '2025-01-01',
          c: '16:09',
          d: '2025-01-01T12:00:00',
          e: '25:30',
          f: '1.5',
          g: '0.5',
        },
        ...{ h: '3', i: '2025-01-01', j: '2025-01-01', k: '16:09' },
      },
      { a: '1900-01-01', b: '1900-02-28', c: '1900-03-01', d: '9999-12-31', e: '-1', f: '00:00' },
    ]);
    const since1904 = await rowsIn([['a'], [styled('44196', 1)]], { formatIds: [14], is1904: true });
    expect(since1904.cells).toEqual([{ a: '2025-01-01' }]);
  });

  test('has rich texts as their letters, texts in its cells, and names with prefixes, as other programs write them', async () => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const sheet = `<x:worksheet xmlns:x="${main}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>prompt</x:t></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c></x:row><x:row><x:c t="inlineStr"><x:is><x:r><x:t>a </x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t xml:space="preserve">big cat</x:t></x:r></x:is></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="d"><x:v>2025-01-01T00:00:00</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const texts = `<sst xmlns="${main}"><si><t>Note</t></si><si><r><t>猫</t></r><rPh sb="0" eb="1"><t>ねこ</t></rPh><r><t> &amp; <![CDATA[<b>]]></t></r></si></sst>`;
    const { cells } = await rowsIn([], {
      parts: [
        {
          name: 'xl/worksheets/sheet1.xml',
          content: sheet.replace(
            '<x:v>0</x:v></x:c></x:row>',
            '<x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>day</x:t></x:is></x:c></x:row>',
          ),
        },
        { name: 'xl/sharedStrings.xml', content: `\ufeff${texts}` },
      ],
    });
    expect(cells).toEqual([{ prompt: 'a big cat', Note: '猫 & <b>', day: '2025-01-01' }]);
  });

  test('names its sheets, of which the first visible one is read unless another one is named', async () => {
    const sheet = (name: string, state?: 'hidden') => ({
      name,
      rows: [['prompt'], [name]],
      ...(state ? { state } : {}),
    });
    const bytes = workbook({ sheets: [sheet('Secret', 'hidden'), sheet('Prompts'), sheet('Sheet #2')] });
    const first = await read(bytes);
    expect(first.cells).toEqual([{ prompt: 'Prompts' }]);
    expect(first.shown).toEqual([
      expect.stringMatching(/^book\.xlsx reads the sheet "Prompts"; .*#NAME: "Secret", "Sheet #2"$/),
    ]);
    for (const [wanted, name] of [
      ['#Secret', 'Secret'],
      ['#sheet #2', 'Sheet #2'],
    ] as const) {
      const { cells, shown } = await read(bytes, 'book.xlsx', wanted);
      expect([cells, shown]).toEqual([[{ prompt: name }], []]);
    }
    const unknown = await read(bytes, 'book.xlsx', '#Promts');
    expect(unknown.shown).toEqual([
      'book.xlsx#Promts there is no sheet "Promts": there is "Secret", "Prompts", "Sheet #2"; did you mean "Prompts"?.',
    ]);
    file('odd.xlsx', bytes);
    const own = await read('prompt\nown\n', 'odd.xlsx#Secret.csv');
    expect(own.cells).toEqual([{ prompt: 'own' }]);
  });

  test('says where a value stands below no name, and that merged cells have one value', async () => {
    const surplus = await rowsIn([['prompt'], ['a', 'left over'], ['b']]);
    expect(surplus.shown).toEqual(['book.xlsx:2:2 B2 holds "left over", but column B has no name in row 1.']);
    expect(surplus.cells).toEqual([{ prompt: 'b' }]);
    const behind = '<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="B2:B3"/></mergeCells>';
    const rows = [
      ['prompt', 'Note'],
      ['a', 'x'],
      ['b', null],
    ];
    const merged = await read(workbook({ sheets: [{ name: 'S', rows, behind }] }));
    expect(merged.cells).toEqual([{ prompt: 'a', Note: 'x' }, { prompt: 'b' }]);
    expect(merged.shown).toEqual([expect.stringContaining('B2:B3 is one merged cell')]);
  });

  test('is one under another name too, and comes as a stream as well', async () => {
    const bytes = workbook({ sheets: [{ name: 'S', rows: [['prompt'], ['a']] }] });
    const csv = await read(bytes, 'book.csv');
    expect([csv.cells, csv.shown]).toEqual([
      [{ prompt: 'a' }],
      ['book.csv is an Excel workbook, not CSV, and is read as one'],
    ]);
    expect((await read(bytes, 'book.xls')).cells).toEqual([{ prompt: 'a' }]);
    expect((await read(bytes, 'book.XLSM')).cells).toEqual([{ prompt: 'a' }]);
    const stream = await readSource(inputSource('-', { stdin: Readable.from([bytes]), format: 'xlsx' }));
    expect(stream.cells).toEqual([{ prompt: 'a' }]);
    const text = await readSource(inputSource('-', { stdin: Readable.from([bytes]), format: 'csv' }));
    expect(text.shown).toEqual(['-:1 this looks like an Excel file, not like text; add --format xlsx.']);
  });
});

describe('what is no workbook, or a hostile one', () => {
  const rows = [['prompt'], ['a']];
  const good = { sheets: [{ name: 'S', rows }] };

  test.each([
    [
      'a text',
      Buffer.from('prompt\na cat\n'),
      /is not an Excel workbook; if it is text, name it \.csv or add --format csv/,
    ],
    ['nothing', Buffer.from(''), /is empty/],
    ['an old Excel file', ole('Workbook'), /old Excel file \(\.xls\)/],
    ['one with a password', ole('EncryptedPackage'), /protected by a password/],
    ['a web page', Buffer.from('<html><table></table></html>'), /is a web page/],
    [
      'an OpenDocument file',
      zipOf([
        { name: 'mimetype', content: 'x' },
        { name: 'content.xml', content: '<a/>' },
      ]),
      /OpenDocument/,
    ],
    ['a Numbers document', zipOf([{ name: 'Index/Document.iwa', content: 'x' }]), /Apple Numbers/],
    ['an archive of lists', zipOf([{ name: 'a.csv', content: 'x' }]), /zip archive, not a workbook/],
    [
      'a Word document',
      zipOf([
        { name: '_rels/.rels', content: '<Relationships/>' },
        { name: 'word/document.xml', content: '<a/>' },
      ]),
      /document, not a workbook/,
    ],
    [
      'a locked archive',
      zipOf([{ name: 'xl/workbook.xml', content: '<a/>', flags: 1 }]),
      /protected by a password/,
    ],
    ['a cut one', workbook(good).subarray(0, 900), /damaged/],
    ['one without sheets', workbook({ sheets: [] }), /has no sheet/],
  ])('is called by its name: %s', async (_, bytes, message) => {
    const { shown, problems, cells } = await read(bytes, 'odd.xlsx');
    expect(cells).toEqual([]);
    expect(shown).toEqual([expect.stringMatching(message)]);
    expect(problems[0]).toMatchObject({ severity: 'error', ends: true });
  });

  test.each([
    ['.ods', 'OpenDocument'],
    ['.numbers', 'Numbers'],
    ['.xls', 'old Excel file'],
    ['.xlsb', 'binary'],
  ])('is refused by its extension: %s', (extension, word) => {
    const path = file(`sheet${extension}`, ole('Workbook'));
    expect(() => inputSource(path, { stdin })).toThrow(word);
  });

  test('is told from a text that is called .xls', () => {
    expect(() => inputSource(file('text.xls', 'a\tb\n'), { stdin })).toThrow('is not an Excel file');
    expect(inputSource(file('text.xls', 'a\tb\n'), { stdin, format: 'tsv' }).format).toBe('tsv');
  });

  test('cannot unpack to more than it says, nor say more than is read', async () => {
    const sheet = workbookParts(good).find(({ name }) => name === 'xl/worksheets/sheet1.xml');
    const content = `${String(sheet?.content)}${' '.repeat(4_000_000)}`;
    for (const claimedBytes of [100, 3_000_000_000]) {
      const parts = [{ name: 'xl/worksheets/sheet1.xml', content, claimedBytes }];
      const { shown } = await read(workbook({ ...good, parts }), 'bomb.xlsx');
      expect(shown.join()).toMatch(/damaged|unpacks to more/);
    }
  });

  test('costs nothing for cells that are not there, and is refused beyond the last cell that can be', async () => {
    const far = await read(workbook({ sheets: [{ name: 'S', rows, dimension: 'A1:XFD1048576' }] }));
    expect([far.cells, far.shown]).toEqual([[{ prompt: 'a' }], []]);
    for (const at of ['XFE2', 'A1048577', 'A3', 'A0', 'x', '']) {
      const content = `<worksheet><sheetData><row r="2"><c r="${at}"><v>1</v></c></row></sheetData></worksheet>`;
      const { shown } = await rowsIn([], { parts: [{ name: 'xl/worksheets/sheet1.xml', content }] });
      expect(shown.join()).toMatch(/damaged: row 2 holds a cell/);
    }
    const content = '<worksheet><sheetData><row r="1048577"><c><v>1</v></c></row></sheetData></worksheet>';
    const { shown } = await rowsIn([], { parts: [{ name: 'xl/worksheets/sheet1.xml', content }] });
    expect(shown.join()).toMatch(/damaged: it has a row "1048577"/);
  });

  test('declares no entities', async () => {
    const content =
      '<!DOCTYPE w [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>';
    const { shown } = await rowsIn([], { parts: [{ name: 'xl/worksheets/sheet1.xml', content }] });
    expect(shown.join()).toMatch(/damaged/);
  });

  test('reaches nothing outside of itself', async () => {
    const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const content = `<Relationships><Relationship Id="rId1" Type="${relations}/worksheet" Target="../../../../etc/passwd"/></Relationships>`;
    const { shown } = await read(
      workbook({ ...good, parts: [{ name: 'xl/_rels/workbook.xml.rels', content }] }),
    );
    expect(shown.join()).toMatch(/lacks its part/);
  });

  test('gives rows or problems and nothing else, whatever becomes of its bytes', async () => {
    const bytes = workbook({
      sheets: [
        {
          name: 'S',
          rows: [
            ['prompt', 'seed', 'day'],
            ['a cat', 1, styled('45658', 1)],
            ['b', true, null],
          ],
        },
      ],
      formats: ['yyyy'],
    });
    const names = workbookParts(good).map(({ name }) => name);
    const change = fc.oneof(
      fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) }).map(({ at, byte }) => {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        return changed;
      }),
      fc.nat(bytes.length).map((length) => bytes.subarray(0, length)),
      fc
        .record({
          name: fc.constantFrom(...names),
          content: fc.oneof(
            fc.string(),
            fc.constantFrom(
              '<a>',
              '<a/>',
              '\ufeff<a/>',
              '<worksheet><sheetData><row><c t="s"><v>9</v></c></row></sheetData></worksheet>',
            ),
          ),
        })
        .map((part) => workbook({ ...good, parts: [part] })),
    );
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        try {
          const { problems } = await read(changed, 'fuzz.xlsx');
          expect(problems.every(({ message }) => message.length < 2_000)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: sized(80, 400) },
    );
  });
});

describe('a number format', () => {
  test.each([
    ['General', 'number'],
    ['0.00E+00', 'number'],
    ['#,##0.00 [$€-407]', 'number'],
    ['_-* #,##0_-', 'number'],
    ['0.0" sec"', 'number'],
    ['m/d/yyyy', 'date'],
    ['yyyy"年"m"月"d"日"', 'date'],
    ['[Red]dd.mm.yyyy', 'date'],
    ['mmmm', 'date'],
    ['mm:ss', 'time'],
    ['hh:mm:ss.000', 'time'],
    ['m/d/yy h:mm', 'datetime'],
    ['[mm]:ss', 'duration'],
  ])('%s shows a %s', (code, kind) => {
    expect(numberKind(164, code)).toBe(kind);
  });

  test('of no kind loses no digit of a whole number and no sense of any other text', () => {
    expect(
      ['007', '-0', '12345678901234567890', '1E+20', '0.30000000000000004', '1.10', 'x', ''].map((text) =>
        numberText(text, 'number', false),
      ),
    ).toEqual(['7', '0', '12345678901234567890', '100000000000000000000', '0.3', '1.1', 'x', '']);
  });
});

function ole(name: string): Buffer {
  const bytes = Buffer.alloc(4096);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  Buffer.from(name, 'utf16le').copy(bytes, 1024);
  return bytes;
}

test('a workbook whose texts claim to be larger than any is refused before they are unpacked', async () => {
  const zeros = Buffer.alloc(1 << 20, 0x20);
  expect(deflateRawSync(zeros).length).toBeLessThan(2_000);
  const parts = [{ name: 'xl/sharedStrings.xml', content: zeros, claimedBytes: 400_000_000 }];
  const { shown } = await read(
    workbook({ sheets: [{ name: 'S', rows: [['a'], ['b']] }], parts }),
    'bomb.xlsx',
  );
  expect(shown).toEqual([
    'bomb.xlsx the workbook unpacks to more than can be read at once; save the sheet as CSV (UTF-8).',
  ]);
});
