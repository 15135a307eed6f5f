import { closeSync, open as openByCallback, rmSync, writevSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { syncFile } from './durable-files.ts';

const openFile = promisify(openByCallback);

/** Names that a file may have while it is not yet whole. */
export interface PartPaths {
  readonly part: string;
  /** For a copy with a recipe, which is made while the other one is there. */
  readonly spliced: string;
}

/**
 * Opens a new part to write and read it. Exclusively, so that a link planted under its name is not followed; what an
 * earlier life left of the file is taken away.
 */
export async function openNew(paths: PartPaths): Promise<FileHandle> {
  try {
    return await open(paths.part, 'wx+');
  } catch (error) {
    removeTaken(paths, error);
    return open(paths.part, 'wx+');
  }
}

/**
 * Writes all of a new part and syncs it; on failure nothing is left behind. Writing is done at once: that ends in the
 * system's memory, and takes less time than handing it to another thread does.
 */
export async function writeNew(paths: PartPaths, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await openNewFile(paths);
  try {
    try {
      writeAllSync(file, pieces);
      await syncFile(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    removeSync(paths.part);
    throw error;
  }
}

/** In another thread: a file system that is just making other files durable lets nobody make a new one meanwhile. */
async function openNewFile(paths: PartPaths): Promise<number> {
  try {
    return await openFile(paths.part, 'wx');
  } catch (error) {
    removeTaken(paths, error);
    return openFile(paths.part, 'wx');
  }
}

function removeTaken({ part, spliced }: PartPaths, error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  rmSync(spliced, { force: true });
  rmSync(part, { force: true });
}

function writeAllSync(file: number, pieces: readonly Uint8Array[]): void {
  let rest = pieces;
  while (rest.length > 0) {
    // The system may take less than it was given, as it does just before a disk is full.
    let taken = writevSync(file, rest);
    rest = rest.flatMap((piece) => {
      const gone = Math.min(taken, piece.byteLength);
      taken -= gone;
      return gone === piece.byteLength ? [] : [piece.subarray(gone)];
    });
  }
}

function removeSync(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What failed before is the thing to tell.
  }
}
