import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../../src/core/row.ts';
import type { InputFormat } from '../../src/input/sources/sources.ts';
import { sized } from '../support/tiers.ts';
import { read, readPieces, sweepFrom } from './reading-inputs.ts';

const kinds = [
  'empty',
  'no_rows',
  'header',
  'ragged',
  'quote',
  'too_long',
  'encoding',
  'binary',
  'json',
  'duplicate_key',
  'number',
  'nesting',
  'yaml',
  'key',
  'sweep',
  'format',
  'comment',
  'repeated_header',
  'nameless_column',
  'short_row',
  'text_form',
  'flag_lines',
  'infotext',
  'strings',
  'heading',
  'bullets',
  'shape',
  'foreign',
];

const syllable = fc.constantFrom(
  ...['"', '""', ',', ';', '\t', '\n', '\r', '\r\n', 'a', ' ', 'é', '😀', '\u2028', '\ufeff', 'sep=', '\0'],
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    '"a":',
    '"custom_id":',
    '"body":',
    '1',
    '-',
    'e9',
    'null',
    '\\',
    '\\u00',
    '{"a":1}',
    '{\n',
    '"prompt":',
    '"input":',
    '"data":',
    '"columns":',
    '["prompt"]',
    'NaN',
    '//',
    "'",
  ],
);
const soup = fc.array(syllable, { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
const latin = fc.array(syllable, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
const utf16 = fc
  .array(syllable, { maxLength: 30 })
  .map((parts) => Buffer.from(`\ufeff${parts.join('')}`, 'utf16le'));
const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), soup, latin, utf16);

test.each(['csv', 'tsv', 'jsonl', 'json', 'txt', 'yaml'] as const satisfies readonly InputFormat[])(
  'any bytes at all read as %s end in rows and problems with places',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const { rows, problems } = await read(content, format);
        expect(rows.length + problems.length).toBeGreaterThan(0);
        for (const { kind, place, message } of problems) {
          expect(kinds).toContain(kind);
          expect(place?.line).toBeGreaterThan(0);
          expect(message).toMatch(/[.?]$/);
        }
        for (const row of rows) {
          for (const name of row.cells.keys()) {
            const { line, column } = row.placeOf(name);
            expect(line).toBeGreaterThanOrEqual(row.line);
            expect(column).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: sized(100, 500) },
    );
  },
);

test.each(['csv', 'tsv', 'jsonl', 'json', 'txt'] as const)(
  'any text read as %s gives the same rows, places and problems in whatever pieces it comes',
  async (format) => {
    const text = soup.map((content) => content.toString().replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), async (content, piece) => {
        const whole = await readPieces(content, format, Number.MAX_SAFE_INTEGER);
        const pieces = await readPieces(content, format, piece);
        expect(pieces.shown).toEqual(whole.shown);
        expect(pieces.rows.map(everything)).toEqual(whole.rows.map(everything));
      }),
      { numRuns: sized(100, 500) },
    );
  },
);

const mark = fc.constantFrom(
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '- ',
    ': ',
    ':',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '#',
    ' #',
  ],
  ...[
    '&a ',
    '*a',
    '!x ',
    '!!str ',
    '!!js/function ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '? ',
    '\t',
    '\r',
    '<<: ',
  ],
  ...[
    '0042',
    '0x1F',
    '.inf',
    '1e999',
    '-',
    '12345678901234567890',
    '~',
    'true',
    '1-4',
    '16:9',
    '\\',
    '@',
    '`',
  ],
  ...[
    'rows:',
    'axes:',
    'input:',
    'link:',
    'exclude:',
    'limits:',
    'rpm:',
    'repeat:',
    'Seed:',
    'seed:',
    'a=b,c=d',
  ],
);
const nearYaml = fc.array(mark, { maxLength: 40 }).map((parts) => parts.join(''));

test.each(['yaml', 'json'] as const)(
  'any text near to %s ends in a sweep, or in sentences with places in the order of the text',
  async (format) => {
    const content = fc.oneof(bytes, nearYaml, fc.json());
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        const { sweep, problems } = await sweepFrom(text, format);
        expect(sweep === null).toBe(problems.length > 0);
        for (const { kind, message, ends } of problems) {
          expect(kinds).toContain(kind);
          expect(message).toMatch(/^[^\p{Cc}]*[.?]$/u);
          expect(ends).toBe(true);
        }
        const spots = problems.map(({ place }) => (place?.line ?? 0) * 1_000 + (place?.column ?? 0));
        expect(spots).toEqual(spots.toSorted((a, b) => a - b));
      }),
      { numRuns: sized(100, 1_000) },
    );
  },
);

function everything(row: Row) {
  return [row.line, [...row.cells].map(([name, cell]) => [name, cell, row.placeOf(name)])];
}
