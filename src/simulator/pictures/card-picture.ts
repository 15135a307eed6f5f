import { roll } from '../simulated-dice.ts';
import { cardPalette, ink } from './card-colours.ts';
import { paintEmblem, paintFrame } from './card-emblems.ts';
import { paintBackground } from './card-patterns.ts';
import type { PaletteImage } from './palette-png.ts';
import { type Canvas, drawText, fillRect, lineUnits, textWidth, wrapText } from './pixel-text.ts';

/** What a picture of the simulator shows. */
export interface Card {
  readonly prompt: string;
  readonly style: string;
  /** `16:9`; anything else is drawn square. */
  readonly aspectRatio: string;
  /** Short facts in large letters, such as `seed 7`. */
  readonly facts: readonly string[];
  /** Small print: the model and the other inputs. */
  readonly notes: readonly string[];
  /** The pattern of the background: neighbours differ. */
  readonly variant: number;
}

const shortSidePx = 512;
const maxSidePx = 2_048;

/** Paints a card: hue from the prompt, pattern from the variant, shape and frame from the style. */
export function paintCard(card: Card): PaletteImage {
  const { width, height } = sizeOf(card.aspectRatio);
  const canvas: Canvas = { width, height, pixels: new Uint8Array(width * height) };
  paintBackground(canvas, card.variant);
  paintFrame(canvas, card.style);

  const wide = width > height * 1.3;
  const panelWidth = wide ? Math.round(width * 0.62) - marginPx : width - 2 * marginPx;
  const maxHeight = wide ? height - 2 * marginPx : Math.round(height * 0.64) - marginPx;
  const words = setWords(card, panelWidth - 2 * paddingPx, maxHeight - 2 * paddingPx);
  const panelHeight = words.height + 2 * paddingPx;
  const top = height - marginPx - panelHeight;
  const left = marginPx + panelWidth;
  if (wide) {
    paintEmblem(canvas, card.style, (left + width) / 2, height / 2, Math.min((width - left) * 0.36, 150));
  } else {
    paintEmblem(canvas, card.style, width / 2, (top + 8) / 2, Math.min(top * 0.36, 150));
  }
  paintPanel(canvas, marginPx, top, panelWidth, panelHeight);
  paintWords(canvas, words, marginPx + paddingPx, top + paddingPx);

  const hue = 360 * roll(0, 'hue', card.prompt);
  return { width, height, pixels: canvas.pixels, palette: cardPalette(hue, card.style) };
}

const marginPx = 26;
const paddingPx = 16;
const gapPx = 10;

interface Words {
  readonly lines: readonly string[];
  readonly scale: number;
  readonly chips: readonly (readonly Chip[])[];
  readonly notes: readonly string[];
  readonly noteScale: number;
  readonly height: number;
}

/** As large as fits; the small print shrinks first, then the prompt, then the prompt is cut. */
function setWords(card: Card, width: number, maxHeight: number): Words {
  const chips = chipLayout(card.facts, width);
  const chipsHeight = chips.length === 0 ? 0 : chips.length * chipHeightPx + gapPx;
  for (const [scale, noteScale] of sizes) {
    const notes = card.notes.flatMap((note) => wrapText(note, width, noteScale, 2)).slice(0, 8);
    const below = chipsHeight + gapPx + notes.length * lineUnits * noteScale;
    const room = Math.max(1, Math.floor((maxHeight - below) / (lineUnits * scale)));
    const lines = wrapText(card.prompt, width, scale, room + 1);
    if (lines.length > room && scale > 2) continue;
    const kept = lines.length > room ? wrapText(card.prompt, width, scale, room) : lines;
    const height = kept.length * lineUnits * scale + below;
    return { lines: kept, scale, chips, notes, noteScale, height };
  }
  throw new RangeError('The last size takes any text.');
}

// Sizes of the prompt and the small print, from the largest to the smallest.
const sizes = [
  [5, 2],
  [4, 2],
  [3, 2],
  [3, 1],
  [2, 1],
] as const;

function paintWords(canvas: Canvas, words: Words, x: number, y: number): void {
  let at = y;
  for (const line of words.lines) {
    drawText(canvas, line, x, at, words.scale, ink.text);
    at += lineUnits * words.scale;
  }
  at += gapPx;
  for (const row of words.chips) {
    for (const chip of row) {
      fillRect(canvas, x + chip.x, at, chip.width, chipHeightPx - 8, ink.accent);
      drawText(canvas, chip.text, x + chip.x + 9, at + 1, chipScale, ink.panel);
    }
    at += chipHeightPx;
  }
  if (words.chips.length > 0) at += gapPx;
  for (const note of words.notes) {
    drawText(canvas, note, x, at, words.noteScale, ink.faint);
    at += lineUnits * words.noteScale;
  }
}

const chipScale = 3;
const chipHeightPx = chipScale * 12 + 8;

interface Chip {
  readonly text: string;
  readonly x: number;
  readonly width: number;
}

function chipLayout(facts: readonly string[], width: number): readonly (readonly Chip[])[] {
  const rows: Chip[][] = [];
  for (const text of facts) {
    const wide = textWidth(text, chipScale) + 18;
    const row = rows.at(-1);
    const last = row?.at(-1);
    const x = last === undefined ? 0 : last.x + last.width + 8;
    if (row !== undefined && x + wide <= width) row.push({ text, x, width: wide });
    else rows.push([{ text, x: 0, width: wide }]);
  }
  return rows;
}

function paintPanel(canvas: Canvas, x: number, y: number, w: number, h: number): void {
  const radius = 14;
  for (let row = 0; row < h; row += 1) {
    const edge = Math.max(radius - row - 1, radius - (h - row), 0);
    const cut = Math.round(radius - Math.sqrt(radius * radius - edge * edge));
    fillRect(canvas, x + cut, y + row, w - 2 * cut, 1, ink.panel);
  }
}

/** True to the ratio, 512 pixels on the short side, even for packing. */
function sizeOf(aspectRatio: string): { readonly width: number; readonly height: number } {
  const [, across, down] = /^(\d{1,3}):(\d{1,3})$/.exec(aspectRatio) ?? [];
  const ratio = Number(across ?? 1) / Number(down ?? 1);
  const even = (side: number): number => Math.min(maxSidePx, 2 * Math.round(side / 2));
  if (!(ratio > 0 && ratio < 100)) return { width: shortSidePx, height: shortSidePx };
  return ratio >= 1
    ? { width: even(shortSidePx * ratio), height: shortSidePx }
    : { width: shortSidePx, height: even(shortSidePx / ratio) };
}
