import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';
import { openFlatImageLog } from './flat-image-log.ts';
import type { AnalyseImage } from './image-analysis.ts';
import { formerKeyOf, isWhole, keyOf, pictureOf, thumbnailNames } from './thumbnail-names.ts';

export const thumbsFolder = 'thumbs';

type PicturedFile = Pick<SavedFile, 'path' | 'sha256' | 'original_sha256'>;

/** What is needed of a file to create its thumbnail, and no more: a page may have a hundred thousand. */
export type ImageFile = PicturedFile & Pick<SavedFile, 'mime'>;

/** Replaces a file as a whole or not at all, even if others replace it at the same moment. */
type ReplaceFile = (path: string, content: Uint8Array) => void;

/** How thumbnails are made. */
interface Making {
  readonly atOnce: number;
  /** Asked before each analysis, and may take its time; false: the rest stays wanted. */
  mayGoOn(): boolean | Promise<boolean>;
  onAnalysed?(): void;
}

/** The thumbnails of a run folder's images. What was downloaded as the same bytes shares one. */
export interface Thumbnails {
  /** The path of a file's thumbnail, relative to the run folder; null: there is none. */
  of(file: PicturedFile): string | null;
  /** Whether analysing the file would add something; never for one that could not be decoded. */
  isWanted(file: ImageFile): boolean;
  /** Analyses those of the files that are wanted. */
  make(files: Iterable<ImageFile>, making: Making): Promise<void>;
  /** How many thumbnails were made, how many images could not be decoded, and how many were not there. */
  counts(): { readonly made: number; readonly undecodable: number; readonly missing: number };
  /** Takes note of thumbnails that others have made or removed. */
  refresh(): void;
  /** Removes thumbnails that belong to none of these files, or to a file that no longer exists. Returns how many. */
  removeOrphans(files: Iterable<PicturedFile>): number;
}

// SVG drawings are small as they are, and rendering them may read other files.
const isAnalysable = ({ mime }: ImageFile): boolean => mime.startsWith('image/') && mime !== 'image/svg+xml';

/** `analyse` is null if images cannot be decoded; then no thumbnails are made. Throws what `replace` throws. */
export function openThumbnails(dir: string, analyse: AnalyseImage | null, replace: ReplaceFile): Thumbnails {
  const folder = join(dir, thumbsFolder);
  let flats = openFlatImageLog(dir);
  /** The names of the files, by key. */
  let ready = new Map<string, string>();
  /** By path: of copies one may be whole. */
  const undecodable = new Set<string>();
  const missing = new Set<string>();
  const inProgress = new Set<string>();
  let made = 0;

  function refresh(): void {
    const names = thumbnailNames(folder).filter(
      ({ key, name }) => ready.get(key) === name || isWhole(folder, name),
    );
    ready = new Map(names.map(({ key, name }) => [key, name]));
    flats = openFlatImageLog(dir);
  }

  const nameOf = (file: PicturedFile): string | undefined =>
    ready.get(keyOf(file)) ?? ready.get(formerKeyOf(file));

  const isWanted = (file: ImageFile): boolean =>
    analyse !== null &&
    isAnalysable(file) &&
    nameOf(file) === undefined &&
    !undecodable.has(file.path) &&
    !missing.has(file.path) &&
    !inProgress.has(keyOf(file));

  async function makeOne(file: ImageFile, read: AnalyseImage): Promise<void> {
    const key = keyOf(file);
    inProgress.add(key);
    try {
      const path = join(dir, file.path);
      const image = await read(path);
      if (image === null) {
        (existsSync(path) ? undecodable : missing).add(file.path);
        return;
      }
      const { thumbnail, type, colour } = image;
      mkdirSync(resolve(folder), { recursive: true, mode: 0o700 });
      // The colour is recorded before the thumbnail exists: once it does, the image is not analysed again.
      if (colour !== null) flats.add({ path: file.path, sha256: pictureOf(file), colour });
      replace(join(folder, `${key}.${type}`), thumbnail);
      ready.set(key, `${key}.${type}`);
      made += 1;
    } finally {
      inProgress.delete(key);
    }
  }

  async function make(files: Iterable<ImageFile>, { atOnce, mayGoOn, onAnalysed }: Making): Promise<void> {
    if (analyse === null) return;
    const queue = files[Symbol.iterator]();
    let isOver = false;
    async function lane(read: AnalyseImage): Promise<void> {
      for (let next = queue.next(); !next.done; next = queue.next()) {
        if (!isWanted(next.value)) continue;
        isOver ||= !(await mayGoOn());
        if (isOver) return;
        // Another lane may have begun with a copy meanwhile.
        if (!isWanted(next.value)) continue;
        try {
          await makeOne(next.value, read);
        } catch (error) {
          isOver = true;
          throw error;
        }
        onAnalysed?.();
      }
    }
    const lanes = await Promise.allSettled(Array.from({ length: atOnce }, () => lane(analyse)));
    for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  }

  refresh();
  return {
    refresh,
    of(file) {
      const name = nameOf(file);
      return name === undefined ? null : `${thumbsFolder}/${name}`;
    },
    isWanted,
    counts: () => ({ made, undecodable: undecodable.size, missing: missing.size }),
    make,
    removeOrphans(files) {
      const orphans = orphansIn(dir, files);
      for (const { key, name } of orphans) {
        rmSync(join(folder, name), { force: true });
        ready.delete(key);
      }
      return orphans.length;
    },
  };
}

function orphansIn(dir: string, files: Iterable<PicturedFile>) {
  // Listed before the files: a thumbnail made in the meantime may belong to a file that is not among them.
  const names = thumbnailNames(join(dir, thumbsFolder));
  const orphans = new Set(names.map(({ key }) => key));
  for (const file of names.length > 0 ? files : []) {
    const keys = [keyOf(file), formerKeyOf(file)].filter((key) => orphans.has(key));
    if (keys.length === 0 || !existsSync(join(dir, file.path))) continue;
    for (const key of keys) orphans.delete(key);
  }
  return names.filter(({ key }) => orphans.has(key));
}
