import { lstatSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';

/**
 * Where a relative path with `/` lies below the run folder. Throws UserError('output') for a path that would leave
 * it, as text or through a symbolic link that somebody put in the way.
 */
export async function placeInside(dir: string, path: string): Promise<string> {
  return (await placeBelow(await realpath(dir), path)).path;
}

interface Place {
  readonly path: string;
  /** Whether its folder is known to be there. */
  readonly hasFolder: boolean;
}

/**
 * The same below a folder that is named by its real path. Every folder on the way is checked each time, so that a
 * link planted in the middle of a run is refused, too. What is planted between this check and the use of the path
 * goes unseen: files have to be opened exclusively, or renamed, neither of which follows a link.
 */
export async function placeBelow(root: string, path: string): Promise<Place> {
  const parts = plainParts(path);
  const place = join(root, ...parts);
  if (areFolders(root, parts.slice(0, -1))) return { path: place, hasFolder: true };
  const real = await realpath(await deepestExisting(dirname(place)));
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw escaping(path, `a link leads out of the run folder, to ${real}`);
  }
  return { path: place, hasFolder: false };
}

/** The parts of a path that as a text stays below the run folder; throws UserError('output') for any other. */
export function plainParts(path: string): readonly string[] {
  const parts = path.split('/');
  if (parts.some(isUnsafe)) throw escaping(path, 'it is not a plain path below the run folder');
  return parts;
}

function isUnsafe(part: string): boolean {
  return part === '' || part === '.' || part === '..' || /[\\:\0]/.test(part);
}

/** Whether all of a path is there and made of folders, without a link. Synchronous: it takes a few microseconds. */
function areFolders(root: string, parts: readonly string[]): boolean {
  let folder = root;
  return parts.every((part) => {
    folder += `${sep}${part}`;
    return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  });
}

/** The nearest folder above that is there already; what is below it will be made by us, so it holds no links. */
async function deepestExisting(folder: string): Promise<string> {
  try {
    await lstat(folder);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return deepestExisting(dirname(folder));
    throw error;
  }
}

function escaping(path: string, why: string): UserError {
  return new UserError(
    'output',
    `"${path}" is refused as the name of a result: ${why}.`,
    'Choose another name template, or remove the link.',
  );
}
