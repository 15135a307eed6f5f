// Own code rather than fast-png or pngjs: neither can write an image whose rows are still being drawn, and a sheet may
// have more pixels than fit into memory.

import { pipeline, Readable } from 'node:stream';
import { createDeflate } from 'node:zlib';
import { UserError } from '../../core/complaints.ts';
import { pngChunk, pngMark } from '../../media/png-chunk.ts';

/** The PNG format allows no more pixels than this in either direction. */
const maxPixels = 2 ** 31 - 1;

/** The size of the pieces that go into the compressor and of the chunks that come out. */
const pieceBytes = 262_144;

/**
 * The bytes of an 8-bit RGB PNG file, compressed while its rows are drawn: only one band and a few small pieces are in
 * memory. `bands` are whole rows from top to bottom, without padding, `height` of them in total.
 * Throws UserError('usage') if a PNG file cannot have this size.
 */
export async function* pngStream(
  width: number,
  height: number,
  bands: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (width > maxPixels || height > maxPixels) {
    throw new UserError(
      'usage',
      `A contact sheet of ${width} × ${height} pixels is too large for a PNG file.`,
      'Use a smaller --cell, split the sheet into pages with --page, or select fewer jobs with --where.',
    );
  }
  yield pngMark;
  const header = new Uint8Array(13);
  const numbers = new DataView(header.buffer);
  numbers.setUint32(0, width);
  numbers.setUint32(4, height);
  // 8 bits, RGB, deflate, filters by row, not interlaced.
  header.set([8, 2, 0, 0, 0], 8);
  yield pngChunk('IHDR', header);

  for await (const piece of deflatedRows(width, height, bands)) yield pngChunk('IDAT', piece);
  yield pngChunk('IEND', new Uint8Array(0));
}

/** What such a file has of the rows: each with its filter, all in one stream of zlib's. */
export async function* deflatedRows(
  width: number,
  height: number,
  bands: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  // Measured on photographs: with filtered rows, level 4 compresses as well as level 6 in a third of the time.
  const deflate = createDeflate({ level: 4, chunkSize: pieceBytes });
  const rows = Readable.from(filtered(width * 3, height, bands), { highWaterMark: 1 });
  // An error in the rows also destroys the compressor, which ends the loop.
  const packed = pipeline(rows, deflate, () => {});
  for await (const piece of packed) yield piece as Uint8Array;
}

/** Each row as its difference to the one above it (filter 2, Up), in pieces. */
async function* filtered(
  rowBytes: number,
  height: number,
  bands: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const rowsInPiece = Math.max(1, Math.floor(pieceBytes / (rowBytes + 1)));
  const above = new Uint8Array(rowBytes);
  let done = 0;
  for await (const band of bands) {
    const rows = band.length / rowBytes;
    for (let from = 0; from < rows; from += rowsInPiece) {
      const count = Math.min(rowsInPiece, rows - from);
      const piece = new Uint8Array(count * (rowBytes + 1));
      for (let nth = 0; nth < count; nth += 1) {
        const row = band.subarray((from + nth) * rowBytes, (from + nth + 1) * rowBytes);
        const start = nth * (rowBytes + 1);
        piece[start] = 2;
        for (let at = 0; at < rowBytes; at += 1)
          piece[start + 1 + at] = (row[at] as number) - (above[at] as number);
        above.set(row);
      }
      yield piece;
    }
    done += rows;
  }
  if (done !== height) throw new Error(`A sheet of ${height} rows received ${done}.`);
}
