import { createHash } from 'node:crypto';
import { type FileHandle, lstat, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { UserError } from '../../core/complaints.ts';
import { failure, JobFailure } from '../../core/job/failures.ts';
import { type MediaFile, maxSentBytes, readMarker } from '../../core/media.ts';
import { mimeOf } from '../../media/media-extensions.ts';
import { placeInside } from '../folder/folder-bounds.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { type DurableFile, openDurable } from './durable-files.ts';
import { makeFolder, syncFolder } from './durable-folders.ts';
import { partOf } from './part-files.ts';
import { privateFile, privateFolder } from './plain-files.ts';

/** A file of the user's that a job sends, as it was when the job was planned. */
export type InputFile = Pick<MediaFile, 'marker' | 'path' | 'sha256'>;

export interface InputFiles {
  /**
   * `data:<mime>;base64,…` of a kept file. Throws JobFailure (`invalid_input`) when the file is not there any more,
   * or is not what was planned; UserError('output') when the disk keeps it from being read.
   */
  dataUri(marker: string): Promise<string>;
}

const folder = 'inputs';

const maxKeptBytes = 32 * 1_024 ** 2;

/**
 * Copies files into the run folder `dir`, each whole or not at all, so that a job can be sent whatever happens to the
 * user's own. A copy of the right size is left alone. Throws UserError: 'input' for a file that cannot be read or has
 * changed since it was planned, 'output' for what the disk or the folder is to blame for.
 */
export async function keepInputs(dir: string, files: Iterable<InputFile>): Promise<void> {
  let isMade = false;
  for (const { marker, path, sha256 } of files) {
    const kept = readMarker(marker);
    if (kept === null || kept.sha256 !== sha256) throw new Error(`${marker} is not the marker of ${path}.`);
    try {
      if (!isMade) await makeFolder(join(dir, folder), privateFolder);
      isMade = true;
      await keepFile(placeInside(dir, kept.path), path, sha256);
    } catch (error) {
      throw storageFault(error, join(dir, kept.path));
    }
  }
}

async function keepFile(place: string, path: string, sha256: string): Promise<void> {
  const source = await blamingSource(path, () => open(path, 'r'));
  let target: DurableFile | null = null;
  try {
    const { size } = await blamingSource(path, () => source.stat());
    if ((await sizeOf(place)) === size) return;
    target = openDurable(partOf(place), privateFile);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunksOf(source, path)) {
      bytes += chunk.byteLength;
      if (bytes > maxSentBytes) throw changed(path);
      hash.update(chunk);
      await target.write([chunk]);
    }
    if (hash.digest('hex') !== sha256) throw changed(path);
    await target.seal();
    target.giveName(place);
    await syncFolder(dirname(place));
  } finally {
    target?.discard();
    await source.close();
  }
}

async function* chunksOf(source: FileHandle, path: string): AsyncIterable<Uint8Array> {
  const buffer = Buffer.allocUnsafe(262_144);
  for (;;) {
    const { bytesRead } = await blamingSource(path, () => source.read(buffer));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    // A link may lead anywhere, so it is replaced by the file.
    const found = await lstat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function blamingSource<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const sentence = missing ? `${path} is not there any more.` : `${path} cannot be read.`;
    throw new UserError(
      'input',
      sentence,
      'Check the file and its rights, then run the same command again.',
      error,
    );
  }
}

function changed(path: string): UserError {
  return new UserError(
    'input',
    `${path} has changed since it was planned.`,
    'Run the same command again to plan with what it holds now.',
  );
}

/** The files that `keepInputs` kept in the run folder `dir`. The latest ones stay in memory, up to 32 MiB. */
export function openInputs(dir: string): InputFiles {
  const recent = new LRUCache<string, string>({
    maxSize: maxKeptBytes,
    sizeCalculation: ({ length }) => length,
  });
  const underWay = new Map<string, Promise<string>>();

  async function read(marker: string): Promise<string> {
    try {
      const uri = await dataUriOf(dir, marker);
      recent.set(marker, uri);
      return uri;
    } finally {
      underWay.delete(marker);
    }
  }

  return {
    async dataUri(marker) {
      const known = recent.get(marker);
      if (known !== undefined) return known;
      const reading = underWay.get(marker) ?? read(marker);
      underWay.set(marker, reading);
      return reading;
    },
  };
}

async function dataUriOf(dir: string, marker: string): Promise<string> {
  const kept = readMarker(marker);
  if (kept === null) throw unusable(`"${marker}" names no file of the run folder.`);
  const path = join(dir, kept.path);
  try {
    const { size } = await stat(path);
    const bytes = size > maxSentBytes ? null : await readFile(path);
    if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== kept.sha256) {
      throw unusable(`${kept.path} of the run folder is not the file that was planned: it has been changed.`);
    }
    return `data:${mimeOf(kept.extension)};base64,${bytes.toString('base64')}`;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) {
      throw unusable(`${kept.path} is missing from the run folder.`, error);
    }
    if (error instanceof Error && 'syscall' in error) {
      throw new UserError(
        'output',
        `${path} cannot be read.`,
        'Check its rights, then run the same command again.',
        error,
      );
    }
    throw error;
  }
}

function unusable(sentence: string, cause?: unknown): JobFailure {
  return new JobFailure(failure('invalid_input', sentence), { cause });
}
