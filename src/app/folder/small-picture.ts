import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from '../../core/job/job.ts';
import { mediaKindOf } from '../../core/media.ts';
import { placeInside } from '../../store/folder/folder-bounds.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import { keyOf, thumbnailNames } from '../../view/thumbnail-names.ts';
import { thumbsFolder } from '../../view/thumbnails.ts';

interface SmallPicture {
  readonly mime: string;
  readonly bytes: Buffer;
}

const maxBytes = 200_000;

/** A result, small enough to be looked at by whoever pays for each byte. null: it is no image, or cannot be shown. */
export async function smallPicture(dir: string, output: SavedFile): Promise<SmallPicture | null> {
  if (mediaKindOf(output.mime) !== 'image') return null;
  const made = thumbnailNames(join(dir, thumbsFolder)).find(({ key }) => key === keyOf(output));
  const thumbnail = made === undefined ? null : ownBytes(dir, `${thumbsFolder}/${made.name}`);
  if (made !== undefined && thumbnail !== null && thumbnail.length > 0) {
    return { mime: made.name.endsWith('.webp') ? 'image/webp' : 'image/jpeg', bytes: thumbnail };
  }
  const analyse = await imageAnalyser();
  const path = placeInside(dir, output.path);
  const small = isPlain(path) && analyse !== null ? await analyse(path) : null;
  if (small !== null)
    return { mime: small.type === 'webp' ? 'image/webp' : 'image/jpeg', bytes: small.thumbnail };
  const bytes = ownBytes(dir, output.path);
  return bytes === null ? null : { mime: output.mime, bytes };
}

/** A file below the run folder that is small, and no link to elsewhere; null: it is not. */
function ownBytes(dir: string, path: string): Buffer | null {
  const place = placeInside(dir, path);
  const { size = maxBytes + 1 } = isPlain(place) ? lstatSync(place) : {};
  return size > maxBytes ? null : readFileSync(place);
}

function isPlain(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
