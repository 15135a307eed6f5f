/** What one look at an image gives. */
export interface ImageAnalysis {
  /** A WebP. */
  readonly thumbnail: Buffer;
  /** `#rrggbb` where the whole image is of this colour, else null. */
  readonly colour: string | null;
}

/** Looks at an image file; null: it cannot be decoded. */
export type AnalyseImage = (path: string) => Promise<ImageAnalysis | null>;

/** Pixels of the longer side. */
const thumbnailSide = 384;

// Decoded, some formats need all of their pixels in memory at once, four bytes each.
const maxPixels = 100_000_000;

/** Of 255: what JPEG makes of an even surface spreads by a few levels, which nobody sees. */
const evenSpread = 8;

/** Loads sharp, which is optional; null: it is not installed here, or not for this system. */
export async function imageAnalyser(): Promise<AnalyseImage | null> {
  const sharp = await import('sharp').then(
    (loaded) => loaded.default,
    () => null,
  );
  if (sharp === null) return null;
  // Each file is read once, and several are looked at side by side: neither a cache nor threads per image help.
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
      const thumbnail = await sharp(data, { raw: { width, height, channels } })
        .webp({ quality: 76, effort: 2 })
        .toBuffer();
      return { thumbnail, colour: evenColour(data, channels) };
    } catch {
      return null;
    }
  };
}

/** The colour of pixels that are all the same but for noise, as `#rrggbb`; null: they are not. */
export function evenColour(pixels: Uint8Array, channels: number): string | null {
  const sums = new Array<number>(channels).fill(0);
  for (let channel = 0; channel < channels; channel += 1) {
    let [least, most] = [255, 0];
    for (let at = channel; at < pixels.length; at += channels) {
      const level = pixels[at] as number;
      if (level < least) least = level;
      if (level > most) most = level;
      if (most - least > evenSpread) return null;
      sums[channel] = (sums[channel] as number) + level;
    }
  }
  const count = pixels.length / channels;
  const levels = sums.slice(0, 3).map((sum) => Math.round(sum / count));
  return `#${levels.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
