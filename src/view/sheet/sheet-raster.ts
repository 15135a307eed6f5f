import type { Box } from './sheet-layout.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** Pixels as sharp returns them: 3 bytes each, or 4 with opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly pixels: Uint8Array;
}

/** A band of a sheet, as RGB. Whatever extends beyond its edges is clipped. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export function blankRaster(width: number, height: number, colour: Colour): Raster {
  const raster = { width, height, pixels: new Uint8Array(width * height * 3) };
  fill(raster, { left: 0, top: 0, width, height }, colour);
  return raster;
}

export function fill(raster: Raster, box: Box, colour: Colour): void {
  const { left, top, right, bottom } = clipped(raster, box);
  if (right <= left || bottom <= top) return;
  const first = raster.pixels.subarray((top * raster.width + left) * 3, (top * raster.width + right) * 3);
  for (let at = 0; at < first.length; at += 3) first.set(colour, at);
  for (let y = top + 1; y < bottom; y += 1) raster.pixels.set(first, (y * raster.width + left) * 3);
}

/** Draws a picture onto the raster, with its upper left corner at `left`, `top`. */
export function draw(raster: Raster, picture: Picture, left: number, top: number): void {
  const area = clipped(raster, { left, top, width: picture.width, height: picture.height });
  for (let y = area.top; y < area.bottom; y += 1) {
    const from = ((y - top) * picture.width + area.left - left) * picture.channels;
    const to = (y * raster.width + area.left) * 3;
    const count = area.right - area.left;
    if (picture.channels === 3)
      raster.pixels.set(picture.pixels.subarray(from, from + Math.max(0, count) * 3), to);
    else blend(raster.pixels, to, picture.pixels, from, count);
  }
}

function blend(target: Uint8Array, to: number, source: Uint8Array, from: number, count: number): void {
  for (let nth = 0; nth < count; nth += 1) {
    const opacity = (source[from + nth * 4 + 3] as number) / 255;
    if (opacity === 0) continue;
    for (let part = 0; part < 3; part += 1) {
      const below = target[to + nth * 3 + part] as number;
      const above = source[from + nth * 4 + part] as number;
      target[to + nth * 3 + part] = Math.round(below + (above - below) * opacity);
    }
  }
}

function clipped({ width, height }: Raster, box: Box) {
  return {
    left: Math.max(0, box.left),
    top: Math.max(0, box.top),
    right: Math.min(width, box.left + box.width),
    bottom: Math.min(height, box.top + box.height),
  };
}
