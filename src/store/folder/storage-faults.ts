import { UserError } from '../../core/complaints.ts';

/** What the disk says, as the end of a sentence that begins with the path. */
const diskFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'cannot be written: the disk is full.',
  EDQUOT: 'cannot be written: your disk quota is used up.',
  EFBIG: 'cannot be written: the file system does not allow a file of this size.',
  EACCES: 'cannot be written: permission is denied.',
  EPERM: 'cannot be written: the system does not allow it.',
  EROFS: 'cannot be written: the file system is read-only.',
  EIO: 'cannot be written: the disk reports an error.',
  ENOTDIR: 'cannot be made: a part of its path is a file and not a folder.',
  EISDIR: 'cannot be written: a folder with that name is in the way.',
  ENOENT: 'cannot be made: its folder does not exist.',
  EEXIST: 'cannot be made: something else with that name is in the way.',
  ENOTEMPTY: 'cannot be written: a folder with that name is in the way.',
  ENAMETOOLONG: 'cannot be made: its name is too long for this file system.',
  ELOOP: 'cannot be made: its path runs through links in a circle.',
  EMFILE: 'cannot be opened: too many files are open.',
  ENFILE: 'cannot be opened: too many files are open on this machine.',
};

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that are not bugs of ours. */
const sqliteFaults: Readonly<Record<number, string>> = {
  3: 'cannot be opened: permission is denied.',
  8: 'cannot be written: the file or its folder is read-only.',
  10: 'cannot be read or written: the disk reports an error.',
  11: 'is damaged: it is no longer an intact SQLite database.',
  13: 'cannot be written: the disk is full.',
  14: 'cannot be opened.',
  26: 'is not a SQLite database.',
};

const hint = 'Fix this and run the same command again. Nothing recorded has been lost.';

/** The primary SQLite result code of an error, or null when it is not an error of SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Whether another program holds the database: of SQLite's own errors, or of what `storageFault` makes of them. */
export function isHeldElsewhere(error: unknown): boolean {
  return sqliteCode(error) === 5 || (error instanceof UserError && sqliteCode(error.cause) === 5);
}

/**
 * The error to throw for one met at `path`: a `UserError` for what the disk or its owner is to blame for
 * (`output`; `locked` when another program holds the database), otherwise the error itself.
 */
export function storageFault(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const code = sqliteCode(error);
  if (code === 5) {
    return new UserError(
      'locked',
      `${path} is held by another program.`,
      'Close that program, or wait until it lets go; then run the same command again.',
      error,
    );
  }
  const said = code === null ? diskFaults[(error as NodeJS.ErrnoException).code ?? ''] : sqliteFaults[code];
  return said === undefined ? error : new UserError('output', `${path} ${said}`, hint, error);
}

/** Runs `work`, with what it throws translated by `storageFault`. */
export function blamingDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageFault(error, path);
  }
}
