import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../core/complaints.ts';

/**
 * Where a relative path with `/` lies below the run folder. Throws UserError('output') for a path that would leave
 * it, as text or through a symbolic link that somebody put in the way.
 */
export async function placeInside(dir: string, path: string): Promise<string> {
  const parts = path.split('/');
  if (parts.some(isUnsafe)) throw escaping(path, 'it is not a plain path below the run folder');
  const root = await realpath(dir);
  const place = join(root, ...parts);
  const real = await realpath(await deepestExisting(dirname(place)));
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw escaping(path, `a link leads out of the run folder, to ${real}`);
  }
  return place;
}

function isUnsafe(part: string): boolean {
  return part === '' || part === '.' || part === '..' || /[\\:\0]/.test(part);
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
