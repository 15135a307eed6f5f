import { constants, lstatSync, realpathSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadBytes, Splice } from '../../core/ports.ts';
import { hasFolder, plainParts } from '../folder/folder-bounds.ts';
import { splicedPieces } from './spliced-pieces.ts';

/** A file of a run folder, open for reading. */
export interface FileInside {
  readonly bytes: number;
  readonly read: ReadBytes;
  /** Its content with these splices; the file is closed when they have been read. */
  pieces(splices: readonly Splice[]): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

const blockBytes = 262_144;
// Windows has neither, and makes links only for those whom it trusts with them.
const careful = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Where a plain file of the run folder is; null: it is not there, or it is a link, or lies outside: a ledger that came
 * with a folder may name anything.
 */
export function fileInside(dir: string, path: string): string | null {
  try {
    const root = realpathSync(dir);
    const place = join(root, ...plainParts(path));
    const found = hasFolder(root, place) ? lstatSync(place, { throwIfNoEntry: false }) : undefined;
    return found?.isFile() === true ? place : null;
  } catch {
    return null;
  }
}

/** Opens it, without following links. Throws what the system says. */
export async function openInside(dir: string, path: string): Promise<FileInside | null> {
  const place = fileInside(dir, path);
  if (place === null) return null;
  const file = await open(place, careful);
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    return null;
  }
  return {
    bytes: stats.size,
    read: (from, length) => readSome(file, from, length),
    async *pieces(splices) {
      try {
        for (const piece of splicedPieces(stats.size, splices)) {
          if ('inserted' in piece) yield piece.inserted;
          else yield* blocks(file, piece.from, piece.to);
        }
      } finally {
        await file.close();
      }
    },
    close: () => file.close(),
  };
}

async function* blocks(file: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const block = await readSome(file, at, Math.min(blockBytes, to - at));
    if (block.length === 0) throw new Error(`The file ends at ${at} bytes and not at ${to}.`);
    yield block;
    at += block.length;
  }
}

async function readSome(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead);
}
