import { rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Names that a file may have while it is not yet whole. */
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
 * Opens a new part to write and read it. Exclusively, so that a link planted under its name is not followed; what an
 * earlier life left of the file is taken away.
 */
export async function openNew(paths: PartPaths): Promise<FileHandle> {
  try {
    return await open(paths.part, 'wx+');
  } catch (error) {
    removeTaken(paths, error);
    return open(paths.part, 'wx+');
  }
}

/** Takes away what an earlier life left of a file whose part could not be opened for that. Throws any other error. */
export function removeTaken({ part, spliced }: PartPaths, error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  rmSync(spliced, { force: true });
  rmSync(part, { force: true });
}

/** How many bytes a write took. Throws where it took none, since trying on would never end. */
export function taken(bytes: number): number {
  if (bytes > 0) return bytes;
  throw Object.assign(new Error('The system takes no more of the file, and does not say why.'), {
    code: 'EIO',
  });
}
