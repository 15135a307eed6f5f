import {
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  readlinkSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { UserError } from '../../core/complaints.ts';
import { openFresh, partOf } from './part-files.ts';

/** Files and folders in a run folder are private to the user, whatever the umask is. */
export const privateFile = 0o600;
export const privateFolder = 0o700;

// A link to one of these is deliberate.
const nowhere: ReadonlySet<string> = new Set(['/dev/null', '/dev/full']);

/**
 * Ensures that writing to `path` changes nothing outside its folder: a link there is removed, a file with other names
 * is replaced by a copy. What it points to is left alone, as is a link to `/dev/null`.
 */
export function ownFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isSymbolicLink() && !nowhere.has(readlinkSync(path))) unlinkSync(path);
  else if (found.isFile() && found.nlink > 1) replaceByCopy(path, found);
}

/** Removes a link, so that a file or folder of this name is made in its place. What it points to is left alone. */
export function removeLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
}

/** Throws UserError('output') when there is something under this name that is not a plain file, such as a link. */
export function refuseLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isSymbolicLink() ? 'a link' : 'not a plain file';
  throw new UserError(
    'output',
    `${path} is ${what}: a ledger is read and written only where it is a plain file of its run folder.`,
    'Put the file itself there, or choose another folder with --out.',
  );
}

function replaceByCopy(path: string, { mode }: Stats): void {
  const part = partOf(path);
  closeSync(openFresh(part, mode & 0o777));
  copyFileSync(path, part, constants.COPYFILE_FICLONE);
  renameSync(part, path);
}
