/** What one reading of an image yields. */
export interface ImageAnalysis {
  readonly thumbnail: Buffer;
  readonly type: ThumbnailType;
  /** `#rrggbb` if the whole image has this colour, else null. */
  readonly colour: string | null;
}

/** What a thumbnail is, as the end of its file's name. */
type ThumbnailType = 'jpg' | 'webp';

/** Reads an image file; null: it cannot be decoded. */
export type AnalyseImage = (path: string) => Promise<ImageAnalysis | null>;

/** Pixels of the longer side. */
const thumbnailSide = 384;

// To be decoded, some formats need all pixels in memory at once, four bytes each.
const maxPixels = 100_000_000;

/** Of 255 levels: JPEG varies a uniform surface by a few levels, which are invisible. */
const maxSpread = 8;

/** Loads sharp, an optional dependency; null: it is not installed, or does not work on this system. */
export async function imageAnalyser(): Promise<AnalyseImage | null> {
  const sharp = await import('sharp').then(
    (loaded) => loaded.default,
    () => null,
  );
  if (sharp === null) return null;
  // Each file is read once, and several are read in parallel: neither a cache nor threads per image would help.
  sharp.cache(false);
  sharp.concurrency(1);

  return async (path) => {
    try {
      const { data, info } = await sharp(path, { failOn: 'error', limitInputPixels: maxPixels })
        .rotate()
        .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      const pixels = sharp(data, { raw: { width, height, channels } });
      const colour = uniformColour(data, channels);
      // WebP takes a third less room and six times the time, as much as reading the image; JPEG knows no transparency.
      const type = channels === 4 || channels === 2 ? 'webp' : 'jpg';
      const coded =
        type === 'webp'
          ? pixels.webp({ quality: 76, effort: 0 })
          : pixels.jpeg({ quality: 78, optimiseCoding: false });
      return { thumbnail: await coded.toBuffer(), type, colour };
    } catch {
      return null;
    }
  };
}

/** The colour of pixels that are all the same apart from noise, as `#rrggbb`; null: they differ. */
function uniformColour(pixels: Uint8Array, channels: number): string | null {
  const sums = new Array<number>(channels).fill(0);
  for (let channel = 0; channel < channels; channel += 1) {
    let [min, max] = [255, 0];
    for (let at = channel; at < pixels.length; at += channels) {
      const level = pixels[at] as number;
      if (level < min) min = level;
      if (level > max) max = level;
      if (max - min > maxSpread) return null;
      sums[channel] = (sums[channel] as number) + level;
    }
  }
  const count = pixels.length / channels;
  const levels = sums.slice(0, 3).map((sum) => Math.round(sum / count));
  return `#${levels.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
