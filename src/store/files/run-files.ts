import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type Failure, JobFailure } from '../../core/job/failures.ts';
import type { SavedFile } from '../../core/job/job.ts';
import type { FileOutput } from '../../core/job/outputs.ts';
import { recipeOf } from '../../core/job/recipe.ts';
import { maxResultBytes } from '../../core/media.ts';
import { outputPath } from '../../core/paths.ts';
import type { Download, EmbedRecipe, ExpectedFile, FileStore, OpenLink } from '../../core/ports.ts';
import { documentFacts, inspectMedia, type MediaFacts } from '../../media/media-inspection.ts';
import { hasFolder, plainParts } from '../folder/folder-bounds.ts';
import { storageFault } from '../folder/storage-faults.ts';
import type { Arrival, Landing } from './arrival.ts';
import { makeFolder, syncFolder } from './durable-folders.ts';
import { fileWriter } from './file-writer.ts';
import { sharedSyncs } from './folder-syncs.ts';
import { heldMemory } from './held-memory.ts';
import { takeIn } from './intake.ts';
import type { FilePaths } from './part-files.ts';
import { privateFolder } from './plain-files.ts';

// Larger than nearly all pictures.
const maxHeldBytes = 8 * 1_024 ** 2;
// Of all files together: beyond that they are written while they come.
const maxHeldAtOnce = 24 * 1_024 ** 2;

interface FileOptions {
  /** Writes recipes into the files; without it they stay as downloaded. */
  readonly embed?: EmbedRecipe;
  /** `maxResultBytes` by default. */
  readonly maxBytes?: number;
  /** Files up to this size are held in memory until they are whole, and written once; 8 MiB by default. */
  readonly heldBytes?: number;
  /** Why nothing may be written into the folder any more, such as that it was moved; null: writing is fine. */
  readonly lost?: () => Failure | null;
}

/**
 * The files of a run folder. What is behind a link, or in the result itself, is counted, hashed, recognised by its
 * bytes, given its recipe, written to `.part` beside its place, synced and only then given its name, so that a file
 * is whole or absent. `save` throws JobFailure (`download_failed`) for what came, JobFailure with what `lost` says
 * for a folder that was replaced or removed, UserError('output') for what the disk or the name is to blame for, and
 * the signal's reason when aborted; nothing is left behind then.
 */
export function fileStore(dir: string, open: OpenLink, options: FileOptions = {}): FileStore {
  const { embed, maxBytes = maxResultBytes, heldBytes = maxHeldBytes, lost = () => null } = options;
  let root: string | null = null;
  const sync = sharedSyncs(syncFolder);
  const memory = heldMemory(maxHeldAtOnce);
  const write = fileWriter(survey, memory.reuse);
  const landing: Landing = { maxBytes, heldBytes, memory, write, ready, settle };

  /** What is at the path now belongs to somebody else. */
  function refuseIfLost(): void {
    const reason = lost();
    if (reason !== null) throw new JobFailure(reason);
  }

  function survey(): (path: string) => boolean {
    refuseIfLost();
    return (path) => hasFolder(place(), path);
  }

  /** The real path of the run folder. */
  function place(): string {
    root ??= realpathSync(dir);
    return root;
  }

  /** Where a file of this name and extension goes, and its parts. */
  function pathsOf(nameOf: (extension: string) => string, extension: string): FilePaths {
    const path = join(place(), nameOf(extension));
    const beside = (part: string): string => dirname(path) + sep + fileName(nameOf(part));
    return { path, part: beside('part'), spliced: beside('recipe.part') };
  }

  async function ready(path: string): Promise<void> {
    if (!survey()(path)) await makeFolder(dirname(path), privateFolder);
  }

  /** With what holds the folder: the thread that writes small files may just be making it. */
  async function settle(path: string): Promise<void> {
    const folders: string[] = [];
    for (let at = dirname(path); at.length >= place().length; at = dirname(at)) folders.push(at);
    await Promise.all(folders.map(sync));
  }

  async function save(expected: ExpectedFile, output: FileOutput, signal: AbortSignal): Promise<SavedFile> {
    signal.throwIfAborted();
    const { job, requestId, index, count, label = null } = expected;
    const nameOf = (extension: string): string =>
      outputPath(job.pathTemplate, index, count, extension, label);
    let arrived: Arrival | null = null;
    try {
      plainParts(nameOf('part'));
      const download = output.type === 'link' ? await open(output.url, signal) : held(output);
      arrived = await takeIn(download, () => pathsOf(nameOf, 'part'), landing, signal);
      const { read, bytes: arrivedBytes } = arrived;
      const { extension, ...facts } = await factsOf(output, arrived, download);
      const splicing = embed && (() => embed(read, arrivedBytes, facts.mime, recipeOf(job, requestId)));
      const kept = await arrived.keep(pathsOf(nameOf, extension), splicing ?? null, signal);
      const { bytes, sha256, originalSha256 } = kept;
      return { path: nameOf(extension), bytes, sha256, original_sha256: originalSha256, ...facts };
    } catch (error) {
      await arrived?.discard();
      // The folder may have been lost meanwhile.
      if (!(error instanceof JobFailure) && !signal.aborted) refuseIfLost();
      throw storageFault(error, nameOf('part'));
    }
  }

  return { save };
}

/** What is in memory already, as a download. */
function held(output: Exclude<FileOutput, { type: 'link' }>): Download {
  const bytes = output.type === 'bytes' ? output.bytes : new TextEncoder().encode(output.text);
  let rest: readonly Uint8Array[] = [bytes];
  return {
    contentType: null,
    bytes: bytes.byteLength,
    async read() {
      const chunks = rest;
      rest = [];
      return chunks;
    },
    discard: () => {},
  };
}

async function factsOf(output: FileOutput, arrived: Arrival, download: Download): Promise<MediaFacts> {
  if (output.type === 'document') return documentFacts(output.extension);
  const { announced } = output;
  const hints =
    output.type === 'link'
      ? { contentType: download.contentType, link: output.url, announced }
      : { contentType: announced, link: null, announced };
  try {
    return await inspectMedia(arrived.read, arrived.bytes, hints);
  } catch (error) {
    // All announced bytes have arrived, so the same link would give the same file again.
    if (!(error instanceof JobFailure) || download.bytes === null) throw error;
    throw new JobFailure(error.failure, { helpedBy: 'another_link', cause: error });
  }
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
