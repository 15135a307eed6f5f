import type { Dice } from '../../core/ports.ts';
import { rolling } from '../simulated-dice.ts';
import { ink, shades } from './card-colours.ts';
import type { Canvas } from './pixel-text.ts';

/** How much lighter (0 to 4) the background is at a place, in pixels. */
type Pattern = (x: number, y: number) => number;

type MakePattern = (dice: Dice, width: number, height: number) => Pattern;

const rings: MakePattern = (dice, width, height) => {
  const [cx, cy, wide] = [width * dice(), height * dice() * 0.7, 14 + 22 * dice()];
  return (x, y) => (Math.floor(Math.sqrt((x - cx) ** 2 + (y - cy) ** 2) / wide) % 2 ? 3 : 0);
};

const stripes: MakePattern = (dice) => {
  const [angle, wide] = [Math.PI * dice(), 16 + 26 * dice()];
  const [c, s] = [Math.cos(angle) / wide, Math.sin(angle) / wide];
  return (x, y) => {
    const at = x * c + y * s;
    const part = at - Math.floor(at / 2) * 2;
    return part < 1 ? 0 : part < 1.3 ? 4 : 2;
  };
};

const waves: MakePattern = (dice, width) => {
  const [wide, high, long, lean] = [18 + 20 * dice(), 10 + 26 * dice(), 50 + 90 * dice(), dice() - 0.5];
  const lifts = Float64Array.from({ length: width }, (_, x) => x * lean + high * Math.sin(x / long));
  return (x, y) => {
    const at = (y + (lifts[x] as number)) / wide;
    return (at - Math.floor(at / 3) * 3) | 0;
  };
};

const dots: MakePattern = (dice) => {
  const [cell, angle, share] = [26 + 34 * dice(), (Math.PI / 2) * dice(), 0.28 + 0.14 * dice()];
  const [c, s] = [Math.cos(angle) / cell, Math.sin(angle) / cell];
  return (x, y) => {
    const [u, v] = [x * c + y * s, y * c - x * s];
    const [du, dv] = [u - Math.floor(u) - 0.5, v - Math.floor(v) - 0.5];
    return du * du + dv * dv < share * share ? 3 : 0;
  };
};

const checks: MakePattern = (dice) => {
  const [cell, angle] = [24 + 30 * dice(), (Math.PI / 2) * dice()];
  const [c, s] = [Math.cos(angle) / cell, Math.sin(angle) / cell];
  return (x, y) => ((Math.floor(x * c + y * s) + Math.floor(y * c - x * s)) & 1) * 2;
};

const rays: MakePattern = (dice, width, height) => {
  const [cx, cy] = [width * (0.2 + 0.6 * dice()), height * (0.1 + 0.4 * dice())];
  const [count, phase] = [5 + Math.floor(9 * dice()), dice()];
  return (x, y) => (Math.floor((Math.atan2(y - cy, x - cx) / Math.PI) * count + phase + 32) & 1) * 3;
};

const hills: MakePattern = (dice, width, height) => {
  const lines = [0, 1, 2, 3].map((row) => {
    const [at, high] = [height * (0.16 + 0.13 * row + 0.08 * dice()), height * (0.03 + 0.06 * dice())];
    const [long, phase] = [Math.min(width, height) * (0.07 + 0.12 * dice()), 7 * dice()];
    return Float64Array.from({ length: width }, (_, x) => at + high * Math.sin(x / long + phase));
  });
  const [sunX, sunY, sun] = [width * (0.2 + 0.6 * dice()), height * 0.16, 24 + 30 * dice()];
  return (x, y) => {
    for (let row = 3; row >= 0; row -= 1) {
      if (y > ((lines[row] as Float64Array)[x] as number)) return 3 - row;
    }
    return (x - sunX) ** 2 + (y - sunY) ** 2 < sun * sun ? 4 : 3;
  };
};

const weave: MakePattern = (dice) => {
  const [cell, share] = [30 + 40 * dice(), 0.3 + 0.25 * dice()];
  return (x, y) => {
    const [u, v] = [x / cell, y / cell];
    const across = u - Math.floor(u) < share ? 2 : 0;
    return across + (v - Math.floor(v) < share ? 2 : 0);
  };
};

const makers: readonly MakePattern[] = [rings, stripes, waves, dots, checks, rays, hills, weave];

/** Fills the canvas with one of endless patterns, over a gradient that is lighter at the top. */
export function paintBackground(canvas: Canvas, variant: number): void {
  const { width, height, pixels } = canvas;
  const make = makers[variant % makers.length] as MakePattern;
  const pattern = make(rolling(0, 'pattern', variant), width, height);
  // Two by two pixels at a time: a quarter of the work, and rows in pairs pack to half the size.
  for (let y = 0; y < height; y += 2) {
    const gradient = 5.4 * (1 - y / height);
    const from = y * width;
    for (let x = 0; x < width; x += 2) {
      const shade = ink.shade + Math.min(shades - 1, (gradient + pattern(x, y)) | 0);
      pixels[from + x] = shade;
      pixels[from + x + 1] = shade;
    }
    if (y + 1 < height) pixels.copyWithin(from + width, from, from + width);
  }
}
