import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';

/**
 * Where a relative path with `/` lies below the run folder. Throws UserError('output') for a path that would leave
 * it, as text or through a symbolic link that somebody put in the way.
 */
export function placeInside(dir: string, path: string): string {
  const root = realpathSync(dir);
  const place = join(root, ...plainParts(path));
  hasFolder(root, place);
  return place;
}

/**
 * Whether the folder of a path below the run folder is known to be there. Throws UserError('output') if a link on the
 * way to it leads out of the run folder. `root` is the real path of the run folder; `path` begins with it.
 *
 * Every folder on the way is checked, so that a link planted in the middle of a run is refused, too. What is planted
 * between this check and the use of the path goes unseen: files have to be opened exclusively, or renamed, neither of
 * which follows a link. Synchronous: it takes a few microseconds.
 */
export function hasFolder(root: string, path: string): boolean {
  for (let end = path.indexOf(sep, root.length + 1); end !== -1; end = path.indexOf(sep, end + 1)) {
    const found = lstatSync(path.slice(0, end), { throwIfNoEntry: false });
    // What is below it will be made by us, so it holds no links.
    if (found === undefined) return false;
    if (!found.isDirectory()) {
      refuseOutside(root, path);
      return false;
    }
  }
  return true;
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

function refuseOutside(root: string, path: string): void {
  const real = realpathSync(deepestExisting(dirname(path)));
  if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return;
  const name = relative(root, path).replaceAll(sep, '/');
  throw escaping(name, `a link leads out of the run folder, to ${real}`);
}

/** The nearest folder above that is there already. */
function deepestExisting(folder: string): string {
  try {
    lstatSync(folder);
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
