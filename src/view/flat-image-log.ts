import { closeSync, constants, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FlatImage } from '../core/job/overview.ts';
import { flatImagesFile, readFlatImages } from './flat-images.ts';

/** The images of one colour of a run folder, by their bytes; `thumbs/flat.jsonl` has a line for each. */
interface FlatImageLog {
  /** Copies of what is known are left out. */
  add(image: FlatImage): void;
}

export function openFlatImageLog(dir: string): FlatImageLog {
  const path = join(dir, 'thumbs', flatImagesFile);
  const known = new Set(readFlatImages(dir).map(({ sha256 }) => sha256));
  let endsWithNewline = false;

  return {
    add(image) {
      if (known.has(image.sha256)) return;
      known.add(image.sha256);
      // If a killed process left half a line, the next one must not be appended to it.
      const start = endsWithNewline || endsWhole(path) ? '' : '\n';
      endsWithNewline = true;
      // Appended in one write, so that several processes can append.
      appendOwn(path, `${start}${JSON.stringify(image)}\n`);
    },
  };
}

// Windows has no such flag, and there only an administrator can create links.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Appends to a file in the folder itself, never through a link. */
function appendOwn(path: string, text: string): void {
  const file = openSync(path, appending, 0o600);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

function endsWhole(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return true;
  const file = openSync(path, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(file, last, 0, 1, size - 1);
    return last.toString('latin1') === '\n';
  } finally {
    closeSync(file);
  }
}
