import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
} from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { labelIn } from '../../core/job/file-labels.ts';
import type { SavedFile } from '../../core/job/job.ts';
import { outputPath } from '../../core/paths.ts';
import { openDurable } from '../files/durable-files.ts';
import { makeFolder } from '../files/durable-folders.ts';
import { partOf, removeLeftover } from '../files/part-files.ts';
import { privateFile, privateFolder } from '../files/plain-files.ts';
import { placeInside, plainParts } from '../folder/folder-bounds.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { readSome } from './whole-reading.ts';

/** Why a file of another folder is not taken. */
type Untaken = 'missing' | 'changed' | 'outside';

/**
 * Whether a file of another folder is there as it was saved, by its size: a plain file below `files/`, at a path on which
 * no link lies. `root`: the real path of that folder.
 */
export function sourceVerdict(root: string, { path, bytes, sha256 }: SavedFile): Untaken | 'whole' {
  if (!isPlainResult(path) || !/^[0-9a-f]{64}$/.test(sha256)) return 'outside';
  const place = join(root, ...path.split('/'));
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  if (!found.isFile() || realOf(place) !== place) return 'outside';
  return found.size === bytes ? 'whole' : 'changed';
}

function isPlainResult(path: string): boolean {
  try {
    return plainParts(path)[0] === 'files' && path.length <= 1_000 && extensionOf(path) !== null;
  } catch {
    return false;
  }
}

function extensionOf(path: string): string | null {
  const extension = extname(path).slice(1);
  return /^[a-z0-9]{1,10}$/.test(extension) ? extension : null;
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** A file of another folder, and where it goes. */
interface Taking {
  /** The real path of the other folder, and the run folder. */
  readonly root: string;
  readonly dir: string;
  readonly file: SavedFile;
  readonly pathTemplate: string;
  readonly index: number;
  readonly count: number;
}

/**
 * Takes a file of another folder after reading it wholly: as a second name of the same file where both folders belong
 * to the same user and no other can write it, else as a copy. The folder that it gets into is still to be synced. Throws
 * `UserError` (`output`) for what the disk of the run folder is to blame for.
 */
export async function takeFile(taking: Taking): Promise<SavedFile | Untaken> {
  const { root, dir, file, pathTemplate, index, count } = taking;
  const verdict = sourceVerdict(root, file);
  if (verdict !== 'whole') return verdict;
  const source = join(root, ...file.path.split('/'));
  const extension = extensionOf(file.path) as string;
  const path = outputPath(pathTemplate, index, count, extension, labelIn(file.path, pathTemplate));
  const handle = openQuietly(source);
  if (handle === null) return 'missing';
  try {
    const seen = fstatSync(handle);
    if (!seen.isFile() || seen.size !== file.bytes) return 'changed';
    const target = placeInside(dir, path);
    await makeFolder(dirname(target), privateFolder);
    const isTaken =
      (await hashOf(handle)) === file.sha256 &&
      (link(source, target, seen, dir) || (await copied(handle, target, file.sha256)));
    return isTaken ? { ...file, path } : 'changed';
  } catch (error) {
    throw storageFault(error, path);
  } finally {
    closeSync(handle);
  }
}

/** Of a plain file, whose name no link takes the place of. */
function openQuietly(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
}

async function hashOf(handle: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readSome(handle)) hash.update(piece);
  return hash.digest('hex');
}

const writableByOthers = 0o022;

/** Whether it could be linked: nothing but the file that was read gets the name. */
function link(source: string, target: string, seen: Stats, dir: string): boolean {
  const owner = lstatSync(dir, { throwIfNoEntry: false })?.uid;
  if (owner !== seen.uid || (seen.mode & writableByOthers) !== 0) return false;
  const part = partOf(target);
  removeLeftover(part);
  try {
    linkSync(source, part);
    const made = lstatSync(part);
    if (!made.isFile() || made.ino !== seen.ino || made.dev !== seen.dev) return false;
    renameSync(part, target);
    return true;
  } catch {
    // Another disk, a file system without links, or too many of them.
    return false;
  } finally {
    // Renaming leaves it where both are names of the same file.
    removeLeftover(part);
  }
}

async function copied(handle: number, target: string, sha256: string): Promise<boolean> {
  const made = openDurable(partOf(target), privateFile);
  try {
    const hash = createHash('sha256');
    for await (const piece of readSome(handle)) {
      hash.update(piece);
      await made.write([piece]);
    }
    if (hash.digest('hex') !== sha256) return false;
    await made.seal();
    made.giveName(target);
    return true;
  } finally {
    made.discard();
  }
}
