import { deflateSync } from 'node:zlib';
import { pngChunk, pngMark } from '../../media/png-chunk.ts';

/** A picture of at most 16 colours. `pixels` holds one palette index per pixel, row by row; `width` is even. */
export interface PaletteImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** `[red, green, blue]` from 0 to 255. */
  readonly palette: readonly (readonly [number, number, number])[];
}

/** A PNG with four bits a pixel. */
export function palettePng(image: PaletteImage): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(image.width, 0);
  header.writeUInt32BE(image.height, 4);
  header.set([4, 3, 0, 0, 0], 8);
  const packed = deflateSync(filteredRows(image), { level: 1, memLevel: 9 });
  return Buffer.concat([
    pngMark,
    pngChunk('IHDR', header),
    pngChunk('PLTE', Buffer.from(image.palette.flat())),
    pngChunk('IDAT', packed),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same picture at exactly this size: a private chunk that readers skip stands before the end. */
export function paddedPng(png: Buffer, bytes: number): Buffer {
  const padding = bytes - png.length - 12;
  if (padding < 0) throw new RangeError(`A PNG of ${png.length} bytes cannot be padded to ${bytes}.`);
  const end = png.subarray(png.length - 12);
  return Buffer.concat([png.subarray(0, png.length - 12), pngChunk('paDd', Buffer.alloc(padding)), end]);
}

// A row that equals the one above it is written as 'no difference', which packs to almost nothing.
function filteredRows({ width, height, pixels }: PaletteImage): Buffer {
  const stride = width >> 1;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const from = y * width;
    const to = y * (stride + 1);
    if (y > 0 && sameRow(pixels, from, width)) {
      rows[to] = 2;
      continue;
    }
    for (let x = 0; x < stride; x += 1) {
      const at = from + 2 * x;
      rows[to + 1 + x] = ((pixels[at] as number) << 4) | (pixels[at + 1] as number);
    }
  }
  return rows;
}

function sameRow(pixels: Uint8Array, from: number, width: number): boolean {
  for (let at = from; at < from + width; at += 1) {
    if (pixels[at] !== pixels[at - width]) return false;
  }
  return true;
}
