import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';
import { openFlatImageLog } from './flat-image-log.ts';
import type { AnalyseImage } from './image-analysis.ts';

export const thumbsFolder = 'thumbs';

/** What is needed of a file to create its thumbnail, and no more: a page may have a hundred thousand. */
export type ImageFile = Pick<SavedFile, 'path' | 'sha256' | 'mime'>;

/** Replaces a file as a whole or not at all, even if others replace it at the same moment. */
type ReplaceFile = (path: string, content: Uint8Array) => Promise<void>;

/** The thumbnails of a run folder's images. */
export interface Thumbnails {
  /** The path of a file's thumbnail, relative to the run folder; null: there is none. */
  of(file: ImageFile): string | null;
  /** Whether analysing the file would add something; never for one that could not be decoded. */
  isWanted(file: ImageFile): boolean;
  /** Analyses files, a few at a time, while `isWorthwhile`; the rest stays wanted. Calls `onAnalysed` after each. */
  make(files: Iterable<ImageFile>, isWorthwhile: () => boolean, onAnalysed?: () => void): Promise<void>;
  /** How many thumbnails were made, and how many images could not be decoded. */
  counts(): { readonly made: number; readonly undecodable: number };
  /** Takes note of thumbnails that others have made or removed. */
  refresh(): Promise<void>;
  /** Removes thumbnails that belong to none of these files, or to a file that no longer exists. Returns how many. */
  removeOrphans(files: Iterable<ImageFile>): Promise<number>;
}

// Named after the contents, so that copies share a thumbnail and a moved file keeps it.
const keyOf = (file: ImageFile): string => file.sha256.slice(0, 16);

const thumbName = /^([0-9a-f]{16})\.webp$/;

// SVG drawings are small as they are, and rendering them may read other files.
const isAnalysable = ({ mime }: ImageFile): boolean => mime.startsWith('image/') && mime !== 'image/svg+xml';

/** `analyse` is null if images cannot be decoded; then no thumbnails are made. Throws what `replace` throws. */
export async function openThumbnails(
  dir: string,
  analyse: AnalyseImage | null,
  replace: ReplaceFile,
  atOnce: number,
): Promise<Thumbnails> {
  const folder = join(dir, thumbsFolder);
  let flats = await openFlatImageLog(dir);
  let ready = new Set<string>();
  const undecodable = new Set<string>();
  const inProgress = new Set<string>();
  let made = 0;

  async function refresh(): Promise<void> {
    const there = new Set<string>();
    for (const name of existsSync(folder) ? await readdir(folder) : []) {
      const key = thumbName.exec(name)?.[1];
      if (key === undefined) continue;
      // Thumbnails are not synced to disk. A power cut may leave empty files, which are made again.
      const isWhole = ready.has(key) || ((await stat(join(folder, name)).catch(() => null))?.size ?? 0) > 0;
      if (isWhole) there.add(key);
    }
    ready = there;
    flats = await openFlatImageLog(dir);
  }

  /** A copy of a single-colour image: no need to analyse it, but its own entry is missing. */
  const isFlatCopy = (file: ImageFile): boolean => flats.colourOf(file.sha256) !== null && !flats.has(file);

  async function makeOne(file: ImageFile, read: AnalyseImage): Promise<void> {
    const key = keyOf(file);
    const known = flats.colourOf(file.sha256);
    if (known !== null) await flats.add(file, known);
    if (ready.has(key) || inProgress.has(key)) return;
    inProgress.add(key);
    try {
      const image = await read(join(dir, file.path));
      if (image === null) {
        undecodable.add(file.sha256);
        return;
      }
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // The colour is recorded before the thumbnail exists: once it does, the image is not analysed again.
      if (image.colour !== null) await flats.add(file, image.colour);
      await replace(join(folder, `${key}.webp`), image.thumbnail);
      ready.add(key);
      made += 1;
    } finally {
      inProgress.delete(key);
    }
  }

  await refresh();
  return {
    refresh,
    of: (file) => (ready.has(keyOf(file)) ? `${thumbsFolder}/${keyOf(file)}.webp` : null),
    isWanted: (file) =>
      analyse !== null &&
      isAnalysable(file) &&
      !undecodable.has(file.sha256) &&
      (!ready.has(keyOf(file)) || isFlatCopy(file)),
    counts: () => ({ made, undecodable: undecodable.size }),
    async make(files, isWorthwhile, onAnalysed = () => {}) {
      if (analyse === null) return;
      const queue = files[Symbol.iterator]();
      let isBroken = false;
      async function lane(read: AnalyseImage): Promise<void> {
        for (let next = queue.next(); !next.done; next = queue.next()) {
          if (isBroken || !isWorthwhile()) return;
          try {
            await makeOne(next.value, read);
          } catch (error) {
            isBroken = true;
            throw error;
          }
          onAnalysed();
        }
      }
      const lanes = await Promise.allSettled(Array.from({ length: atOnce }, () => lane(analyse)));
      for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
    },
    async removeOrphans(files) {
      // Listed before the files: a thumbnail made in the meantime may belong to a file that is not among them.
      const orphans = new Set(existsSync(folder) ? await readdir(folder) : []);
      for (const file of orphans.size > 0 ? files : []) {
        const name = `${keyOf(file)}.webp`;
        if (orphans.has(name) && existsSync(join(dir, file.path))) orphans.delete(name);
      }
      let removed = 0;
      for (const name of [...orphans].filter((each) => thumbName.test(each))) {
        await rm(join(folder, name), { force: true });
        ready.delete(name.slice(0, 16));
        removed += 1;
      }
      return removed;
    },
  };
}
