import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedFile } from '../core/job/job.ts';
import { openFlatImageLog } from './flat-image-log.ts';
import type { AnalyseImage } from './image-analysis.ts';

export const thumbsFolder = 'thumbs';

/** What a look at a file needs to know of it: no more, since a page wants a hundred thousand of them. */
export type PictureFile = Pick<SavedFile, 'path' | 'sha256' | 'mime'>;

/** Writes a file that is whole or as it was, also when others write it at the same moment. */
export type ReplaceFile = (path: string, content: Uint8Array) => Promise<void>;

/** The small pictures of a run folder's images. */
export interface Thumbnails {
  /** Where the small picture of a file is, relative to the run folder; null: there is none. */
  of(file: PictureFile): string | null;
  /** Whether a look at the file would add something: never so for one that could not be decoded. */
  isWanted(file: PictureFile): boolean;
  /** Looks at files, a few at once, as long as `goesOn`; the rest stays wanted. `onLook` is told after each. */
  make(files: Iterable<PictureFile>, goesOn: () => boolean, onLook?: () => void): Promise<void>;
  /** What was made since it was opened, and what could not be decoded. */
  counts(): { readonly made: number; readonly undecodable: number };
  /** Sees what others have made or taken away. */
  refresh(): Promise<void>;
  /** Removes those that belong to none of these files, or to one that is gone. Resolves with how many. */
  removeOrphans(files: Iterable<PictureFile>): Promise<number>;
}

// Named after the bytes, so that a file that was moved or is there twice has one thumbnail.
const keyOf = (file: PictureFile): string => file.sha256.slice(0, 16);

const thumbName = /^([0-9a-f]{16})\.webp$/;

// Drawings are small as they are, and what draws them reads other files.
const isPicture = ({ mime }: PictureFile): boolean => mime.startsWith('image/') && mime !== 'image/svg+xml';

/** `look`: null where images cannot be decoded, so that none is made. Throws what `replace` throws. */
export async function openThumbnails(
  dir: string,
  look: AnalyseImage | null,
  replace: ReplaceFile,
  atOnce: number,
): Promise<Thumbnails> {
  const folder = join(dir, thumbsFolder);
  let flats = await openFlatImageLog(dir);
  let ready = new Set<string>();
  const undecodable = new Set<string>();
  const begun = new Set<string>();
  let made = 0;

  async function refresh(): Promise<void> {
    const there = new Set<string>();
    for (const name of existsSync(folder) ? await readdir(folder) : []) {
      const key = thumbName.exec(name)?.[1];
      if (key === undefined) continue;
      // They are not synced: a power cut leaves empty ones, which are made again.
      const isWhole = ready.has(key) || ((await stat(join(folder, name)).catch(() => null))?.size ?? 0) > 0;
      if (isWhole) there.add(key);
    }
    ready = there;
    flats = await openFlatImageLog(dir);
  }

  /** The same bytes under another name: nothing to look at, but the colour is to be noted for it too. */
  const isFlatTwin = (file: PictureFile): boolean => flats.colourOf(file.sha256) !== null && !flats.has(file);

  async function makeOne(file: PictureFile, looked: AnalyseImage): Promise<void> {
    const key = keyOf(file);
    const known = flats.colourOf(file.sha256);
    if (known !== null) await flats.note(file, known);
    if (ready.has(key) || begun.has(key)) return;
    begun.add(key);
    try {
      const picture = await looked(join(dir, file.path));
      if (picture === null) {
        undecodable.add(file.sha256);
        return;
      }
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Noted before the thumbnail is there: whoever finds it need not look again.
      if (picture.colour !== null) await flats.note(file, picture.colour);
      await replace(join(folder, `${key}.webp`), picture.thumbnail);
      ready.add(key);
      made += 1;
    } finally {
      begun.delete(key);
    }
  }

  await refresh();
  return {
    refresh,
    of: (file) => (ready.has(keyOf(file)) ? `${thumbsFolder}/${keyOf(file)}.webp` : null),
    isWanted: (file) =>
      look !== null &&
      isPicture(file) &&
      !undecodable.has(file.sha256) &&
      (!ready.has(keyOf(file)) || isFlatTwin(file)),
    counts: () => ({ made, undecodable: undecodable.size }),
    async make(files, goesOn, onLook = () => {}) {
      if (look === null) return;
      const queue = files[Symbol.iterator]();
      let isBroken = false;
      async function lane(looked: AnalyseImage): Promise<void> {
        for (let next = queue.next(); !next.done; next = queue.next()) {
          if (isBroken || !goesOn()) return;
          try {
            await makeOne(next.value, looked);
          } catch (error) {
            isBroken = true;
            throw error;
          }
          onLook();
        }
      }
      const lanes = await Promise.allSettled(Array.from({ length: atOnce }, () => lane(look)));
      for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
    },
    async removeOrphans(files) {
      // Listed before the files are: one that is made meanwhile belongs to a file that may not be among them.
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
