import { accents, glyphs, substitutes, tinyDigits } from './pixel-font.ts';

/** The canvas: one palette index per pixel. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Rows from one line to the next, in units of the scale: two for accents, nine of letter, one between. */
export const lineUnits = 12;

interface Mask {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
}

export function fillRect(canvas: Canvas, x: number, y: number, w: number, h: number, ink: number): void {
  const [left, right] = [Math.max(0, Math.round(x)), Math.min(canvas.width, Math.round(x + w))];
  const bottom = Math.min(canvas.height, Math.round(y + h));
  if (left >= right) return;
  for (let row = Math.max(0, Math.round(y)); row < bottom; row += 1) {
    canvas.pixels.fill(ink, row * canvas.width + left, row * canvas.width + right);
  }
}

/** Draws one line with its accents' top at `y`; `scale` is pixels per unit. Returns where it ends. */
export function drawText(
  canvas: Canvas,
  text: string,
  x: number,
  y: number,
  scale: number,
  ink: number,
): number {
  let at = x;
  for (const sign of signsOf(text)) {
    const mask = maskOf(sign, scale);
    stamp(canvas, mask, at, y, ink);
    at += mask.width + scale;
  }
  return at;
}

export function textWidth(text: string, scale: number): number {
  let width = 0;
  for (const sign of signsOf(text)) width += maskOf(sign, scale).width + scale;
  return Math.max(0, width - scale);
}

/** Breaks a text into at most this number of lines of this width; what does not fit ends in dots. */
export function wrapText(text: string, width: number, scale: number, maxLines: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|\r|\n/)) {
    let line = '';
    for (const word of paragraph.split(/\s+/).filter((each) => each !== '')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (textWidth(longer, scale) <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = '';
      for (const sign of signsOf(word)) {
        if (lines.length > maxLines) break;
        if (line !== '' && textWidth(line + sign, scale) > width) {
          lines.push(line);
          line = '';
        }
        line += sign;
      }
      if (lines.length > maxLines) break;
    }
    if (line !== '') lines.push(line);
    if (lines.length > maxLines) break;
  }
  if (lines.length <= maxLines) return lines;
  const last = [...signsOf(lines[maxLines - 1] ?? '')];
  while (last.length > 0 && textWidth(`${last.join('')}...`, scale) > width) last.pop();
  return [...lines.slice(0, maxLines - 1), `${last.join('').replace(/[.\s]+$/, '')}...`];
}

/** What takes one place in a line: a letter with its accents, or a character that is drawn as a box. */
function signsOf(text: string): readonly string[] {
  const known = signsCache.get(text);
  if (known) return known;
  const plain = text.replace(/[\p{S}\p{P}\p{L}\p{Zs}]/gu, (each) => substitutes[each] ?? each);
  const signs = plain.normalize('NFC').match(/[^\p{M}\p{Cf}\p{Cc}]\p{M}*/gu) ?? [];
  if (signsCache.size > 2_000) signsCache.clear();
  signsCache.set(text, signs);
  return signs;
}

const signsCache = new Map<string, readonly string[]>();
const masks = new Map<string, Mask>();

function maskOf(sign: string, scale: number): Mask {
  const key = `${scale}${sign}`;
  let mask = masks.get(key);
  if (mask === undefined) {
    if (masks.size > 4_000) masks.clear();
    mask = letterMask(sign, scale) ?? boxMask(sign, scale);
    masks.set(key, mask);
  }
  return mask;
}

