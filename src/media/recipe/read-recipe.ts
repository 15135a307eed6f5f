import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Recipe } from '../../core/job/recipe.ts';
import type { ReadBytes } from '../../core/ports.ts';
import { recipeInInfotext } from './infotext-reading.ts';
import { jpegRecipe } from './jpeg-recipe.ts';
import { pngRecipe } from './png-recipe.ts';
import { webpRecipe } from './webp-recipe.ts';
import { recipeInXmp } from './xmp-packet.ts';

/**
 * The recipe that a PNG, JPEG or WebP holds: the exact one of its XMP packet, else what the text in A1111's form
 * tells, which other programs write too. null: there is none, or the file is broken. Reads no more than the headers
 * of the file's parts and the texts themselves, of 1 MB at most. Throws what the disk says.
 */
export async function readRecipe(path: string): Promise<Recipe | null> {
  const stats = await stat(path);
  // Opening a pipe would wait for somebody to write into it.
  if (!stats.isFile()) return null;
  const file = await open(path, 'r');
  try {
    return await recipeIn(readerOf(file), stats.size);
  } finally {
    await file.close();
  }
}

/** The same for any bytes that can be read in parts. */
export async function recipeIn(read: ReadBytes, bytes: number): Promise<Recipe | null> {
  for (const container of [pngRecipe, jpegRecipe, webpRecipe]) {
    const found = await container.found(read, bytes);
    if (found === null) continue;
    const exact = found.xmp === null ? null : recipeInXmp(found.xmp);
    return exact ?? (found.parameters === null ? null : recipeInInfotext(found.parameters));
  }
  return null;
}

function readerOf(file: FileHandle): ReadBytes {
  return async (from, length) => {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, from);
    return buffer.subarray(0, bytesRead);
  };
}
