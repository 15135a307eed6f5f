import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWholeBytes } from '../files/durable-files.ts';
import { makeFolder } from '../files/durable-folders.ts';
import { privateFile, privateFolder } from '../files/plain-files.ts';
import { placeInside } from '../folder/folder-bounds.ts';
import { storageFault } from '../folder/storage-faults.ts';

/**
 * Copies what jobs of a run folder send, and the lists that were read from links, into another folder. Their names hold
 * their hashes, and whoever sends one compares it.
 */
export async function copyInputs(root: string, dir: string): Promise<void> {
  for (const folder of ['inputs', 'inputs/links']) {
    for (const name of filesIn(join(root, folder))) {
      const path = `${folder}/${name}`;
      try {
        await makeFolder(join(dir, folder), privateFolder);
        const place = placeInside(dir, path);
        const found = lstatSync(place, { throwIfNoEntry: false });
        const source = join(root, ...path.split('/'));
        if (found?.isFile() && found.size === lstatSync(source).size) continue;
        await makeFolder(dirname(place), privateFolder);
        await writeWholeBytes(place, createReadStream(source), privateFile);
      } catch (error) {
        throw storageFault(error, join(dir, path));
      }
    }
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
