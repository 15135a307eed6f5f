import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { ReadBytes, Splice } from '../../core/ports.ts';
import { removeLeftover } from './durable-files.ts';
import { taken } from './part-files.ts';
import { splicedPieces } from './spliced-pieces.ts';

interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/** A copy with splices that is whole and synced, under a name of its own. */
export interface SplicedFile extends Copied {
  readonly path: string;
}

interface Original {
  readonly read: ReadBytes;
  readonly bytes: number;
}

// Little memory for a file of any size.
const blockBytes = 262_144;

/**
 * Copies a file with splices to `path`, which nothing has taken, and syncs it. null: there are no splices, or
 * something went wrong with them or with the copy; nothing is left behind then. Whatever it was, the original is
 * whole and was paid for, so it is no reason to go without a result. Throws the signal's reason alone.
 */
export async function splicedFile(
  original: Original,
  splices: () => Promise<readonly Splice[] | null>,
  path: string,
  signal: AbortSignal,
): Promise<SplicedFile | null> {
  let file: FileHandle | null = null;
  try {
    const planned = await splices();
    if (planned === null) return null;
    // Exclusively, so that a link planted under this name is not followed.
    file = await open(path, 'wx');
    const copied = await copy(original, planned, file, signal);
    await file.sync();
    await file.close();
    return { path, ...copied };
  } catch {
    await file?.close().catch(() => {});
    if (file !== null) await removeLeftover(path);
    signal.throwIfAborted();
    return null;
  }
}

async function copy(
  { read, bytes }: Original,
  splices: readonly Splice[],
  file: FileHandle,
  signal: AbortSignal,
): Promise<Copied> {
  const hash = createHash('sha256');
  let written = 0;

  async function put(block: Uint8Array): Promise<void> {
    signal.throwIfAborted();
    hash.update(block);
    await writeAll(file, [block]);
    written += block.byteLength;
  }

  async function putOriginal(from: number, to: number): Promise<void> {
    for (let at = from; at < to; ) {
      const block = await read(at, Math.min(blockBytes, to - at));
      if (block.length === 0) throw new Error(`The file ends at ${at} of ${bytes} bytes.`);
      await put(block);
      at += block.length;
    }
  }

  for (const piece of splicedPieces(bytes, splices)) {
    if ('inserted' in piece) await put(piece.inserted);
    else await putOriginal(piece.from, piece.to);
  }
  return { bytes: written, sha256: hash.digest('hex') };
}

/** Writes all of a batch at the end of what was written before. */
export async function writeAll(file: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  if (batch.length === 0) return;
  const { bytesWritten, buffers } = await file.writev(batch);
  const bytes = buffers.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (bytesWritten === bytes) return;
  // The system may take less than it was given, as it does just before a disk is full.
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  for (let at = 0; at < rest.length; ) at += taken((await file.write(rest, at)).bytesWritten);
}
