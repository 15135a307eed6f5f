import { renameSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { SavedFile } from '../core/job.ts';
import { outputPath } from '../core/paths.ts';
import type { EmbedRecipe, ExpectedFile, FileStore, OpenLink } from '../core/ports.ts';
import { recipeOf } from '../core/recipe.ts';
import { type Arrival, arrival } from './arrival.ts';
import { makeFolder, removeLeftover, syncFolder } from './durable-files.ts';
import { type Place, placeBelow } from './folder-bounds.ts';
import { sharedSyncs } from './folder-syncs.ts';
import { inspectMedia } from './media-inspection.ts';
import type { PartPaths } from './part-files.ts';
import { storageFault } from './storage-faults.ts';

/** No result is larger than this unless the caller says so: a server must not fill the disk with one file. */
export const largestFileBytes = 8 * 1_024 ** 3;

// Most pictures; a run holds as many at once as it downloads.
const mostHeldBytes = 1_024 ** 2;

export interface FileOptions {
  /** Writes recipes into the files; without it they stay as they came. */
  readonly embed?: EmbedRecipe;
  readonly mostBytes?: number;
  /** Files up to this size are held in memory until they are whole, and written once; 1 MiB by default. */
  readonly heldBytes?: number;
}

/**
 * The files of a run folder. What a link gives is counted, hashed, recognised by its bytes, given its recipe, written
 * to `.part` beside its place, synced and only then given its name, so that a file is whole or absent.
 * `save` throws JobFailure (`download_failed`) for what the link gave, UserError('output') for what the disk or the
 * name is to blame for, and the signal's reason when aborted; nothing is left behind then.
 */
export function fileStore(dir: string, open: OpenLink, options: FileOptions = {}): FileStore {
  const { embed, mostBytes = largestFileBytes, heldBytes = mostHeldBytes } = options;
  const sync = sharedSyncs(syncFolder);
  const makings = new Map<string, Promise<void>>();
  let root: string | null = null;

  async function place(path: string): Promise<Place> {
    root ??= await realpath(dir);
    return placeBelow(root, path);
  }

  /** Makes a folder; nobody takes one for durable that another job is just making. */
  async function make(folder: string): Promise<void> {
    const making = makings.get(folder) ?? makeFolder(folder).finally(() => makings.delete(folder));
    makings.set(folder, making);
    return making;
  }

  /** Where the parts of a file go; its folder is there. */
  async function partPaths(path: string, splicedPath: string): Promise<PartPaths> {
    const { path: part, hasFolder } = await place(path);
    const folder = dirname(part);
    if (!hasFolder || makings.has(folder)) await make(folder);
    return { part, spliced: join(folder, basename(splicedPath)) };
  }

  async function save(expected: ExpectedFile, link: string, signal: AbortSignal): Promise<SavedFile> {
    signal.throwIfAborted();
    const { job, requestId, index, count } = expected;
    const pathOf = (extension: string): string => outputPath(job.pathTemplate, index, count, extension);
    const partPath = pathOf('part');
    let arrived: Arrival | null = null;
    try {
      const paths = await partPaths(partPath, pathOf('recipe.part'));
      const download = await open(link, signal);
      arrived = await arrival(download, paths, { mostBytes, heldBytes }, signal);
      const { read, bytes: arrivedBytes } = arrived;
      const hints = { contentType: download.contentType, link };
      const { extension, ...facts } = await inspectMedia(read, arrivedBytes, hints);
      const path = pathOf(extension);
      const { path: target } = await place(path);
      const splicing = embed && (() => embed(read, arrivedBytes, facts.mime, recipeOf(job, requestId)));
      const finished = await arrived.finish(splicing ?? null, signal);
      signal.throwIfAborted();
      renameSync(finished.path, target);
      if (finished.leftover !== null) await removeLeftover(finished.leftover);
      await sync(dirname(target));
      const { bytes, sha256, originalSha256 } = finished;
      return { path, bytes, sha256, original_sha256: originalSha256, ...facts };
    } catch (error) {
      await arrived?.discard();
      throw storageFault(error, partPath);
    }
  }

  return { save };
}
