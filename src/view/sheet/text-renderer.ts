import { UserError } from '../../core/complaints.ts';
import { type LabelFonts, labelFonts } from './label-fonts.ts';
import type { SharpModule } from './sharp-module.ts';
import type { Picture } from './sheet-raster.ts';

export interface TextStyle {
  /** Size of the letters, in whole pixels. */
  readonly px: number;
  /** `#rrggbb` */
  readonly colour: string;
  readonly isBold?: boolean;
}

export interface TextRenderer {
  /** From one line of text to the next, in pixels. */
  lineHeight(px: number): Promise<number>;
  /**
   * A text in lines of at most `width` pixels, broken between words and, where a word is longer, anywhere; its height
   * is a whole number of lines. What needs more than `height` is cut and ends with `…`. null: nothing can be shown.
   */
  set(text: string, style: TextStyle, width: number, height: number): Promise<Picture | null>;
  /** Whether some font has this character; otherwise a box with its code is drawn. */
  has(character: string): Promise<boolean>;
}

// A line of its own above the text, cut off again: pictures of texts begin at their ink, and lines must not.
const strut = '|';
// Accents of capitals reach into the line above by so much.
const accentPx = 2;
// No font has these, since Unicode has not: what is drawn for them is drawn for what is missing.
const unassigned = { short: '\u0378', long: '\u{5fff0}' };
// Of the sheet's own texts (holes, states, repeated labels), as often as they come again.
const maxKept = 100;

/** Throws UserError('usage') where there is no font to draw letters with. */
export async function openTextRenderer(
  sharp: SharpModule,
  fonts: LabelFonts = labelFonts(),
): Promise<TextRenderer> {
  const lineHeights = new Map<number, number>();
  const kept = new Map<string, Picture | null>();
  await refuseBlankLetters();
  return { lineHeight, set, has };

  async function set(text: string, style: TextStyle, width: number, height: number): Promise<Picture | null> {
    const name = JSON.stringify([text, style, width, height]);
    const known = kept.get(name);
    if (known !== undefined) return known;
    const picture = await fitted(text, style, width, height);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value as string);
    kept.set(name, picture);
    return picture;
  }

  async function fitted(
    text: string,
    style: TextStyle,
    width: number,
    height: number,
  ): Promise<Picture | null> {
    const step = await lineHeight(style.px);
    if (width < style.px || height < step) return null;
    const characters = [...graphemes.segment(printable(text))].map(({ segment }) => segment);
    if (characters.length === 0) return null;
    // More than this never fits: no letter that takes part in a text is as narrow.
    const most = Math.ceil((width / (style.px * 0.2)) * (height / step));
    if (characters.length <= most) {
      const whole = await lines(characters.join(''), style, width, step);
      if (whole === null || whole.height <= height) return whole;
    }
    let best: Picture | null = null;
    let [fits, tooMuch] = [0, Math.min(most, characters.length)];
    while (tooMuch - fits > 1) {
      const middle = Math.floor((fits + tooMuch) / 2);
      const cut = `${characters.slice(0, middle).join('').trimEnd()}…`;
      const picture = await lines(cut, style, width, step);
      if (picture !== null && picture.height <= height) {
        fits = middle;
        best = picture;
      } else tooMuch = middle;
    }
    return best ?? (await lines('…', style, width, step));
  }

  async function lines(text: string, style: TextStyle, width: number, step: number): Promise<Picture | null> {
    const picture = await drawn(`${strut}\n${text}`, style, width);
    const top = step - accentPx;
    if (picture.height <= top + accentPx) return null;
    const height = Math.ceil((picture.height - step) / step) * step;
    const pixels = new Uint8Array(picture.width * height * 4);
    const end = Math.min(picture.height, top + height);
    pixels.set(picture.pixels.subarray(top * picture.width * 4, end * picture.width * 4));
    return { width: picture.width, height, channels: 4, pixels };
  }

  async function has(character: string): Promise<boolean> {
    const style = { px: 24, colour: '#000000' };
    const box = await drawn(character.length > 1 ? unassigned.long : unassigned.short, style);
    const shown = await drawn(character, style);
    // Boxes have different codes within the same frame.
    const row = box.width * 4;
    return (
      shown.width !== box.width ||
      shown.height !== box.height ||
      Buffer.compare(shown.pixels.subarray(0, row), box.pixels.subarray(0, row)) !== 0 ||
      Buffer.compare(shown.pixels.subarray(-row), box.pixels.subarray(-row)) !== 0
    );
  }

  async function lineHeight(px: number): Promise<number> {
    const known = lineHeights.get(px);
    if (known !== undefined) return known;
    const style = { px, colour: '#000000' };
    const [one, two] = [await drawn(strut, style), await drawn(`${strut}\n${strut}`, style)];
    lineHeights.set(px, two.height - one.height);
    return two.height - one.height;
  }

  async function drawn(text: string, { px, colour, isBold = false }: TextStyle, width?: number) {
    const { family, file } = isBold ? fonts.bold : fonts.regular;
    const { data, info } = await sharp({
      text: {
        // A hyphen would look like one of the text.
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
    return { width: info.width, height: info.height, channels: 4 as const, pixels: new Uint8Array(data) };
  }

  // Without a font, every letter is the same empty box.
  async function refuseBlankLetters(): Promise<void> {
    const style = { px: 32, colour: '#000000' };
    const [a, b] = [await drawn('A', style), await drawn('B', style)];
    if (Buffer.compare(a.pixels, b.pixels) !== 0) return;
    throw new UserError(
      'usage',
      'There is no font on this machine to write the labels of a contact sheet with.',
      'Install dejavu-fonts-ttf beside rcb (npm install -g dejavu-fonts-ttf), or the fonts-dejavu package of the system.',
    );
  }
}

const graphemes = new Intl.Segmenter();

// What changes the direction of all that follows, what nobody sees, and halves of characters.
const unseen = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]+/gu;

/** A text on one line, without what a font cannot show. */
function printable(text: string): string {
  return text
    .replace(unseen, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
}

/** Pango reads what it draws as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
