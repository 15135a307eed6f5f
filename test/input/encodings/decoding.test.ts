import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { strictDecoder } from '../../../src/input/encodings/encoding.ts';
import { proposedEncodings } from '../../../src/input/encodings/encoding-proposals.ts';
import { plain, read } from '../reading-inputs.ts';

const text = 'prompt,seed\r\ncafé 猫 😀,1\r\n';
const row = { prompt: 'café 猫 😀', seed: '1' };

describe('the encoding of an input', () => {
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16BE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('is told by itself for %s, in whatever chunks', async (_, bytes) => {
    for (const chunk of [1, 3, 1000]) {
      const { rows, problems } = await read(bytes, 'csv', { chunk });
      expect(problems).toEqual([]);
      expect(plain(rows)).toEqual([row]);
    }
  });

  test('is the one that --encoding names', async () => {
    const windows = await read(Buffer.from('p\n\x93caf\xe9\x94 \x80', 'latin1'), 'csv', {
      encoding: 'windows-1252',
    });
    expect(plain(windows.rows)).toEqual([{ p: '“café” €' }]);
    const japanese = await read(Uint8Array.of(0x70, 0x0a, 0x94, 0x4c), 'csv', {
      encoding: 'shift_jis',
      chunk: 3,
    });
    expect(plain(japanese.rows)).toEqual([{ p: '猫' }]);
    const unmarked = await read(Buffer.from(text, 'utf16le'), 'csv', { encoding: 'utf-16le' });
    expect(plain(unmarked.rows)).toEqual([row]);
  });

  test('is told by the mark even against --encoding', async () => {
    const { rows } = await read(Buffer.from(`\ufeff${text}`), 'csv', { encoding: 'windows-1252' });
    expect(plain(rows)).toEqual([row]);
  });

  test('is refused at the exact byte that is not UTF-8, after the rows before it', async () => {
    const bytes = Buffer.concat([Buffer.from('p,q\n1,2\n3,é😀 caf'), Buffer.from('\xe9 x\n5,6\n', 'latin1')]);
    for (const chunk of [1, 5, 1000]) {
      const { rows, problems, shown } = await read(bytes, 'csv', { chunk });
      expect(plain(rows)).toEqual([{ p: '1', q: '2' }]);
      expect(problems[0]?.kind).toBe('encoding');
      expect(shown).toEqual([
        expect.stringContaining(
          'in.csv:3:9 the byte 0xE9 is not UTF-8; save the file as UTF-8, or name the encoding that reads correctly: --encoding ',
        ),
      ]);
    }
  });

  test.each([0, 1, 2, 3])(
    'is refused at the right place when a character is cut %i bytes after a chunk ends',
    async (shift) => {
      // Pieces are 64 KB: the emoji straddles their border, the bad byte comes right after it.
      const before = `p\n${'x\n'.repeat((65536 - 2 - 4) / 2)}${'y'.repeat(shift)}`;
      const bytes = Buffer.concat([Buffer.from(`${before}😀`), Uint8Array.of(0xff), Buffer.from('\n')]);
      const { shown } = await read(bytes, 'csv');
      const line = before.split('\n').length;
      expect(shown).toEqual([
        expect.stringContaining(`in.csv:${line}:${shift + 2} the byte 0xFF is not UTF-8`),
      ]);
    },
  );

  test('is refused where the input ends within a character', async () => {
    expect((await read(Buffer.from('p\ncaf\xe9', 'latin1'), 'csv')).shown).toEqual([
      expect.stringContaining('in.csv:2:4 the byte 0xE9 is not UTF-8; save'),
    ]);
    expect((await read(Buffer.from('\ufeffp\nab', 'utf16le').subarray(0, -1), 'csv')).shown).toEqual([
      expect.stringContaining('in.csv:2:2 the bytes from here on are not utf-16le'),
    ]);
  });

  test.each([
    ['gb18030', 'd1a9b5d8c0efb5c4bafcc0ea', '雪地里的狐狸'],
    ['gb18030', 'b3e0baecb5c4c9bd', '赤红的山'],
    ['big5', 'b3b7a661b8ccaabaaab0af57', '雪地裡的狐狸'],
    ['shift_jis', '90e182cc928682cc8ccf', '雪の中の狐'],
    ['shift_jis', '836c8352', 'ネコ'],
    ['euc-jp', 'c0e3a4cec3e6a4ceb8d1', '雪の中の狐'],
    ['euc-kr', 'b4ab20bcd3c0c720bfa9bfec', '눈 속의 여우'],
    ['windows-1251', 'eaeef8eae020ede020eceef1f2f3', 'кошка на мосту'],
    ['windows-1250', '7a616ab9632077209c6e69656775', 'zając w śniegu'],
    ['iso-8859-2', '7a616ab163207720b66e69656775', 'zając w śniegu'],
    ['windows-1252', '6120636166e920696e204f726ce9616e73', 'a café in Orléans'],
    ['windows-1252', '936120636166e994', '“a café”'],
    ['windows-1252', '9371756f7465649420636166e99273', '“quoted” café’s'],
    ['macintosh', '61206361668e20696e204f726c8e616e73', 'a café in Orléans'],
    ['windows-1253', 'e3dcf4e1', 'γάτα'],
    ['windows-1254', '6bfdfe20676563657369', 'kış gecesi'],
  ])(
    'is proposed where the text is not UTF-8, with how it would read, the best guess first: %s',
    async (encoding, hex, reads) => {
      const bytes = Buffer.concat([
        Buffer.from('prompt,seed\n'),
        Buffer.from(hex, 'hex'),
        Buffer.from(',1\n'),
      ]);
      const { rows, shown } = await read(bytes, 'csv');
      expect(rows).toEqual([]);
      expect(shown).toEqual([
        expect.stringContaining(`reads correctly: --encoding ${encoding} ("${reads}")`),
      ]);
      expect(plain((await read(bytes, 'csv', { encoding })).rows)).toEqual([{ prompt: reads, seed: '1' }]);
    },
  );

  test('is proposed as one of UTF-16 where every other byte of what is ASCII is zero', async () => {
    const content = Buffer.from(`prompt\n${'雪地里的狐狸'.repeat(500)}\n`, 'utf16le');
    const reads = '("雪地里的狐狸雪地里的狐狸雪地里的狐狸雪地里的狐狸")';
    expect((await read(content, 'csv')).shown).toEqual([
      `in.csv:1 this looks like UTF-16 without a byte order mark; add --encoding utf-16le ${reads}.`,
    ]);
    expect((await read(Buffer.from(content).swap16(), 'csv')).shown).toEqual([
      expect.stringContaining(`--encoding utf-16be ${reads}.`),
    ]);
  });

  test('is not proposed where it would give control characters, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const proposals = proposedEncodings(bytes, 0);
        expect(proposals).not.toMatch(/[\p{Cc}\ufffd]/u);
        for (const [, encoding = ''] of proposals.matchAll(/--encoding (\S+)/g)) {
          expect(() =>
            new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true }),
          ).not.toThrow();
        }
      }),
    );
  });

  test('does not take a replacement character that the text holds for a fault', async () => {
    const { rows, problems } = await read('p\na \ufffd b\n', 'csv');
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual([{ p: 'a \ufffd b' }]);
  });
});

