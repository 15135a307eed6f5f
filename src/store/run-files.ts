import { createHash } from 'node:crypto';
import { type FileHandle, open as openFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { JobFailure } from '../core/failures.ts';
import type { SavedFile } from '../core/job.ts';
import { outputPath } from '../core/paths.ts';
import type { Download, EmbedRecipe, FileStore, OpenLink } from '../core/ports.ts';
import { recipeOf } from '../core/recipe.ts';
import { makeFolder, removeLeftover, syncFolder } from './durable-files.ts';
import { placeInside } from './folder-bounds.ts';
import type { ReadAt } from './media-boxes.ts';
import { inspectMedia, refused } from './media-inspection.ts';
import { type Received, type SplicedFile, splicedFile, writeAll } from './spliced-file.ts';
import { storageFault } from './storage-faults.ts';

// Few system calls per file, little memory per download.
const batchBytes = 262_144;

/** No result is larger than this unless the caller says so: a server must not fill the disk with one file. */
export const largestFileBytes = 8 * 1_024 ** 3;

export interface FileOptions {
  /** Writes recipes into the files; without it they stay as they came. */
  readonly embed?: EmbedRecipe;
  readonly mostBytes?: number;
}

/**
 * The files of a run folder. A link is written to `.part` beside its place, counted, hashed, recognised by its
 * bytes, given its recipe, synced and only then given its name, so that a file is whole or absent.
 * `save` throws JobFailure (`download_failed`) for what the link gave, UserError('output') for what the disk or the
 * name is to blame for, and the signal's reason when aborted; nothing is left behind then.
 */
export function fileStore(dir: string, open: OpenLink, options: FileOptions = {}): FileStore {
  const { embed, mostBytes = largestFileBytes } = options;
  return {
    async save({ job, requestId, index, count }, link, signal) {
      signal.throwIfAborted();
      const pathOf = (extension: string): string => outputPath(job.pathTemplate, index, count, extension);
      const partPath = pathOf('part');
      let part: string | null = null;
      let file: FileHandle | null = null;
      let embedded: SplicedFile | null = null;
      try {
        part = await placeInside(dir, partPath);
        const embeddedPart = join(dirname(part), basename(pathOf('recipe.part')));
        await makeFolder(dirname(part));
        await Promise.all([part, embeddedPart].map((leftover) => rm(leftover, { force: true })));
        // Exclusively, so that a link planted under this name is not followed.
        file = await openFile(part, 'wx+');
        const download = await open(link, signal);
        const received = await receive(download, file, mostBytes, signal);
        const read = readerOf(file);
        const { extension, ...facts } = await inspectMedia(read, received.bytes, {
          contentType: download.contentType,
          link,
        });
        const path = pathOf(extension);
        const place = await placeInside(dir, path);
        if (embed !== undefined) {
          const splices = () => embed(read, received.bytes, facts.mime, recipeOf(job, requestId));
          embedded = await splicedFile({ read, bytes: received.bytes }, splices, embeddedPart, signal);
        }
        if (embedded === null) await file.sync();
        await file.close();
        signal.throwIfAborted();
        // Before the copy gets its name: a job that is done is never saved again, and would leave it behind.
        if (embedded !== null) await removeLeftover(part);
        await rename(embedded?.path ?? part, place);
        await syncFolder(dirname(place));
        const { bytes, sha256 } = embedded ?? received;
        const original = embedded === null ? null : received.sha256;
        return { path, bytes, sha256, original_sha256: original, ...facts } satisfies SavedFile;
      } catch (error) {
        await file?.close();
        if (file !== null && part !== null) await removeLeftover(part);
        if (embedded !== null) await removeLeftover(embedded.path);
        throw storageFault(error, partPath);
      }
    },
  };
}

async function receive(
  download: Download,
  file: FileHandle,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Received> {
  const hash = createHash('sha256');
  const announced = download.bytes;
  const limit = Math.min(announced ?? mostBytes, mostBytes);
  let bytes = 0;
  let batch: Uint8Array[] = [];
  let waiting = 0;
  for await (const chunk of chunksOf(download, signal)) {
    bytes += chunk.byteLength;
    if (bytes > limit || (announced ?? 0) > mostBytes) throw tooLong(announced, mostBytes);
    hash.update(chunk);
    batch.push(chunk);
    waiting += chunk.byteLength;
    if (waiting < batchBytes) continue;
    await writeAll(file, batch);
    batch = [];
    waiting = 0;
  }
  await writeAll(file, batch);
  if (announced !== null && bytes < announced) {
    throw refused(`The download ended after ${bytes} of ${announced} bytes.`);
  }
  return { bytes, sha256: hash.digest('hex') };
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
