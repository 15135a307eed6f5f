import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../core/json.ts';
import type { FlatImage } from '../core/overview.ts';

/** Relative to the run folder: a JSON object of each image of one colour that was looked at, one a line. */
export const flatImagesFile = 'thumbs/flat.jsonl';

/**
 * The images of one colour that were found when thumbnails were made, in the order in which they were found. Without
 * the file nothing is known of any; a line that a killed process left torn is known to nobody either, and its image is
 * looked at again with its thumbnail.
 */
export async function readFlatImages(dir: string): Promise<readonly FlatImage[]> {
  const text = await textOf(join(dir, flatImagesFile));
  return text.split('\n').flatMap((line) => {
    const image = imageIn(line);
    return image === null ? [] : [image];
  });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function imageIn(line: string): FlatImage | null {
  const value = parsed(line);
  if (!isJsonObject(value)) return null;
  const { path, sha256, colour } = value;
  if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof colour !== 'string') return null;
  return { path, sha256, colour };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
