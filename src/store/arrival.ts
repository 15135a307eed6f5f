import { JobFailure } from '../core/failures.ts';
import type { Download, Splice } from '../core/ports.ts';
import { arrivalInMemory } from './arrival-in-memory.ts';
import { arrivalOnDisk } from './arrival-on-disk.ts';
import type { SyncFolder } from './folder-syncs.ts';
import type { HeldFile } from './held-files.ts';
import type { ReadAt } from './media-boxes.ts';
import { refused } from './media-inspection.ts';
import type { FilePaths, PartPaths } from './part-files.ts';

export type Splicing = () => Promise<readonly Splice[] | null>;

/** A file that is there under its name, for good. */
export interface Kept {
  readonly bytes: number;
  readonly sha256: string;
  /** The SHA-256 of what came, where splices have changed it. */
  readonly originalSha256: string | null;
}

/** A download that came to its end. */
export interface Arrival {
  readonly bytes: number;
  readonly read: ReadAt;
  /**
   * Makes it whole and durable under its name, with its splices. Without them where there are none or something is
   * wrong with them: the file is whole and was paid for, so that is no reason to go without it.
   */
  keep(paths: FilePaths, splicing: Splicing | null, signal: AbortSignal): Promise<Kept>;
  /** Leaves nothing behind of one that is not kept. Never throws. */
  discard(): Promise<void>;
}

/** Where downloads go. */
export interface Landing {
  readonly mostBytes: number;
  /** Files up to this size are held in memory until they are whole, larger ones written while they come. */
  readonly heldBytes: number;
  /** Makes a file as `writeHeld` does, and gives its SHA-256. Its memory is given away. */
  readonly write: (file: HeldFile) => Promise<string>;
  readonly syncFolder: SyncFolder;
}

/** What comes of a download, within its limits. */
export interface Incoming {
  /** As a download's, but throws JobFailure (`download_failed`) for one that is cut short or too long. */
  read(atLeast: number): Promise<readonly Uint8Array[]>;
}

/**
 * Takes in a download; `partPaths` is asked for a large one. Throws JobFailure (`download_failed`) for what the link
 * gave, the signal's reason when aborted, and what the disk says; nothing is left behind then.
 */
export async function arrival(
  download: Download,
  partPaths: () => Promise<PartPaths>,
  landing: Landing,
  signal: AbortSignal,
): Promise<Arrival> {
  const incoming = limited(download, landing.mostBytes, signal);
  try {
    const first = await incoming.read(landing.heldBytes + 1);
    if (byteLength(first) <= landing.heldBytes) return arrivalInMemory(first, landing);
    return await arrivalOnDisk(first, incoming, await partPaths(), landing);
  } catch (error) {
    download.discard();
    throw error;
  }
}

function limited(download: Download, mostBytes: number, signal: AbortSignal): Incoming {
  const announced = download.bytes;
  const limit = Math.min(announced ?? mostBytes, mostBytes);
  let bytes = 0;

  async function next(atLeast: number): Promise<readonly Uint8Array[]> {
    try {
      return await download.read(atLeast);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof JobFailure ? error : refused('The download broke off.', error);
    }
  }

  return {
    async read(atLeast) {
      const chunks = await next(atLeast);
      signal.throwIfAborted();
      const read = byteLength(chunks);
      bytes += read;
      if (bytes > limit || (announced ?? 0) > mostBytes) throw tooLong(announced, mostBytes);
      if (read < atLeast && announced !== null && bytes < announced) {
        throw refused(`The download ended after ${bytes} of ${announced} bytes.`);
      }
      return chunks;
    },
  };
}

export function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}

function tooLong(announced: number | null, mostBytes: number): JobFailure {
  return announced === null || announced > mostBytes
    ? refused(`The download is larger than the ${mostBytes} bytes that one file may have.`)
    : refused(`The download holds more than the ${announced} bytes that were announced.`);
}
