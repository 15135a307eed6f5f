// The writer of files that must survive a power cut: results, input files, manifests, sheets. `replaced-files.ts` is
// the other one, for files that can be rebuilt. Own code: write-file-atomic takes whole buffers and syncs no folder.
import { closeSync, read, renameSync, write, writev } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ReadBytes } from '../../core/ports.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { syncFile, syncFolder } from './durable-folders.ts';
import { openFresh, partOf, removeLeftover, taken } from './part-files.ts';

const writeSome = promisify(write);
const writeMany = promisify(writev);
const readSome = promisify(read);

/** A file in the making. Each step throws what the system says. */
export interface DurableFile {
  /** Where it is until it has its name. */
  readonly part: string;
  /** Adds to the end of it. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** What was written so far. */
  readonly read: ReadBytes;
  /** Syncs and closes it: from now on a power cut leaves it whole. */
  seal(): Promise<void>;
  /** Gives it its name once it is sealed, in place of what has it. Durable only when the folder is synced, too. */
  giveName(path: string): void;
  /** Removes it if it has no name yet. Never throws. */
  discard(): void;
}

/** `leftovers` are removed along with what an earlier process left of it. */
export function openDurable(part: string, mode: number, leftovers: readonly string[] = []): DurableFile {
  const file = openFresh(part, mode, leftovers);
  let isOpen = true;
  let isNamed = false;

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    closeSync(file);
  }

  return {
    part,
    write: (pieces) => writeAll(file, pieces),
    async read(from, length) {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await readSome(file, buffer, filled, length - filled, from + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    async seal() {
      await syncFile(file);
      close();
    },
    giveName(path) {
      renameSync(part, path);
      isNamed = true;
    },
    discard() {
      try {
        close();
      } catch {
        // What failed before is what has to be reported.
      }
      if (!isNamed) removeLeftover(part);
    },
  };
}

async function writeAll(file: number, pieces: readonly Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return;
  const { bytesWritten } = await writeMany(file, pieces);
  const bytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytesWritten === bytes) return;
  // The system may take less than it was given, as it does just before a disk is full.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let at = 0; at < rest.length; ) at += taken((await writeSome(file, rest, at)).bytesWritten);
}

/** The same under a known name, with UserError('output') for what the disk is to blame for. */
export interface WholeFile {
  write(piece: Uint8Array): Promise<void>;
  /** Makes it durable under its name. */
  finish(): Promise<void>;
  discard(): void;
}

/** `mode`: of the file, where others must not read it. */
export async function openWhole(path: string, mode = 0o666): Promise<WholeFile> {
  async function blamed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFault(error, path);
    }
  }

  const file = await blamed(async () => openDurable(partOf(path), mode));
  return {
    write: (piece) => blamed(() => file.write([piece])),
    finish: () =>
      blamed(async () => {
        await file.seal();
        file.giveName(path);
        await syncFolder(dirname(path));
      }),
    discard: file.discard,
  };
}

/**
 * Writes a durable file, which is whole or as it was before. Rethrows what `pieces` throws. Neither that nor a fault
 * of the disk leaves anything behind.
 */
export async function writeWholeBytes(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mode?: number,
): Promise<void> {
  const file = await openWhole(path, mode);
  try {
    for await (const piece of pieces) await file.write(piece);
    await file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}
