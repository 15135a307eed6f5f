import { createHash } from 'node:crypto';
import type { ReadBytes, Splice } from '../../core/ports.ts';
import { type DurableFile, openDurable } from './durable-files.ts';
import { splicedPieces } from './spliced-pieces.ts';

/** A copy with splices that is whole and synced, under a name of its own. */
export interface SplicedFile {
  readonly file: DurableFile;
  readonly bytes: number;
  readonly sha256: string;
}

interface Original {
  readonly read: ReadBytes;
  readonly bytes: number;
}

// Little memory for a file of any size.
const blockBytes = 262_144;

/**
 * Copies a file with splices to `path` and syncs the copy. null: there are no splices, or something went wrong with
 * them or with the copy; nothing is left behind then. Whatever it was, the original is whole and was paid for, so the
 * result is kept without splices. Throws the signal's reason alone.
 */
export async function splicedFile(
  original: Original,
  splices: () => Promise<readonly Splice[] | null>,
  path: string,
  mode: number,
  signal: AbortSignal,
): Promise<SplicedFile | null> {
  let file: DurableFile | null = null;
  try {
    const planned = await splices();
    if (planned === null) return null;
    file = openDurable(path, mode);
    const copied = await copy(original, planned, file, signal);
    await file.seal();
    return { file, ...copied };
  } catch {
    file?.discard();
    signal.throwIfAborted();
    return null;
  }
}

async function copy(
  { read, bytes }: Original,
  splices: readonly Splice[],
  file: DurableFile,
  signal: AbortSignal,
): Promise<Omit<SplicedFile, 'file'>> {
  const hash = createHash('sha256');
  let written = 0;

  async function put(block: Uint8Array): Promise<void> {
    signal.throwIfAborted();
    hash.update(block);
    await file.write([block]);
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
