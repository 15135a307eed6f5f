import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** The entries of a zip file, which must be intact. */
export async function zipEntries(path: string, visit: (zip: ZipFile, entry: Entry) => Promise<void>) {
  const zip = await openPromise(path, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
  const names: string[] = [];
  const ended = once(zip, 'end');
  zip.on('entry', async (entry: Entry) => {
    names.push(entry.fileName);
    await visit(zip, entry).catch((error) => zip.emit('error', error));
    zip.readEntry();
  });
  zip.readEntry();
  await ended;
  return { names, count: zip.entryCount };
}

/** Unpacks a zip file into a folder, as its readers do. Resolves with the names of its files. */
export async function unzipInto(path: string, folder: string): Promise<readonly string[]> {
  const { names } = await zipEntries(path, async (zip, entry) => {
    const to = join(folder, entry.fileName);
    mkdirSync(dirname(to), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to));
  });
  return names;
}
