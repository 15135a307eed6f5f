import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { parcelFolder } from './parcel-folder.ts';
import { type Parcel, parcelPage } from './parcel-form.ts';
import { parcelZip } from './parcel-zip.ts';

const ownNames: ReadonlySet<string> = new Set([parcelPage, 'files', 'thumbs']);
const pageMark = 'runcomfy-batch</title>';

/**
 * Opens a new parcel: a zip file if `path` ends so, else a folder. `force` replaces a zip file, or a folder that is a
 * parcel itself; nothing else is ever overwritten. Throws `UserError`: `usage` where something is in the way, and all
 * of its calls `output` for what the disk is to blame for.
 */
export function openParcel(path: string, force: boolean): Parcel {
  const isZip = /\.zip$/i.test(path);
  refuseToOverwrite(path, isZip, force);
  const parcel = blamed(path, () => (isZip ? parcelZip(path) : parcelFolder(path, () => emptyPlace(path))));
  return {
    add: (file, pieces) => blamedLater(path, () => parcel.add(file, pieces)),
    page: (text) => blamedLater(path, () => parcel.page(text)),
    finish: (at) => blamedLater(path, () => parcel.finish(at)),
    discard: parcel.discard,
  };
}

function refuseToOverwrite(path: string, isZip: boolean, force: boolean): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (isZip) {
    if (found.isFile() && force) return;
    const hint = found.isFile() ? 'Add --force to replace it, or give another name.' : 'Give another name.';
    throw new UserError('usage', `${path} exists already.`, hint);
  }
  if (!found.isDirectory()) {
    throw new UserError(
      'usage',
      `${path} is not a folder.`,
      'Give a name ending in .zip, or another folder.',
    );
  }
  const names = readdirSync(path);
  if (names.length === 0) return;
  if (!isParcel(path, names)) {
    throw new UserError(
      'usage',
      `The folder ${path} is not empty, and holds more than a parcel.`,
      'Give another folder.',
    );
  }
  if (!force) {
    throw new UserError(
      'usage',
      `The folder ${path} holds a parcel already.`,
      'Add --force to replace it, or give another folder.',
    );
  }
}

/** Whether a folder holds what a parcel does, and nothing else, which could be somebody's own. */
function isParcel(path: string, names: readonly string[]): boolean {
  if (!names.includes(parcelPage) || !names.every((name) => ownNames.has(name))) return false;
  const page = join(path, parcelPage);
  return lstatSync(page).isFile() && readFileSync(page).subarray(0, 100_000).includes(pageMark);
}

/** Takes away an empty folder, or the parcel that the new one replaces. */
function emptyPlace(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  refuseToOverwrite(path, false, true);
  rmSync(path, { recursive: true });
}

function blamed<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageFault(error, path);
  }
}

async function blamedLater<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFault(error, path);
  }
}
