import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SharpModule } from './sharp-module.ts';
import { type Box, sharedBox } from './sheet-layout.ts';
import { partsOf, type SheetPart, unseen } from './sheet-parts.ts';
import { fill, lay, type Picture, type Raster } from './sheet-raster.ts';
import type { SheetJob } from './sheet-table.ts';
import { cellGround, type SheetStyles, tones } from './sheet-theme.ts';
import type { TextRenderer } from './text-renderer.ts';

/** What sheets are drawn with. */
export interface SheetTools {
  readonly sharp: SharpModule;
  readonly textRenderer: TextRenderer;
  readonly styles: SheetStyles;
  /** The run folder. */
  readonly dir: string;
}

/** Draws everything that its jobs have to show into a cell. */
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
  const picture = await fittedPicture(part.path, box, tools);
  if ('kind' in picture) {
    await drawPart(raster, box, picture, tools);
    return;
  }
  fill(raster, box, cellGround);
  const left = box.left + Math.floor((box.width - picture.width) / 2);
  const top = box.top + Math.floor((box.height - picture.height) / 2);
  lay(raster, picture, left, top);
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
  // In a small box, letters have to be smaller than labels are.
  const maxPx = Math.max(8, Math.round(box.width / 7));
  const width = box.width - 2 * padding;
  let room = box.height - 2 * padding;
  for (const [words, style] of [
    [heading, styles.heading],
    [text, styles.small],
  ] as const) {
    const px = Math.min(style.px, maxPx);
    const picture = await textRenderer.set(words, { ...style, px, colour }, width, room);
    if (picture === null) continue;
    lay(raster, picture, box.left + padding, box.top + box.height - padding - room);
    room -= picture.height + Math.round(padding / 3);
  }
}

/** The image shrunk to fit, never cropped or enlarged; or what is wrong with it. */
async function fittedPicture(
  path: string,
  box: Box,
  { sharp, dir }: SheetTools,
): Promise<Picture | SheetPart> {
  const file = join(dir, path);
  if (!existsSync(file)) return unseen(path, 'missing', '');
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
    // What a damaged file makes of the decoder is shown in its place.
    return unseen(path, 'broken', (error as Error).message.trim().split('\n')[0] as string);
  }
}
