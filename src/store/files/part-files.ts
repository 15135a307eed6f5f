// The one scheme of names for files that are not yet whole, and the one way of opening them.
import { openSync, unlinkSync } from 'node:fs';

/** Where a file is in the making that only this process writes. What a killed process left there is replaced. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Names that a result may have while it is not yet whole. */
export interface PartPaths {
  readonly part: string;
  /** For a copy with a recipe, which is made while the other one is there. */
  readonly spliced: string;
}

/** The same, with the name that it has from then on. */
export interface FilePaths extends PartPaths {
  readonly path: string;
}

/**
 * Makes a new file and opens it to write and read it: exclusively, so that a link planted under its name is never
 * followed. What has its name is removed, and with it the `leftovers` of the same earlier process.
 */
export function openFresh(path: string, mode: number, leftovers: readonly string[] = []): number {
  try {
    return openSync(path, 'wx+', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // The file itself last: as long as it is there, its leftovers are known to be there too.
    for (const each of [...leftovers, path]) unlinkIfThere(each);
    return openSync(path, 'wx+', mode);
  }
}

/** Not by `rmSync`, which calls the error of a read-only disk unknown. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes what a failure left behind, where possible: the failure is what has to be reported. */
export function removeLeftover(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there, or not to be removed.
  }
}

/** How many bytes a write took. Throws where it took none, since trying further would never end. */
export function taken(bytes: number): number {
  if (bytes > 0) return bytes;
  throw Object.assign(new Error('The system takes no more of the file, and does not say why.'), {
    code: 'EIO',
  });
}