function letterMask(sign: string, scale: number): Mask | null {
  const [letter = '', ...marks] = sign.normalize('NFD');
  const rows = Object.hasOwn(glyphs, letter) ? (glyphs[letter] as string).split(' ') : null;
  if (rows === null) return null;
  const accent = marks.map((mark) => accents[mark]).find((each) => each !== undefined);
  const width = Math.max(rows[0]?.length ?? 0, accent === undefined ? 0 : 3);
  const mask: Mask = { width, height: 11, bits: new Uint8Array(width * 11) };
  plot(mask, rows, (width - (rows[0]?.length ?? 0)) >> 1, 2);
  if (accent !== undefined) {
    const low = letter === letter.toLowerCase() && !/[bdfhklt]/.test(letter);
    // The accent takes the place of the dot.
    if (low && 'ij'.includes(letter)) mask.bits.fill(0, 0, width * 4);
    plot(mask, accent.split(' '), (width - 3) >> 1, low ? 1 : 0);
  }
  return enlarged(mask, scale);
}

/** A frame with the code point in it, for scripts that we have no letters for. */
function boxMask(sign: string, scale: number): Mask {
  const code = (sign.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  const perRow = code.length > 4 ? 3 : 2;
  const unit = Math.max(1, scale >> 1);
  const small: Mask = { width: perRow * 4 + 3, height: 15, bits: new Uint8Array((perRow * 4 + 3) * 15) };
  const line = '#'.repeat(small.width);
  const sides = `#${'.'.repeat(small.width - 2)}#`;
  plot(small, [line, ...Array.from({ length: 13 }, () => sides), line], 0, 0);
  const digits = code.padStart(perRow * 2, '0');
  [...digits].forEach((digit, index) => {
    const [column, row] = [index % perRow, Math.floor(index / perRow)];
    plot(small, (tinyDigits[digit] as string).split(' '), 2 + column * 4, 2 + row * 6);
  });
  const height = 11 * scale;
  const mask: Mask = { width: small.width * unit, height, bits: new Uint8Array(small.width * unit * height) };
  const top = Math.max(0, 9 * scale - 15 * unit);
  for (let y = 0; y < 15 * unit && y + top < height; y += 1) {
    for (let x = 0; x < mask.width; x += 1) {
      const bit = small.bits[Math.floor(y / unit) * small.width + Math.floor(x / unit)] as number;
      mask.bits[(y + top) * mask.width + x] = bit;
    }
  }
  return mask;
}

function plot(mask: Mask, rows: readonly string[], left: number, top: number): void {
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] === '#') mask.bits[(y + top) * mask.width + x + left] = 1;
    }
  });
}

/** Larger, with the steps of slanted strokes filled in, so that letters do not look like stairs. */
function enlarged(mask: Mask, scale: number): Mask {
  const { width, height } = mask;
  const bit = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (mask.bits[y * width + x] as number);
  const large: Mask = {
    width: width * scale,
    height: height * scale,
    bits: new Uint8Array(width * height * scale * scale),
  };
  for (let y = 0; y < large.height; y += 1) {
    for (let x = 0; x < large.width; x += 1) {
      const [cx, cy] = [Math.floor(x / scale), Math.floor(y / scale)];
      // How far from the middle of its unit, from -1 to 1, and the neighbours on that side.
      const [dx, dy] = [(2 * (x % scale) + 1) / scale - 1, (2 * (y % scale) + 1) / scale - 1];
      const [beside, above] = [bit(cx + Math.sign(dx), cy), bit(cx, cy + Math.sign(dy))];
      const across = bit(cx + Math.sign(dx), cy + Math.sign(dy));
      const corner = Math.abs(dx) + Math.abs(dy) > 1;
      const here = bit(cx, cy);
      const filled = here === 0 && corner && beside === 1 && above === 1 && across === 0;
      large.bits[y * large.width + x] = filled ? 1 : here;
    }
  }
  return large;
}

function stamp(canvas: Canvas, mask: Mask, left: number, top: number, ink: number): void {
  for (let y = 0; y < mask.height; y += 1) {
    const row = (top + y) * canvas.width;
    if (top + y < 0 || top + y >= canvas.height) continue;
    for (let x = 0; x < mask.width; x += 1) {
      if (mask.bits[y * mask.width + x] === 1 && left + x >= 0 && left + x < canvas.width) {
        canvas.pixels[row + left + x] = ink;
      }
    }
  }
}
