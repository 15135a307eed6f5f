import type { Colour } from './sheet-raster.ts';
import type { TextStyle } from './text-drawing.ts';

export const paper: Colour = [255, 255, 255];
export const rule: Colour = [225, 228, 232];

const ink = '#1f2328';
const quietInk = '#6a737d';

/** The colours of cells without an image. */
export const tones = {
  plain: { ground: [238, 241, 245], ink },
  empty: { ground: [250, 250, 251], ink: '#a3a9b0' },
  waiting: { ground: [243, 244, 246], ink: '#4b535c' },
  bad: { ground: [253, 238, 236], ink: '#a4262c' },
  doubtful: { ground: [254, 246, 224], ink: '#7d5a00' },
} as const satisfies Record<string, { ground: Colour; ink: string }>;

export type CellTone = keyof typeof tones;

/** The background of images, visible if one does not fill its cell. */
export const cellGround: Colour = [246, 247, 249];

export interface SheetStyles {
  readonly title: TextStyle;
  readonly label: TextStyle;
  /** Names of keys, and notes. */
  readonly quiet: TextStyle;
  /** The state of a job, in the colour of its tone. */
  readonly heading: TextStyle;
  readonly small: TextStyle;
}

/** Text grows with the cells, so that it can be read when a whole sheet is in view. */
export function sheetStyles(cell: number): SheetStyles {
  const px = Math.max(12, Math.min(48, Math.round(cell / 18)));
  return {
    title: { px: Math.round(px * 1.4), colour: ink, isBold: true },
    label: { px, colour: ink },
    quiet: { px, colour: quietInk },
    heading: { px, colour: ink, isBold: true },
    small: { px: Math.max(11, px - 1), colour: ink },
  };
}
