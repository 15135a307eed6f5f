import type { ReadBytes, Splice } from '../../core/ports.ts';
import type { HeldFile, HeldHashes } from './held-files.ts';
import type { HeldMemory } from './held-memory.ts';
import type { FilePaths } from './part-files.ts';

export type Splicing = () => Promise<readonly Splice[] | null>;

/** A file that has its name and survives a power cut. */
interface Kept {
  readonly bytes: number;
  readonly sha256: string;
  /** The SHA-256 of the download, where splices have changed it. */
  readonly originalSha256: string | null;
}

/** A download that has arrived as a whole. */
export interface Arrival {
  readonly bytes: number;
  readonly read: ReadBytes;
  /**
   * Makes it whole and durable under its name, with its splices. Where there are none, or something is wrong with
   * them, the file is kept without: it is whole and was paid for.
   */
  keep(paths: FilePaths, splicing: Splicing | null, signal: AbortSignal): Promise<Kept>;
  /** Removes what was written unless it was kept. Never throws. */
  discard(): Promise<void>;
}

/** Where downloads go. */
export interface Landing {
  readonly maxBytes: number;
  /** Files up to this size are held in memory until they are whole, larger ones written while they come. */
  readonly heldBytes: number;
  readonly memory: HeldMemory;
  /** Writes a file as `heldWriter` does, its folder included, and resolves with its hashes. Its memory is transferred. */
  readonly write: (file: HeldFile) => Promise<HeldHashes>;
  /** Makes the folder of a path. Throws why nothing may be written there, such as a link out of the run folder. */
  readonly ready: (path: string) => Promise<void>;
  /** Makes the names of a file and of its folder survive a power cut. */
  readonly settle: (path: string) => Promise<void>;
}

/** The bytes of a download, within its limits. */
export interface Incoming {
  /** As a download's; throws JobFailure (`download_failed`) when it is cut short or too long. */
  read(atLeast: number): Promise<readonly Uint8Array[]>;
}

export function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
}
