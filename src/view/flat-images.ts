import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlatImage } from '../core/job/overview.ts';

/** In `thumbs/`. */
export const flatImagesFile = 'flat.jsonl';

/** The single-colour images that have been found in a run folder so far. */
export function readFlatImages(dir: string): readonly FlatImage[] {
  let text: string;
  try {
    text = readFileSync(join(dir, 'thumbs', flatImagesFile), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found = new Map<string, FlatImage>();
  for (const line of text.split('\n')) {
    const image = parsed(line);
    if (image !== null) found.set(JSON.stringify([image.path, image.sha256]), image);
  }
  return [...found.values()];
}

// A process that was killed may have left half a line.
function parsed(line: string): FlatImage | null {
  try {
    const { path, sha256, colour } = JSON.parse(line) as Partial<FlatImage>;
    const isWhole = [path, sha256, colour].every((part) => typeof part === 'string');
    return isWhole ? ({ path, sha256, colour } as FlatImage) : null;
  } catch {
    return null;
  }
}
