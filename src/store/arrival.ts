import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { JobFailure } from '../core/failures.ts';
import type { Download, Splice } from '../core/ports.ts';
import { removeLeftover } from './durable-files.ts';
import type { ReadAt } from './media-boxes.ts';
import { refused } from './media-inspection.ts';
import { openNew, type PartPaths, writeNew } from './part-files.ts';
import { type Received, type SplicedFile, splicedFile, writeAll } from './spliced-file.ts';
import { splicedPieces } from './spliced-pieces.ts';

// Few system calls per file, little memory per download.
const batchBytes = 262_144;

export type Splicing = () => Promise<readonly Splice[] | null>;

/** A whole file under the name of a part. */
export interface Finished extends Received {
  readonly path: string;
  /** The SHA-256 of what came, where splices have changed it. */
  readonly originalSha256: string | null;
  /**
   * What is to be taken away once the file has its name, and not before: after a crash it tells of whatever else was
   * left there.
   */
  readonly leftover: string | null;
}

/** A download that came to its end. */
export interface Arrival extends Received {
  readonly read: ReadAt;
  /**
   * Makes it durable under the name of a part, with its splices. Without them where there are none or something is
   * wrong with them: the file is whole and was paid for, so that is no reason to go without it.
   */
  finish(splicing: Splicing | null, signal: AbortSignal): Promise<Finished>;
  /** Leaves nothing behind, whatever has become of it. Never throws. */
  discard(): Promise<void>;
}

export interface ArrivalLimits {
  readonly mostBytes: number;
  /** Files up to this size are held in memory until they are whole, larger ones written while they come. */
  readonly heldBytes: number;
}

/**
 * Takes in a download, counted and hashed. Throws JobFailure (`download_failed`) for what the link gave, the signal's
 * reason when aborted, and what the disk says; nothing is left behind then.
 */
export async function arrival(
  download: Download,
  paths: PartPaths,
  limits: ArrivalLimits,
  signal: AbortSignal,
): Promise<Arrival> {
  const hash = createHash('sha256');
  const announced = download.bytes;
  const { mostBytes, heldBytes } = limits;
  const limit = Math.min(announced ?? mostBytes, mostBytes);
  let bytes = 0;
  let batch: Uint8Array[] = [];
  let waiting = 0;
  let file: FileHandle | null = null;
  try {
    for await (const chunk of chunksOf(download, signal)) {
      bytes += chunk.byteLength;
      if (bytes > limit || (announced ?? 0) > mostBytes) throw tooLong(announced, mostBytes);
      hash.update(chunk);
      batch.push(chunk);
      waiting += chunk.byteLength;
      if (bytes <= heldBytes) continue;
      file ??= await openNew(paths);
      if (waiting < batchBytes) continue;
      await writeAll(file, batch);
      batch = [];
      waiting = 0;
    }
    if (announced !== null && bytes < announced) {
      throw refused(`The download ended after ${bytes} of ${announced} bytes.`);
    }
    const received = { bytes, sha256: hash.digest('hex') };
    if (file === null) return inMemory(received, batch, paths);
    await writeAll(file, batch);
    return onDisk(received, file, paths);
  } catch (error) {
    await file?.close();
    if (file !== null) await removeLeftover(paths.part);
    throw error;
  }
}

/** The body's chunks, with what breaks it off told apart from what breaks on our side. */
async function* chunksOf(download: Download, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of download.body) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof JobFailure ? error : refused('The download broke off.', error);
  }
}

function tooLong(announced: number | null, mostBytes: number): JobFailure {
  return announced === null || announced > mostBytes
    ? refused(`The download is larger than the ${mostBytes} bytes that one file may have.`)
    : refused(`The download holds more than the ${announced} bytes that were announced.`);
}

/** Written once, with the splices in it. */
function inMemory(received: Received, chunks: readonly Uint8Array[], paths: PartPaths): Arrival {
  const { part } = paths;
  const whole = Buffer.concat(chunks);
  let isWritten = false;

  async function spliced(splicing: Splicing): Promise<readonly Uint8Array[] | null> {
    try {
      const splices = await splicing();
      if (splices === null) return null;
      return [...splicedPieces(whole.length, splices)].map((piece) =>
        'inserted' in piece ? piece.inserted : whole.subarray(piece.from, piece.to),
      );
    } catch {
      return null;
    }
  }

  return {
    ...received,
    read: async (from, length) => whole.subarray(from, from + length),
    async finish(splicing, signal) {
      const pieces = splicing === null ? null : await spliced(splicing);
      signal.throwIfAborted();
      const writing = writeNew(paths, pieces ?? [whole]);
      // While the disk works.
      const written = pieces === null ? received : hashed(pieces);
      await writing;
      isWritten = true;
      const originalSha256 = pieces === null ? null : received.sha256;
      return { ...written, path: part, originalSha256, leftover: null };
    },
    discard: async () => {
      if (isWritten) await removeLeftover(part);
    },
  };
}

function hashed(pieces: readonly Uint8Array[]): Received {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const piece of pieces) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Copied where there are splices. */
function onDisk(received: Received, file: FileHandle, paths: PartPaths): Arrival {
  const { part, spliced } = paths;
  let copy: SplicedFile | null = null;
  const read = readerOf(file);
  return {
    ...received,
    read,
    async finish(splicing, signal) {
      const original = { read, bytes: received.bytes };
      copy = splicing === null ? null : await splicedFile(original, splicing, spliced, signal);
      if (copy === null) await file.sync();
      await file.close();
      return copy === null
        ? { ...received, path: part, originalSha256: null, leftover: null }
        : { ...copy, originalSha256: received.sha256, leftover: part };
    },
    async discard() {
      await file.close().catch(() => {});
      await removeLeftover(part);
      if (copy !== null) await removeLeftover(copy.path);
    },
  };
}

function readerOf(file: FileHandle): ReadAt {
  return async (from, length) => {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  };
}
