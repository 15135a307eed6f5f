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

/** Files and folders that a run folder holds are the user's alone, whatever the umask is. */
export const privateFile = 0o600;
export const privateFolder = 0o700;

// Who links a file to nowhere means it.
const nowhere: ReadonlySet<string> = new Set(['/dev/null', '/dev/full']);

/**
 * Sees to it that writing to `path` writes into nothing but its folder: a link there is taken away, a file that has
 * other names too is replaced by a copy. What it points to stays as it is. A link to `/dev/null` is left.
 */
export function ownFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isSymbolicLink() && !nowhere.has(readlinkSync(path))) unlinkSync(path);
  else if (found.isFile() && found.nlink > 1) replaceByCopy(path, found);
}

/** Takes a link away, so that a file or folder of this name is made in its place. What it points to stays as it is. */
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
