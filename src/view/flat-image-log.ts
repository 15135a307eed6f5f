import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';
import { flatImagesFile, readFlatImages } from './flat-images.ts';

type Place = Pick<SavedFile, 'path' | 'sha256'>;

/** Keeps which images are of one colour: `thumbs/flat.jsonl` holds a line for each. */
export interface FlatImageLog {
  /** The colour of these bytes, if they are known to be of one. */
  colourOf(sha256: string): string | null;
  has(file: Place): boolean;
  note(file: Place, colour: string): Promise<void>;
}

export async function openFlatImageLog(dir: string): Promise<FlatImageLog> {
  const path = join(dir, 'thumbs', flatImagesFile);
  const colours = new Map<string, string>();
  const noted = new Set<string>();
  const keyOf = (file: Place): string => `${file.sha256} ${file.path}`;
  for (const image of await readFlatImages(dir)) {
    colours.set(image.sha256, image.colour);
    noted.add(keyOf(image));
  }
  let isMended = false;

  return {
    colourOf: (sha256) => colours.get(sha256) ?? null,
    has: (file) => noted.has(keyOf(file)),
    async note(file, colour) {
      if (noted.has(keyOf(file))) return;
      noted.add(keyOf(file));
      colours.set(file.sha256, colour);
      // A line that a killed process left half written must not swallow the next one.
      const start = isMended || (await endsWhole(path)) ? '' : '\n';
      isMended = true;
      // Appended in one write, so that several processes can do so.
      await appendOwn(path, `${start}${JSON.stringify({ path: file.path, sha256: file.sha256, colour })}\n`);
    },
  };
}

// Windows has no such flag, and links that only an administrator can make.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Appends to a file of the folder itself, never through a link. */
async function appendOwn(path: string, text: string): Promise<void> {
  const file = await open(path, appending, 0o600);
  try {
    await file.appendFile(text);
  } finally {
    await file.close();
  }
}

async function endsWhole(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return true;
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString('latin1') === '\n';
  } finally {
    await file.close();
  }
}
