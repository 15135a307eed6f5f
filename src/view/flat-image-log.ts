import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';
import { flatImagesFile, readFlatImages } from './flat-images.ts';

type ImageFile = Pick<SavedFile, 'path' | 'sha256'>;

/** The single-colour images of a run folder; `thumbs/flat.jsonl` has a line for each. */
interface FlatImageLog {
  /** The colour of an image with these bytes, if it is known to be of a single colour. */
  colourOf(sha256: string): string | null;
  has(file: ImageFile): boolean;
  add(file: ImageFile, colour: string): Promise<void>;
}

export async function openFlatImageLog(dir: string): Promise<FlatImageLog> {
  const path = join(dir, 'thumbs', flatImagesFile);
  const colours = new Map<string, string>();
  const known = new Set<string>();
  const keyOf = (file: ImageFile): string => `${file.sha256} ${file.path}`;
  for (const image of await readFlatImages(dir)) {
    colours.set(image.sha256, image.colour);
    known.add(keyOf(image));
  }
  let endsWithNewline = false;

  return {
    colourOf: (sha256) => colours.get(sha256) ?? null,
    has: (file) => known.has(keyOf(file)),
    async add(file, colour) {
      if (known.has(keyOf(file))) return;
      known.add(keyOf(file));
      colours.set(file.sha256, colour);
      // If a killed process left half a line, the next one must not be appended to it.
      const start = endsWithNewline || (await endsWhole(path)) ? '' : '\n';
      endsWithNewline = true;
      // Appended in one write, so that several processes can append.
      await appendOwn(path, `${start}${JSON.stringify({ path: file.path, sha256: file.sha256, colour })}\n`);
    },
  };
}

// Windows has no such flag, and there only an administrator can create links.
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Appends to a file in the folder itself, never through a link. */
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
