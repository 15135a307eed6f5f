import { JobFailure } from '../../core/job/failures.ts';
import type { Download } from '../../core/ports.ts';
import { refused } from '../../media/media-inspection.ts';
import { type Arrival, byteLength, type Incoming, type Landing } from './arrival.ts';
import { arrivalInMemory, inOwnMemory } from './arrival-in-memory.ts';
import { arrivalOnDisk } from './arrival-on-disk.ts';
import type { PartPaths } from './part-files.ts';

// A file of unknown length is copied only when it is there as a whole.
const maxUnannouncedBytes = 1_024 ** 2;

// Copied while the processor's cache still has them.
const batchBytes = 262_144;

/**
 * Takes in a download; `partPaths` is asked for a large one. Throws JobFailure (`download_failed`) for what the link
 * gave, the signal's reason when aborted, and what the disk says; nothing is left behind then.
 */
export async function takeIn(
  download: Download,
  partPaths: () => PartPaths,
  landing: Landing,
  signal: AbortSignal,
): Promise<Arrival> {
  const incoming = limited(download, landing.maxBytes, signal);
  try {
    const arrived = await heldWhole(download.bytes, incoming, landing);
    if (arrived !== null) return arrived;
    const heldBytes = Math.min(landing.heldBytes, maxUnannouncedBytes);
    const first = await incoming.read(heldBytes + 1);
    if (byteLength(first) <= heldBytes) return arrivalInMemory(inOwnMemory(first), landing);
    return await arrivalOnDisk(first, incoming, partPaths(), landing);
  } catch (error) {
    download.discard();
    throw error;
  }
}

/** A file of a known length is copied while it comes; null: it is too large, or there is no room for it. */
async function heldWhole(
  announced: number | null,
  incoming: Incoming,
  landing: Landing,
): Promise<Arrival | null> {
  if (announced === null || announced > landing.heldBytes) return null;
  const lent = landing.memory.take(announced);
  if (lent === null) return null;
  try {
    let filled = 0;
    for (let read = batchBytes; read >= batchBytes; ) {
      const chunks = await incoming.read(batchBytes);
      for (const chunk of chunks) {
        lent.bytes.set(chunk, filled);
        filled += chunk.byteLength;
      }
      read = byteLength(chunks);
    }
    return arrivalInMemory(lent.bytes, landing, lent.end);
  } catch (error) {
    lent.end();
    throw error;
  }
}

function limited(download: Download, maxBytes: number, signal: AbortSignal): Incoming {
  const announced = download.bytes;
  const limit = Math.min(announced ?? maxBytes, maxBytes);
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
      if (bytes > limit || (announced ?? 0) > maxBytes) throw tooLong(announced, maxBytes);
      if (read < atLeast && announced !== null && bytes < announced) {
        throw refused(`The download ended after ${bytes} of ${announced} bytes.`);
      }
      return chunks;
    },
  };
}

function tooLong(announced: number | null, maxBytes: number): JobFailure {
  return announced === null || announced > maxBytes
    ? refused(`The download is larger than the ${maxBytes} bytes that one file may have.`)
    : refused(`The download holds more than the ${announced} bytes that were announced.`);
}