test.each([65535, 65536, 65537])(
  'CRLF counts as one line end when the first %i bytes end in its middle',
  async (bytes) => {
    const before = `p\n${'x\n'.repeat(30_000)}${'y'.repeat(bytes - 60_003)}`;
    const { rows } = await read(`${before}\r\nz\r\n`, 'csv');
    expect(rows.at(-1)?.line).toBe(30_003);
    expect(rows).toHaveLength(30_002);
  },
);

describe('a strict decoder', () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

  function decode(encoding: string, bytes: Buffer, sizes: readonly number[]) {
    const decoder = strictDecoder(encoding);
    let text = '';
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] as number;
      const decoded = decoder.decode(bytes.subarray(at, at + size));
      text += decoded.text;
      if (decoded.bad !== null) return { text, bad: decoded.bad };
      at += size;
    }
    const last = decoder.end();
    return { text: text + last.text, bad: last.bad };
  }

  test('gives any text back, in whatever pieces its bytes come', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), pieces, (given, sizes) => {
        expect(decode('utf-8', Buffer.from(given), sizes)).toEqual({ text: given, bad: null });
        expect(decode('utf-16le', Buffer.from(given, 'utf16le'), sizes)).toEqual({ text: given, bad: null });
      }),
    );
  });

  test('gives the text up to the first byte that is not UTF-8, in whatever pieces, and names that byte', () => {
    const junk = fc.constantFrom(
      [0xff],
      [0x80],
      [0xc3, 0x28],
      [0xe2, 0x82, 0x20],
      [0xed, 0xa0, 0x80],
      [0xf5],
    );
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, junk, text, pieces, (before, bad, after, sizes) => {
        const bytes = Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]);
        const decoded = decode('utf-8', bytes, sizes);
        expect(decoded.text).toBe(before);
        expect(decoded.bad).toContain(`the byte 0x${bad[0]?.toString(16).toUpperCase()} is not UTF-8`);
      }),
    );
  });
});

describe('a file that is no text', () => {
  test.each([
    ['PNG', '89504e470d0a1a0a0000000d49484452', 'is an image'],
    ['JPEG', 'ffd8ffe000104a46', 'is an image'],
    [
      'xlsx',
      `504b0304140006000800${Buffer.from('[Content_Types].xml').toString('hex')}`,
      'looks like an Excel file',
    ],
    ['xls', 'd0cf11e0a1b11ae1', 'looks like an old Excel file'],
    ['zip', '504b030414000000', 'looks like an Excel file or another zip'],
    ['gzip', gzipSync(gzipSync('prompt')).toString('hex'), 'is compressed with gzip twice'],
  ])('is called by its name: %s', async (_, hex, looks) => {
    for (const format of ['csv', 'tsv', 'jsonl'] as const) {
      const { rows, shown } = await read(Buffer.from(hex, 'hex'), format);
      expect(rows).toEqual([]);
      expect(shown).toEqual([expect.stringContaining(`in.${format}:1 this ${looks}`)]);
    }
  });

  test('is refused at its first NUL byte', async () => {
    const { rows, shown } = await read('p,q\n1,2\nabcdef\0c,3\n', 'csv');
    expect(plain(rows)).toEqual([{ p: '1', q: '2' }]);
    expect(shown).toEqual(['in.csv:3:7 here is a NUL byte: this is not a text file.']);
  });
});
