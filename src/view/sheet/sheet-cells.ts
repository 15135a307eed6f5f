import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SharpModule } from './sharp-module.ts';
import { type Box, sharedBox } from './sheet-layout.ts';
import { elsewhere, partsOf, type SheetPart, unreadable } from './sheet-parts.ts';
import { draw, fill, type Picture, type Raster } from './sheet-raster.ts';
import type { SheetJob } from './sheet-table.ts';
import { cellGround, type SheetStyles, tones } from './sheet-theme.ts';
import type { TextRenderer } from './text-renderer.ts';

/** The tools that draw sheets. */
export interface SheetTools {
  readonly sharp: SharpModule;
  readonly textRenderer: TextRenderer;
  readonly styles: SheetStyles;
  /** The run folder. */
  readonly dir: string;
}

/** Draws the results of a cell's jobs. */
export async function drawCell(
  raster: Raster,
  box: Box,
  jobs: readonly SheetJob[],
  tools: SheetTools,
): Promise<void> {
  const parts = partsOf(jobs);
  const boxes = sharedBox(box, parts.length);
  for (const [nth, part] of parts.entries()) await drawPart(raster, boxes[nth] as Box, part, tools);
}

async function drawPart(raster: Raster, box: Box, part: SheetPart, tools: SheetTools): Promise<void> {
  if (box.width < 1 || box.height < 1) return;
  if (part.kind === 'words') {
    await drawWords(raster, box, part, tools);
    return;
  }
  const picture = await fittedPicture(part, box, tools);
  if ('kind' in picture) {
    await drawPart(raster, box, picture, tools);
    return;
  }
  fill(raster, box, cellGround);
  const left = box.left + Math.floor((box.width - picture.width) / 2);
  const top = box.top + Math.floor((box.height - picture.height) / 2);
  draw(raster, picture, left, top);
}

async function drawWords(
  raster: Raster,
  box: Box,
  { tone, heading, text }: Extract<SheetPart, { kind: 'words' }>,
  { textRenderer, styles }: SheetTools,
): Promise<void> {
  const { ground, ink: colour } = tones[tone];
  fill(raster, box, ground);
  const padding = Math.round(Math.min(styles.label.px * 0.7, box.width / 14));
  // In a small box, the text must be smaller than the labels.
  const maxPx = Math.max(8, Math.round(box.width / 7));
  const width = box.width - 2 * padding;
  let room = box.height - 2 * padding;
  for (const [words, style] of [
    [heading, styles.heading],
    [text, styles.small],
  ] as const) {
    const px = Math.min(style.px, maxPx);
    const picture = await textRenderer.render(words, { ...style, px, colour }, width, room);
    if (picture === null) continue;
    draw(raster, picture, box.left + padding, box.top + box.height - padding - room);
    room -= picture.height + Math.round(padding / 3);
  }
}

/** The image, shrunk to fit but never cropped or enlarged, or what is wrong with it. */
async function fittedPicture(
  { path, runner }: Extract<SheetPart, { kind: 'image' }>,
  box: Box,
  { sharp, dir }: SheetTools,
): Promise<Picture | SheetPart> {
  const file = join(dir, path);
  if (!existsSync(file)) {
    return runner === undefined ? unreadable(path, 'missing', '') : elsewhere(path, runner);
  }
  try {
    const { data, info } = await sharp(file, { failOn: 'error', sequentialRead: true })
      .autoOrient()
      .resize({ width: box.width, height: box.height, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 3, pixels: data };
  } catch (error) {
    // The decoder's error message takes the place of a damaged image.
    return unreadable(path, 'broken', (error as Error).message.trim().split('\n')[0] as string);
  }
}
