import { closeSync, fsync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { storageFault } from '../folder/storage-faults.ts';
import { privateFolder } from './plain-files.ts';

// Windows neither opens nor syncs folders, and needs not to: its renames are journaled.
const folderSyncRefusals = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'EBADF']);

/** Makes what was written into an open file survive a power cut. */
export const syncFile: (file: number) => Promise<void> = promisify(fsync);

/** Makes what happened in a folder (creations, renames) survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  try {
    // Handing these calls to another thread takes longer than they do.
    const folder = openSync(path, 'r');
    try {
      await syncFile(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Makes a folder with those above it, durably, and leaves an existing one as it is. `mode`: of those that are made. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  for (const made of madeFolders(path, first)) await syncFolder(dirname(made));
}

/** The same, at once; folders that are made are private to the user. */
export function makePrivateFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: privateFolder });
  for (const made of madeFolders(path, first)) {
    try {
      const folder = openSync(dirname(made), 'r');
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}

/**
 * A file in the making, which is whole or absent: what is written stands in `.part` beside its place. Throws
 * UserError('output') for what the disk is to blame for.
 */
export interface WholeFile {
  write(piece: Uint8Array): Promise<void>;
  /** Syncs it, gives it its name and syncs the folder. */
  finish(): Promise<void>;
  /** Leaves nothing behind of one that is not finished. Never throws. */
  discard(): Promise<void>;
}

/** `mode`: of the file, where it is not to be read by others. */
export async function openWhole(path: string, mode = 0o666): Promise<WholeFile> {
  const part = `${path}.part`;

  async function blamed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFault(error, path);
    }
  }

  const file = await blamed(async () => {
    await rm(part, { force: true });
    // Exclusively, so that a link planted under this name is not followed.
    return open(part, 'wx', mode);
  });
  return {
    write: (piece) => blamed(() => file.appendFile(piece)),
    finish: () =>
      blamed(async () => {
        await file.sync();
        await file.close();
        await rename(part, path);
        await syncFolder(dirname(path));
      }),
    async discard() {
      await file.close().catch(() => {});
      await removeLeftover(part);
    },
  };
}

/**
 * Writes bytes to such a file. Passes on what the making of the bytes throws; nothing is left behind then, nor after a
 * fault of the disk.
 */
export async function writeWholeBytes(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await openWhole(path);
  try {
    for await (const piece of pieces) await file.write(piece);
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Takes away what a failure left behind, where that can be: what failed is the thing to tell, and not this. */
export async function removeLeftover(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}

/** The folders that `mkdir` made, the deepest first. It names the highest of them, or none. */
function* madeFolders(path: string, first: string | undefined): Iterable<string> {
  if (first === undefined) return;
  const highest = resolve(first);
  for (let made = resolve(path); ; made = dirname(made)) {
    yield made;
    // The root is its own parent, and a path above `first` was there before.
    if (made === highest || made === dirname(made) || made.length <= highest.length) return;
  }
}

function isRefusal(error: unknown): boolean {
  return folderSyncRefusals.has((error as NodeJS.ErrnoException).code ?? '');
}
