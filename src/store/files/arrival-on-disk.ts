import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ReadBytes } from '../../core/ports.ts';
import { type Arrival, byteLength, type Incoming, type Landing } from './arrival.ts';
import { removeLeftover } from './durable-files.ts';
import { openNew, type PartPaths } from './part-files.ts';
import { type SplicedFile, splicedFile, writeAll } from './spliced-file.ts';

// Few system calls per file, little memory per download.
const batchBytes = 262_144;

/** A download that is written while it comes, and copied where there are splices. */
export async function arrivalOnDisk(
  first: readonly Uint8Array[],
  incoming: Incoming,
  { part, spliced }: PartPaths,
  { syncFolder }: Pick<Landing, 'syncFolder'>,
): Promise<Arrival> {
  const file = await openNew({ part, spliced });
  let copy: SplicedFile | null = null;
  let isKept = false;

  async function discard(): Promise<void> {
    await file.close().catch(() => {});
    if (isKept) return;
    await removeLeftover(part);
    if (copy !== null) await removeLeftover(copy.path);
  }

  try {
    const { bytes, sha256 } = await written(first, incoming, file);
    const read = readerOf(file);
    return {
      bytes,
      read,
      async keep({ path }, splicing, signal) {
        copy = splicing === null ? null : await splicedFile({ read, bytes }, splicing, spliced, signal);
        if (copy === null) await file.sync();
        await file.close();
        signal.throwIfAborted();
        renameSync(copy?.path ?? part, path);
        isKept = true;
        // Not before: after a crash it tells of whatever else was left there.
        if (copy !== null) await removeLeftover(part);
        await syncFolder(dirname(path));
        return copy === null
          ? { bytes, sha256, originalSha256: null }
          : { bytes: copy.bytes, sha256: copy.sha256, originalSha256: sha256 };
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function written(
  first: readonly Uint8Array[],
  incoming: Incoming,
  file: FileHandle,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (let batch = first; batch.length > 0; batch = await incoming.read(batchBytes)) {
    for (const chunk of batch) hash.update(chunk);
    bytes += byteLength(batch);
    await writeAll(file, batch);
  }
  return { bytes, sha256: hash.digest('hex') };
}

function readerOf(file: FileHandle): ReadBytes {
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
