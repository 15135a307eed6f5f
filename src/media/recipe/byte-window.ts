import type { ReadBytes } from '../../core/ports.ts';

/** Reads up to `length` bytes from `from`: fewer only at the end of the file. */
export type ReadPart = (from: number, length: number) => Promise<Buffer>;

// The headers of some ten chunks of the usual size, or of all segments before a picture.
const windowBytes = 65_536;

/** The same reading with fewer calls: what stands close behind the last piece is there already. */
export function windowed(read: ReadBytes): ReadPart {
  let start = 0;
  let held: Buffer = Buffer.alloc(0);
  return async (from, length) => {
    if (from < start || from + length > start + held.length) {
      const bytes = await read(from, Math.max(length, windowBytes));
      start = from;
      held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return held.subarray(from - start, from - start + length);
  };
}

/** No text of a recipe is longer than this, written or read. */
export const maxTextBytes = 1_048_576;
