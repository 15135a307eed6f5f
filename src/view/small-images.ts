import { loadSharp } from './sheet/sharp-module.ts';

/** A smaller picture, without anything that the file said of itself. */
export interface SmallImage {
  readonly bytes: Buffer;
  readonly extension: 'jpg' | 'webp';
  readonly mime: string;
  readonly width: number;
  readonly height: number;
}

const maxSide = 1_024;
// To be decoded, some formats need all pixels in memory at once, four bytes each.
const maxPixels = 200_000_000;

/**
 * Makes pictures of at most 1,024 pixels: JPEG, or WebP where they are transparent or move. null: it cannot be decoded.
 * Throws `UserError` (`usage`) if sharp is not installed.
 */
export async function smallImages(): Promise<(path: string) => Promise<SmallImage | null>> {
  const sharp = await loadSharp('--small needs');
  sharp.cache(false);
  sharp.concurrency(1);
  return async (path) => {
    try {
      const { pages = 1, hasAlpha } = await sharp(path).metadata();
      const isMoving = pages > 1;
      const image = sharp(path, { animated: isMoving, limitInputPixels: maxPixels, failOn: 'error' });
      const still = isMoving ? image : image.rotate();
      const smaller = still
        .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
        .toColourspace('srgb');
      const isOpaque = !hasAlpha || (!isMoving && (await sharp(path).stats()).isOpaque);
      const type = isOpaque && !isMoving ? 'jpg' : 'webp';
      const coded = type === 'jpg' ? smaller.jpeg({ quality: 84 }) : smaller.webp({ quality: 82 });
      const { data, info } = await coded.toBuffer({ resolveWithObject: true });
      const height = info.pageHeight ?? info.height;
      const mime = type === 'jpg' ? 'image/jpeg' : 'image/webp';
      return { bytes: data, extension: type, mime, width: info.width, height };
    } catch {
      return null;
    }
  };
}
