import type { EmbedRecipe } from '../../core/ports.ts';
import { jpegRecipe } from './jpeg-recipe.ts';
import { pngRecipe } from './png-recipe.ts';
import { type Container, textsOf } from './recipe-texts.ts';
import { webpRecipe } from './webp-recipe.ts';

const containers: Readonly<Record<string, Container>> = {
  'image/png': pngRecipe,
  'image/apng': pngRecipe,
  'image/jpeg': jpegRecipe,
  'image/webp': webpRecipe,
};

/**
 * Plans how a recipe gets into PNG, JPEG and WebP, in place of one that is there already: as the text that A1111
 * writes, and exactly in an XMP packet. What else the file says of itself is kept, and goes before: where another
 * program has written Exif or that text, the recipe is in XMP alone. Gives null for files of other types, files that
 * C2PA signs, malformed files, and recipes that are too long (in JPEG: 64 KB). `version` is that of this program.
 */
export function recipeEmbedding(version: string): EmbedRecipe {
  return async (read, bytes, mime, recipe) =>
    (await containers[mime]?.splices(read, bytes, textsOf(recipe, version))) ?? null;
}
