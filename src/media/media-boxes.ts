import type { ReadBytes } from '../core/ports.ts';

/** A box of the ISO base media format (ISO/IEC 14496-12, 4.2); `end` is where it says that it ends. */
interface Box {
  readonly type: string;
  readonly bodyFrom: number;
  readonly end: number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

const maxWalkLength = 10_000;

/** The boxes that stand one after another from `from` on; the last may claim to end beyond `to`. */
async function* boxesIn(read: ReadBytes, from: number, to: number): AsyncIterable<Box> {
  let start = from;
  for (let n = 0; n < maxWalkLength && start + 8 <= to; n += 1) {
    const head = await read(start, 16);
    if (head.length < 8) return;
    const short = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const long = short === 1 && head.length === 16;
    // 0 means: to the end of the file.
    const size = long ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - start : short;
    if (size < (long ? 16 : 8)) return;
    yield { type, bodyFrom: start + (long ? 16 : 8), end: start + size };
    start += size;
  }
}

/** Whether all that the boxes announce is there, and the boxes named among them. */
export async function boxesAreWhole(
  read: ReadBytes,
  bytes: number,
  needed: readonly string[],
): Promise<boolean> {
  const missing = new Set(needed);
  for await (const box of boxesIn(read, 0, bytes)) {
    if (box.end > bytes) return false;
    missing.delete(box.type);
  }
  return missing.size === 0;
}

/** The size that a video is shown at: that of the largest track, from its track header; null where there is none. */
export async function videoPixels(read: ReadBytes, bytes: number): Promise<Pixels | null> {
  let largest: Pixels | null = null;
  for await (const movie of boxesIn(read, 0, bytes)) {
    if (movie.type !== 'moov') continue;
    for await (const track of boxesIn(read, movie.bodyFrom, Math.min(movie.end, bytes))) {
      if (track.type !== 'trak') continue;
      const size = await trackPixels(read, track);
      if (size !== null && size.width * size.height > (largest?.width ?? 0) * (largest?.height ?? 0)) {
        largest = size;
      }
    }
  }
  return largest;
}

async function trackPixels(read: ReadBytes, track: Box): Promise<Pixels | null> {
  for await (const box of boxesIn(read, track.bodyFrom, track.end)) {
    if (box.type !== 'tkhd') continue;
    const body = await read(box.bodyFrom, 96);
    // Version 1 has 64-bit times. Width and height, 16.16 fixed point, end the header.
    const at = body[0] === 1 ? 88 : 76;
    if (body.length < at + 8) return null;
    const [width, height] = [body.readUInt16BE(at), body.readUInt16BE(at + 4)];
    return width > 0 && height > 0 ? { width, height } : null;
  }
  return null;
}
