import { type LabelFonts, labelFonts } from './label-fonts.ts';
import type { SharpModule } from './sharp-module.ts';
import type { Picture } from './sheet-raster.ts';

export interface TextStyle {
  /** Font size, in whole pixels. */
  readonly px: number;
  /** `#rrggbb` */
  readonly colour: string;
  readonly isBold?: boolean;
}

type RgbaPicture = Picture & { readonly channels: 4 };

/** Draws a text of one or more lines; with a width, it wraps between words or, if a word is longer, anywhere. */
export type DrawText = (text: string, style: TextStyle, width?: number) => Promise<RgbaPicture>;

export function textDrawing(sharp: SharpModule, fonts: LabelFonts = labelFonts()): DrawText {
  return async (text, { px, colour, isBold = false }, width) => {
    const { family, file } = isBold ? fonts.bold : fonts.regular;
    const { data, info } = await sharp({
      text: {
        // A hyphen would look like part of the text.
        text: `<span foreground="${colour}" insert_hyphens="false">${escaped(text)}</span>`,
        font: `${family} ${px}px`,
        dpi: 72,
        rgba: true,
        wrap: 'word-char',
        ...(file === null ? {} : { fontfile: file }),
        ...(width === undefined ? {} : { width }),
      },
    })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 4, pixels: new Uint8Array(data) };
  };
}

/** Pango reads the text as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// Code points that Unicode has not assigned: every font draws them as it draws a missing character.
const unassigned = { short: '\u0378', long: '\u{5fff0}' };

/** Whether some font has this character; otherwise a box with its code is drawn. */
export async function hasGlyph(draw: DrawText, character: string): Promise<boolean> {
  const style = { px: 24, colour: '#000000' };
  const box = await draw(character.length > 1 ? unassigned.long : unassigned.short, style);
  const drawn = await draw(character, style);
  // Boxes differ in their codes, but have the same frame.
  const row = box.width * 4;
  return (
    drawn.width !== box.width ||
    drawn.height !== box.height ||
    Buffer.compare(drawn.pixels.subarray(0, row), box.pixels.subarray(0, row)) !== 0 ||
    Buffer.compare(drawn.pixels.subarray(-row), box.pixels.subarray(-row)) !== 0
  );
}

/** Whether there is a font at all: without one, every letter is the same empty box. */
export async function hasFont(draw: DrawText): Promise<boolean> {
  const style = { px: 32, colour: '#000000' };
  const [a, b] = [await draw('A', style), await draw('B', style)];
  return Buffer.compare(a.pixels, b.pixels) !== 0;
}
