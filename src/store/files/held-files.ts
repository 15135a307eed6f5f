import { createHash } from 'node:crypto';
import { closeSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFile, syncFolder } from './durable-folders.ts';
import { sharedSyncs } from './folder-syncs.ts';
import { newFolders } from './new-folders.ts';
import { type FilePaths, openFresh, removeLeftover, taken } from './part-files.ts';

/** A file that is held in memory. */
export interface HeldFile extends FilePaths {
  /** Its bytes, in order. */
  readonly pieces: readonly Uint8Array[];
  /** What the pieces were made of, to be hashed, too; null: they are it. */
  readonly original: Uint8Array | null;
}

/** The system's error for a file that could not be written. */
export interface WriteFault {
  readonly message: string;
  readonly code: string | null;
}

/** The SHA-256 of a file that was written, and of its original. */
export interface HeldHashes {
  readonly sha256: string;
  readonly originalSha256: string | null;
}

/** The hashes of a file that was written, or the error that prevented it. */
export type HeldOutcome = HeldHashes | { readonly fault: WriteFault };

/** Files that are written together. */
export interface HeldGroup {
  readonly files: readonly HeldFile[];
  /** Folders of theirs that are not there yet. */
  readonly missing: readonly string[];
}

/** Makes each file whole and durable under its name, with its folder, or leaves nothing of it; an outcome for each. */
type WriteHeld = (group: HeldGroup) => Promise<readonly HeldOutcome[]>;

interface Making {
  readonly file: HeldFile;
  readonly folder: string;
  handle: number | null;
  fault: WriteFault | null;
}

/**
 * Takes the steps of `openDurable` for many small files at once. They take each step together, so that the disk has
 * work while one is waited for, and each folder is synced once for all, those that are made with what holds them.
 * Everything but the syncs blocks, which is quicker for small files. Several groups may be written at one time.
 */
export function heldWriter(): WriteHeld {
  const sync = sharedSyncs(syncFolder);
  const folders = newFolders(sync);

  async function settle(folder: string): Promise<void> {
    await Promise.all([sync(folder), folders.durable(folder)]);
  }

  return async ({ files, missing }) => {
    const makings = files.map(
      (file): Making => ({ file, folder: dirname(file.path), handle: null, fault: null }),
    );
    const faults = folders.make(missing);
    await forEachWhole(makings, (making) => {
      const fault = faults.get(making.folder);
      if (fault !== undefined) throw fault;
      write(making);
    });
    await forEachWhole(makings, ({ handle }) => syncFile(handle as number));
    await forEachWhole(makings, close);
    await forEachWhole(makings, ({ file }) => renameSync(file.part, file.path));
    const settled = new Map<string, Promise<void>>();
    await forEachWhole(makings, ({ folder }) => {
      const end = settled.get(folder) ?? settle(folder);
      settled.set(folder, end);
      return end;
    });
    return makings.map(({ file, fault }) => (fault === null ? hashesOf(file) : { fault }));
  };
}

/** The buffers behind these files, each once. */
export function memoryOf(files: readonly HeldFile[]): ArrayBuffer[] {
  const parts = files.flatMap(({ pieces, original }) => (original === null ? pieces : [...pieces, original]));
  return [...new Set(parts.map(({ buffer }) => buffer as ArrayBuffer))];
}

/** Takes a step with each file that has not failed, and removes those that fail. */
async function forEachWhole(
  makings: readonly Making[],
  step: (making: Making) => Promise<void> | void,
): Promise<void> {
  const waits: Promise<void>[] = [];
  for (const making of makings) {
    if (making.fault !== null) continue;
    try {
      const wait = step(making);
      if (wait !== undefined) waits.push(wait.catch((error: unknown) => fail(making, error)));
    } catch (error) {
      fail(making, error);
    }
  }
  await Promise.all(waits);
}

function write(making: Making): void {
  const { part, spliced } = making.file;
  const handle = openFresh(part, 0o666, [spliced]);
  making.handle = handle;
  for (const piece of making.file.pieces) {
    // The system may take less than it was given, as it does just before a disk is full.
    for (let at = 0; at < piece.byteLength; ) at += taken(writeSync(handle, piece, at));
  }
}

function hashesOf({ pieces, original }: HeldFile): HeldHashes {
  return {
    sha256: sha256Of(pieces),
    originalSha256: original === null ? null : sha256Of([original]),
  };
}

function sha256Of(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

function close(making: Making): void {
  const { handle } = making;
  making.handle = null;
  if (handle !== null) closeSync(handle);
}

function fail(making: Making, error: unknown): void {
  making.fault = faultOf(error);
  try {
    close(making);
  } catch {
    // What failed before is what has to be reported.
  }
  removeLeftover(making.file.part);
}

function faultOf(error: unknown): WriteFault {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  const { message, code = null } = error as NodeJS.ErrnoException;
  return { message, code };
}
