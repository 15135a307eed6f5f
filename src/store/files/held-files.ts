import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFile, syncFolder } from './durable-files.ts';
import { type FilePaths, removeTaken, taken } from './part-files.ts';

/** A file that is in memory as a whole. */
export interface HeldFile extends FilePaths {
  /** Its bytes, one piece after the other. */
  readonly pieces: readonly Uint8Array[];
}

/** What the system says of a file that could not be written. */
export interface WriteFault {
  readonly message: string;
  readonly code: string | null;
}

/** The SHA-256 of a file that was written, or what kept it from being written. */
export type HeldOutcome = { readonly sha256: string } | { readonly fault: WriteFault };

interface Making {
  readonly file: HeldFile;
  handle: number | null;
  fault: WriteFault | null;
}

/**
 * Makes files whole and durable under their names, or leaves nothing behind of those that fail; an outcome for each.
 * They are taken together, step by step, so that the disk has work while one is waited for, and each folder is synced
 * once for all. Blocks for all that the disk is not waited for.
 */
export async function writeHeld(files: readonly HeldFile[]): Promise<readonly HeldOutcome[]> {
  const makings = files.map((file): Making => ({ file, handle: null, fault: null }));
  await forEachWhole(makings, write);
  await forEachWhole(makings, ({ handle }) => syncFile(handle as number));
  await forEachWhole(makings, close);
  await forEachWhole(makings, ({ file }) => renameSync(file.part, file.path));
  const syncs = new Map<string, Promise<void>>();
  await forEachWhole(makings, ({ file }) => {
    const folder = dirname(file.path);
    const sync = syncs.get(folder) ?? syncFolder(folder);
    syncs.set(folder, sync);
    return sync;
  });
  return makings.map(({ file, fault }) => (fault === null ? { sha256: sha256Of(file.pieces) } : { fault }));
}

/** The memory that the pieces of these files lie in, each piece of it once. */
export function memoryOf(files: readonly HeldFile[]): ArrayBuffer[] {
  return [...new Set(files.flatMap(({ pieces }) => pieces.map(({ buffer }) => buffer as ArrayBuffer)))];
}

/** Takes a step with each file that has not failed, and away what there is of those that fail. */
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
  const handle = openPart(making.file);
  making.handle = handle;
  for (const piece of making.file.pieces) {
    // The system may take less than it was given, as it does just before a disk is full.
    for (let at = 0; at < piece.byteLength; ) at += taken(writeSync(handle, piece, at));
  }
}

function sha256Of(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Exclusively, so that a link planted under its name is not followed. */
function openPart(paths: FilePaths): number {
  try {
    return openSync(paths.part, 'wx');
  } catch (error) {
    removeTaken(paths, error);
    return openSync(paths.part, 'wx');
  }
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
    rmSync(making.file.part, { force: true });
  } catch {
    // What failed before is the thing to tell.
  }
}

function faultOf(error: unknown): WriteFault {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  const { message, code = null } = error as NodeJS.ErrnoException;
  return { message, code };
}
