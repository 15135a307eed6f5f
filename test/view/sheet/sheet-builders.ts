import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { SavedFile } from '../../../src/core/job/job.ts';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import type { Box } from '../../../src/view/sheet/sheet-layout.ts';
import type { Colour } from '../../../src/view/sheet/sheet-raster.ts';

/** A manifest line; its inputs are `prompt`, and whatever its axes name. */
export function aLine(nth: number, more: Partial<ManifestLine> = {}): ManifestLine {
  return {
    job: nth.toString(16).padStart(16, '0'),
    id: null,
    rows: ['in.csv:2'],
    tags: {},
    model: 'ideogram/ideogram-v2/generate',
    input: { prompt: 'a cat', ...more.axes },
    axes: {},
    rep: 1,
    parent: null,
    state: 'done',
    request_id: `r-${nth}`,
    attempts: 1,
    planned_at: null,
    submitted_at: null,
    started_at: null,
    finished_at: null,
    done_at: null,
    cost: 0.08,
    outputs: [],
    notes: [],
    error: null,
    ...more,
  };
}

/** A folder with `files/`, gone after the test. */
export function sheetFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-sheet-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An image of one colour in `dir`, as an output. */
export async function colourFile(
  dir: string,
  path: string,
  [r, g, b]: Colour,
  [width, height] = [300, 300],
): Promise<SavedFile> {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: { r, g, b } } }).toFile(join(dir, path));
  return savedFile(path, `image/${path.slice(path.lastIndexOf('.') + 1)}`);
}

export function savedFile(path: string, mime: string): SavedFile {
  return {
    path,
    bytes: 1,
    sha256: '0'.repeat(64),
    mime,
    width: null,
    height: null,
    original_sha256: null,
  };
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  at(left: number, top: number): Colour;
  /** How many pixels of a box are darker than half. */
  darkIn(box: Box): number;
  /** The pixels of a box, to be compared with those of another. */
  cut(box: Box): string;
}

/** A PNG file as sharp decodes it. */
export async function pixelsOf(png: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(png, { limitInputPixels: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (left: number, top: number): Colour => {
    const start = (top * info.width + left) * info.channels;
    return [data[start] as number, data[start + 1] as number, data[start + 2] as number];
  };
  const each = ({ left, top, width, height }: Box): Colour[] =>
    Array.from({ length: width * height }, (_, nth) =>
      at(left + (nth % width), top + Math.floor(nth / width)),
    );
  return {
    width: info.width,
    height: info.height,
    at,
    darkIn: (box) => each(box).filter(([r, g, b]) => r + g + b < 384).length,
    cut: (box) => JSON.stringify(each(box)),
  };
}

export async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
