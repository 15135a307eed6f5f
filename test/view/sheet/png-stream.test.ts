import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { pngStream } from '../../../src/view/sheet/png-stream.ts';
import { whole } from './sheet-builders.ts';

async function* bandsOf(pixels: Uint8Array, rowBytes: number, rows: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pixels.length; at += rowBytes * rows) yield pixels.subarray(at, at + rowBytes * rows);
}

describe('a PNG file made from bands', () => {
  test('has exactly the pixels that went into it', async () => {
    const pictures = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }))
      .chain(([width, height, rows]) =>
        fc
          .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
          .map((pixels) => ({ width, height, rows, pixels })),
      );
    await fc.assert(
      fc.asyncProperty(pictures, async ({ width, height, rows, pixels }) => {
        const png = await whole(pngStream(width, height, bandsOf(pixels, width * 3, rows)));
        const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
        expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
        expect(Buffer.compare(data, pixels)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('has chunks with correct lengths and checksums', async () => {
    const pixels = Uint8Array.from({ length: 400 * 500 * 3 }, (_, at) => (at * at) % 251);
    const png = await whole(pngStream(400, 500, bandsOf(pixels, 1_200, 7)));
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    const types: string[] = [];
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      types.push(png.toString('latin1', at + 4, at + 8));
      expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
      at += 12 + length;
    }
    expect([...new Set(types)]).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(types.at(-1)).toBe('IEND');
  });

  test('requests a band only when the ones before have nearly been written', async () => {
    const [width, rows, count] = [2_000, 100, 60];
    let taken = 0;
    async function* noisy(): AsyncGenerator<Uint8Array> {
      for (let band = 0; band < count; band += 1) {
        taken += 1;
        // Cannot be compressed, so that what is written tells how much was taken.
        const pixels = new Uint8Array(width * 3 * rows);
        for (let at = 0; at < pixels.length; at += 65_536)
          crypto.getRandomValues(pixels.subarray(at, at + 65_536));
        yield pixels;
      }
    }
    let written = 0;
    let ahead = 0;
    for await (const piece of pngStream(width, rows * count, noisy())) {
      written += piece.length;
      ahead = Math.max(ahead, taken - written / (width * 3 * rows));
    }
    expect(taken).toBe(count);
    // The compressor and the streams around it hold a few pieces of 256 KB; a band is 600 KB.
    expect(ahead).toBeLessThan(6);
  });

  test('passes on errors while it is drawn', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(30);
      throw new Error('The second band could not be drawn.');
    }
    await expect(whole(pngStream(10, 2, broken()))).rejects.toThrow('The second band could not be drawn.');
    await expect(whole(pngStream(10, 5, bandsOf(new Uint8Array(60), 30, 1)))).rejects.toThrow(
      'A sheet of 5 rows received 2.',
    );
  });

  test('is refused if it is too large for the format', async () => {
    await expect(whole(pngStream(2 ** 31, 1, bandsOf(new Uint8Array(0), 1, 1)))).rejects.toThrow(
      'A contact sheet of 2147483648 × 1 pixels is too large for a PNG file.',
    );
  });
});
