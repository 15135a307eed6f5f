import { oneOf } from '../simulated-dice.ts';
import { paintCard } from './card-picture.ts';
import { type PaletteImage, palettePng } from './palette-png.ts';

const sidePx = 512;

type Rgb = PaletteImage['palette'][number];

// As models return them: black from a filter, white and grey from a failed decoder, and a colour.
const flatColours: readonly [Rgb, ...Rgb[]] = [
  [0, 0, 0],
  [255, 255, 255],
  [127, 127, 127],
  [24, 54, 110],
];

/** A PNG of a single colour. `drawn` in [0, 1) selects it. */
export function flatPicture(drawn: number): Buffer {
  const pixels = new Uint8Array(sidePx * sidePx);
  return palettePng({ width: sidePx, height: sidePx, pixels, palette: [oneOf(flatColours, drawn)] });
}

/** The picture of a server that ignores the seed. */
export function samePicture(): Buffer {
  return palettePng(
    paintCard({
      prompt: 'The same picture for every seed',
      style: 'auto',
      aspectRatio: '1:1',
      facts: [],
      notes: [],
      variant: 0,
    }),
  );
}
