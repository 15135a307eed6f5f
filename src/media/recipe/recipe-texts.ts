import type { Recipe } from '../../core/job/recipe.ts';
import type { ReadBytes, Splice } from '../../core/ports.ts';
import { maxTextBytes } from './byte-window.ts';
import { isOwnInfotext, type Pixels, writeInfotext } from './infotext.ts';
import { exifWithComment } from './user-comment.ts';
import { xmpWithRecipe } from './xmp-packet.ts';

/** The texts of one recipe, for whatever kind of file. */
interface RecipeTexts {
  parameters(size: Pixels): string;
  /** The packet with the recipe in it; null: a new one. Gives null where it cannot take one. */
  xmp(packet: Buffer | null): Buffer | null;
}

export function textsOf(recipe: Recipe, version: string): RecipeTexts {
  return {
    parameters: (size) => writeInfotext(recipe, size, version),
    xmp(packet) {
      const text = packet === null ? null : utf8(packet);
      if (packet !== null && text === null) return null;
      const made = xmpWithRecipe(text, recipe);
      const bytes = made === null ? null : Buffer.from(made, 'utf8');
      return bytes === null || bytes.length > maxTextBytes ? null : bytes;
    },
  };
}

/** null: it is not UTF-8. */
export function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a structure is one that `exifWithComment` made of a text of ours: nothing is lost with it. */
export function isOwnExif(exif: Buffer, comment: string | null): boolean {
  return comment !== null && isOwnInfotext(comment) && exifWithComment(comment).equals(exif);
}

/** What a file says of its making. */
interface FoundTexts {
  readonly xmp: string | null;
  /** The text that A1111 writes. */
  readonly parameters: string | null;
}

/** What is done for one kind of file; both give null for a file that is not as the kind's specification wants it. */
export interface Container {
  /** null also for a file that a signature covers, which any change would break. */
  splices(read: ReadBytes, bytes: number, texts: RecipeTexts): Promise<Splice[] | null>;
  found(read: ReadBytes, bytes: number): Promise<FoundTexts | null>;
}
