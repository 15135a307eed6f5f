import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openWhole, type WholeFile } from '../files/durable-files.ts';
import { syncFolder } from '../files/durable-folders.ts';
import { partOf } from '../files/part-files.ts';
import { type Parcel, parcelPage } from './parcel-form.ts';

/** A parcel as a folder, which is made beside its place and moved there. `makeRoom` empties the place. */
export function parcelFolder(path: string, makeRoom: () => void): Parcel {
  const bare = path.replace(/[\\/]+$/, '') || path;
  const part = partOf(bare);
  // What an earlier process left.
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  const made = new Set<string>();
  let page: WholeFile | null = null;
  let bytes = 0;
  let isNamed = false;

  function place(name: string): string {
    const to = join(part, ...name.split('/'));
    if (!made.has(dirname(to))) mkdirSync(dirname(to), { recursive: true });
    made.add(dirname(to));
    return to;
  }

  return {
    async add({ name }, pieces) {
      const file = await openWhole(place(name));
      let written = 0;
      try {
        for await (const piece of pieces) {
          await file.write(piece);
          written += piece.byteLength;
        }
        await file.finish();
      } catch (error) {
        file.discard();
        throw error;
      }
      bytes += written;
      return written;
    },
    async page(text) {
      page ??= await openWhole(place(parcelPage));
      const piece = Buffer.from(text, 'utf8');
      await page.write(piece);
      bytes += piece.byteLength;
    },
    async finish() {
      await page?.finish();
      makeRoom();
      renameSync(part, bare);
      isNamed = true;
      await syncFolder(dirname(bare));
      return bytes;
    },
    discard() {
      page?.discard();
      if (!isNamed) rmSync(part, { recursive: true, force: true });
    },
  };
}
