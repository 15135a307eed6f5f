import type { ReadBytes } from '../../core/ports.ts';

// The headers of some ten chunks of the usual size, or of all segments before a picture.
const windowBytes = 65_536;

/** Reads with fewer calls: what follows the last piece closely is in memory already. */
export function windowed(read: ReadBytes): ReadBytes {
  let start = 0;
  let held: Buffer = Buffer.alloc(0);
  return async (from, length) => {
    if (from < start || from + length > start + held.length) {
      held = await read(from, Math.max(length, windowBytes));
      start = from;
    }
    return held.subarray(from - start, from - start + length);
  };
}

/** No text of a recipe is longer than this, written or read. */
export const maxTextBytes = 1_048_576;
