import { UserError } from '../../core/complaints.ts';
import type { LabelFonts } from './label-fonts.ts';
import type { SharpModule } from './sharp-module.ts';
import type { Picture } from './sheet-raster.ts';
import { type DrawText, hasFont, hasGlyph, type TextStyle, textDrawing } from './text-drawing.ts';

export interface TextRenderer {
  /** From one line of text to the next, in pixels. */
  lineHeight(px: number): Promise<number>;
  /**
   * Renders a text in lines of at most `width` pixels, wrapped between words or, if a word is longer, anywhere. The
   * height is a whole number of lines. A text that needs more than `height` is cut and ends with `…`. null: nothing
   * can be shown.
   */
  render(text: string, style: TextStyle, width: number, height: number): Promise<Picture | null>;
  /** Whether some font has this character; otherwise a box with its code is drawn. */
  hasGlyph(character: string): Promise<boolean>;
}

/** Labels that repeat on a sheet are rendered once, as long as they are among the latest of this many. */
const maxCached = 100;

/** Throws UserError('usage') if there is no font. */
export async function openTextRenderer(sharp: SharpModule, fonts?: LabelFonts): Promise<TextRenderer> {
  const draw = textDrawing(sharp, fonts);
  if (!(await hasFont(draw))) throw noFont();
  const lineHeight = lineHeights(draw);
  const cache = new Map<string, Picture | null>();
  return {
    lineHeight,
    hasGlyph: (character) => hasGlyph(draw, character),
    async render(text, style, width, height) {
      const name = JSON.stringify([text, style, width, height]);
      const known = cache.get(name);
      if (known !== undefined) return known;
      const line = await lineHeight(style.px);
      const picture = await fitted(draw, text, style, { width, height, line });
      if (cache.size >= maxCached) cache.delete(cache.keys().next().value as string);
      cache.set(name, picture);
      return picture;
    },
  };
}

/** The room for a text, and the height of one line of it. */
interface Room {
  readonly width: number;
  readonly height: number;
  readonly line: number;
}

/** The whole text, or as much of it as fits. */
async function fitted(draw: DrawText, text: string, style: TextStyle, room: Room): Promise<Picture | null> {
  const { width, height, line } = room;
  if (width < style.px || height < line) return null;
  const characters = [...graphemes.segment(printable(text))].map(({ segment }) => segment);
  if (characters.length === 0) return null;
  // More than this never fits, since hardly any letter of a text is narrower.
  const maxCharacters = Math.ceil((width / (style.px * 0.2)) * (height / line));
  if (characters.length <= maxCharacters) {
    const whole = await wrapped(draw, characters.join(''), style, room);
    if (whole === null || whole.height <= height) return whole;
  }
  let best: Picture | null = null;
  let [fits, tooMany] = [0, Math.min(maxCharacters, characters.length)];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    const cut = `${characters.slice(0, middle).join('').trimEnd()}…`;
    const picture = await wrapped(draw, cut, style, room);
    if (picture !== null && picture.height <= height) {
      fits = middle;
      best = picture;
    } else tooMany = middle;
  }
  return best ?? (await wrapped(draw, '…', style, room));
}

// A line of its own above the text, cut off afterwards: a drawn text begins at its first inked row, and lines must not.
const strut = '|';
// Accents on capitals extend this far into the line above.
const accentPx = 2;

async function wrapped(
  draw: DrawText,
  text: string,
  style: TextStyle,
  { width, line }: Room,
): Promise<Picture | null> {
  const picture = await draw(`${strut}\n${text}`, style, width);
  const top = line - accentPx;
  if (picture.height <= top + accentPx) return null;
  const height = Math.ceil((picture.height - line) / line) * line;
  const pixels = new Uint8Array(picture.width * height * 4);
  const end = Math.min(picture.height, top + height);
  pixels.set(picture.pixels.subarray(top * picture.width * 4, end * picture.width * 4));
  return { width: picture.width, height, channels: 4, pixels };
}

function lineHeights(draw: DrawText): (px: number) => Promise<number> {
  const known = new Map<number, number>();
  return async (px) => {
    const style = { px, colour: '#000000' };
    const height =
      known.get(px) ?? (await draw(`${strut}\n${strut}`, style)).height - (await draw(strut, style)).height;
    known.set(px, height);
    return height;
  };
}

const graphemes = new Intl.Segmenter();

// Direction marks, invisible characters and lone surrogates.
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]+/gu;

/** A text on one line, without characters that a font cannot show. */
function printable(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
}

function noFont(): UserError {
  return new UserError(
    'usage',
    'No font was found on this machine, so the labels of a contact sheet cannot be drawn.',
    'Install dejavu-fonts-ttf next to rcb (npm install -g dejavu-fonts-ttf), or the system package fonts-dejavu.',
  );
}
