import { closeSync, fsync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { privateFolder } from './plain-files.ts';

// Windows neither opens nor syncs folders, and does not need to: its renames are journaled.
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

/*
 * Folders are made by their whole paths: below a working folder that has been removed, Node looks for the parents of a
 * relative one for ever.
 */

/** Makes a folder with those above it, durably, and leaves an existing one as it is. `mode`: of those that are made. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const first = await mkdir(resolve(path), { recursive: true, mode });
  for (const made of madeFolders(path, first)) await syncFolder(dirname(made));
}

/** The same, synchronously; folders that are made are private to the user. */
export function makePrivateFolder(path: string): void {
  const first = mkdirSync(resolve(path), { recursive: true, mode: privateFolder });
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

/** The folders that `mkdir` made, the deepest first. It names the highest of them, or none. */
export function* madeFolders(path: string, first: string | undefined): Iterable<string> {
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
