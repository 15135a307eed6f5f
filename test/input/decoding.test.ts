import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strictDecoder } from '../../src/input/encoding.ts';
import { plain, read } from './reading-inputs.ts';

const text = 'prompt,seed\r\ncafé 猫 😀,1\r\n';
const row = { prompt: 'café 猫 😀', seed: '1' };

describe('the encoding of an input', () => {
  it.each([
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

  it('is the one that --encoding names', async () => {
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

  it('is told by the mark even against --encoding', async () => {
    const { rows } = await read(Buffer.from(`\ufeff${text}`), 'csv', { encoding: 'windows-1252' });
    expect(plain(rows)).toEqual([row]);
  });

  it('is refused at the exact byte that is not UTF-8, after the rows before it', async () => {
    const bytes = Buffer.concat([Buffer.from('p,q\n1,2\n3,é😀 caf'), Buffer.from('\xe9 x\n5,6\n', 'latin1')]);
    for (const chunk of [1, 5, 1000]) {
      const { rows, problems, shown } = await read(bytes, 'csv', { chunk });
      expect(plain(rows)).toEqual([{ p: '1', q: '2' }]);
      expect(problems[0]?.kind).toBe('encoding');
      expect(shown).toEqual([
        'in.csv:3:9 the byte 0xE9 is not UTF-8; save the file as UTF-8, or try --encoding windows-1252.',
      ]);
    }
  });

  it.each([0, 1, 2, 3])(
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

  it('is refused where the input ends within a character', async () => {
    expect((await read(Buffer.from('p\ncaf\xe9', 'latin1'), 'csv')).shown).toEqual([
      'in.csv:2:4 the byte 0xE9 is not UTF-8; save the file as UTF-8, or try --encoding windows-1252.',
    ]);
    expect((await read(Buffer.from('\ufeffp\nab', 'utf16le').subarray(0, -1), 'csv')).shown).toEqual([
      expect.stringContaining('in.csv:2:2 the bytes from here on are not utf-16le'),
    ]);
  });

  it('is guessed for the hint alone', async () => {
    const japanese = Buffer.from('700a82cb82b1', 'hex');
    expect((await read(japanese, 'csv')).shown).toEqual([expect.stringContaining('--encoding shift_jis.')]);
    const russian = Buffer.from('p\n\xea\xee\xf8\xea\xe0\n', 'latin1');
    expect((await read(russian, 'csv')).shown).toEqual([expect.stringContaining('--encoding windows-1251,')]);
    const unmarked = Buffer.from(text, 'utf16le').swap16();
    expect((await read(unmarked, 'csv')).shown).toEqual([expect.stringContaining('--encoding utf-16be.')]);
  });

  it('does not take a replacement character that the text holds for a fault', async () => {
    const { rows, problems } = await read('p\na \ufffd b\n', 'csv');
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual([{ p: 'a \ufffd b' }]);
  });
});

it.each([65535, 65536, 65537])(
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

  it('gives any text back, in whatever pieces its bytes come', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), pieces, (given, sizes) => {
        expect(decode('utf-8', Buffer.from(given), sizes)).toEqual({ text: given, bad: null });
        expect(decode('utf-16le', Buffer.from(given, 'utf16le'), sizes)).toEqual({ text: given, bad: null });
      }),
    );
  });

  it('gives the text up to the first byte that is not UTF-8, in whatever pieces, and names that byte', () => {
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
  it.each([
    ['PNG', '89504e470d0a1a0a0000000d49484452', 'is an image'],
    ['JPEG', 'ffd8ffe000104a46', 'is an image'],
    [
      'xlsx',
      `504b0304140006000800${Buffer.from('[Content_Types].xml').toString('hex')}`,
      'looks like an Excel file',
    ],
    ['xls', 'd0cf11e0a1b11ae1', 'looks like an Excel file'],
    ['zip', '504b030414000000', 'looks like an Excel file or another zip'],
    ['gzip', gzipSync(gzipSync('prompt')).toString('hex'), 'is compressed by gzip twice'],
  ])('is called by its name: %s', async (_, hex, looks) => {
    for (const format of ['csv', 'tsv', 'jsonl'] as const) {
      const { rows, shown } = await read(Buffer.from(hex, 'hex'), format);
      expect(rows).toEqual([]);
      expect(shown).toEqual([expect.stringContaining(`in.${format}:1 this ${looks}`)]);
    }
  });

  it('is refused at its first NUL byte', async () => {
    const { rows, shown } = await read('p,q\n1,2\nabcdef\0c,3\n', 'csv');
    expect(plain(rows)).toEqual([{ p: '1', q: '2' }]);
    expect(shown).toEqual(['in.csv:3:7 here is a NUL byte: this is no text file.']);
  });
});
