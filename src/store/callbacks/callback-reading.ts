import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type HeardCallback, maxLineLength, readCallbackLine } from '../../core/callbacks/callback-line.ts';

const chunkBytes = 256 * 1024;

/**
 * What a receiver has kept in a file, in its order; nothing where there is none, or where something else than a plain
 * file has its name. `mayBeLink`: the user has named the file. Lines that are not whole, or of any other kind, are
 * passed over; memory is bounded, whatever the file holds.
 */
export function* heardIn(path: string, mayBeLink = false): Generator<HeardCallback> {
  const file = opened(path, mayBeLink);
  if (file === null) return;
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.alloc(chunkBytes);
    let [rest, isTooLong] = ['', false];
    for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
      const lines = `${rest}${decoder.write(chunk.subarray(0, bytes))}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const heard = isTooLong ? null : readCallbackLine(line);
        isTooLong = false;
        if (heard !== null) yield heard;
      }
      if (rest.length > maxLineLength) [rest, isTooLong] = ['', true];
    }
    // A line without its end was never confirmed to the API, which tells it again.
  } finally {
    closeSync(file);
  }
}

function opened(path: string, mayBeLink: boolean): number | null {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NONBLOCK | (mayBeLink ? 0 : O_NOFOLLOW));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (mayBeLink || !(code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP')) throw error;
    return null;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  return null;
}
