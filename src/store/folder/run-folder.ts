import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { refuseLink } from '../files/plain-files.ts';

/** What is under the name of a folder's ledger; `empty`: a file without a byte, as a process that was killed leaves. */
type LedgerPresence = 'absent' | 'empty' | 'there';

/**
 * Looks for the ledger of a folder. Throws UserError: 'output' where the folder may not be entered or a link stands in
 * place of the ledger, 'usage' for a folder that holds the results of runs but no ledger: it is not a new one, and all
 * of them would be paid for again.
 */
export function ledgerPresence(dir: string): LedgerPresence {
  const path = join(dir, ledgerFile);
  const size = sizeOf(dir, path);
  if (size !== null && size > 0) {
    for (const each of [path, `${path}-wal`, `${path}-shm`]) refuseLink(each);
    return 'there';
  }
  const signs = signsOfRuns(dir);
  if (signs.length === 0) return size === null ? 'absent' : 'empty';
  throw bereft(dir, signs, size === null ? 'is missing' : 'is empty');
}

/** Whether `dir` has a ledger, whatever is in it. */
export function isRunFolder(dir: string): boolean {
  return existsSync(join(dir, ledgerFile));
}

/** Throws for a folder that is to be read; `usage`. */
export function notARunFolder(dir: string, presence: 'absent' | 'empty'): UserError {
  return presence === 'absent'
    ? new UserError(
        'usage',
        `${dir} is not a run folder: it has no ${ledgerFile}.`,
        'Name the folder of a run.',
      )
    : new UserError('usage', `${join(dir, ledgerFile)} is empty: nothing was ever recorded in it.`, removeIt);
}

/** For a file that has content but no tables. */
export function withoutLog(path: string): UserError {
  return new UserError(
    'usage',
    `${path} holds no tables: what was recorded stood in ${ledgerFile}-wal, which is missing.`,
    `Put ${ledgerFile}-wal back beside it: a ledger is copied together with it. If nothing was ever run here, remove ${ledgerFile}.`,
  );
}

const removeIt = 'Restore it from a backup; if nothing was ever run here, remove it.';

/** A link counts as a link, whatever it leads to. */
function sizeOf(dir: string, path: string): number | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size ?? null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return null;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new UserError(
      'output',
      `${dir} cannot be read: permission is denied.`,
      'Check the rights of the folder, then run the same command again.',
      error,
    );
  }
}

const rescued = /^manifest-rescued(-\d+)?\.db$/;

/**
 * Whether a ledger with content stands without its log: if it has no tables then, they stood in the log that is
 * missing, unless its maker was killed before it began to make them: see `isBarelyBegun`.
 */
export function standsAlone(dir: string): boolean {
  return lstatSync(join(dir, `${ledgerFile}-wal`), { throwIfNoEntry: false }) === undefined;
}

/**
 * Whether nothing was ever recorded in a folder whose ledger has neither tables nor log: there is the lock that its
 * maker took, and none of what follows the tables. A ledger that was copied without its log has no lock beside it,
 * and a folder that was copied without it has more.
 */
export function isBarelyBegun(dir: string): boolean {
  const found = names(dir);
  if (!found.includes('.lock') || found.includes('.reserve')) return false;
  // Last of all, since every folder of a run has others, and to look among its results takes long.
  return recordsOfRuns(dir).length === 0 && !hasResults(join(dir, 'files'));
}

/** The names of what only a run leaves in a folder. */
function signsOfRuns(dir: string): readonly string[] {
  return [...(hasResults(join(dir, 'files')) ? ['files/'] : []), ...recordsOfRuns(dir)];
}

/** The same without its results. */
function recordsOfRuns(dir: string): readonly string[] {
  const files = ['run.log', 'manifest.jsonl', 'manifest.csv', `${ledgerFile}-wal`];
  const found = files.filter((name) => lstatSync(join(dir, name), { throwIfNoEntry: false })?.isFile());
  return [...found, ...names(dir).filter(isRescued)];
}

function isRescued(name: string): boolean {
  return rescued.test(name);
}

// A result carries the first digits of its job's id somewhere in its path; whatever else users keep in a folder of
// that name does not count.
const resultPath = /(^|[^0-9a-f])[0-9a-f]{8}([^0-9a-f].*)?\.[a-z0-9]+$/;
const maxLooks = 10_000;

/** Whether there is a result among the first files below. */
function hasResults(root: string): boolean {
  const folders = [''];
  let looks = 0;
  for (let folder = folders.pop(); folder !== undefined && looks < maxLooks; folder = folders.pop()) {
    for (const name of names(join(root, folder)).slice(0, maxLooks - looks)) {
      looks += 1;
      const path = folder === '' ? name : `${folder}/${name}`;
      const found = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (found?.isFile() && resultPath.test(path)) return true;
      if (found?.isDirectory()) folders.push(path);
    }
  }
  return false;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function bereft(dir: string, signs: readonly string[], what: string): UserError {
  const saved = signs.find(isRescued);
  const restore =
    saved === undefined
      ? `Put ${ledgerFile} back from a backup`
      : `Rename ${saved} to ${ledgerFile}: it is what an earlier run had recorded`;
  return new UserError(
    'usage',
    `${dir} holds what earlier runs left (${signs.join(', ')}), but ${ledgerFile} ${what}: every job would be paid for again.`,
    `${restore}, or choose another folder with --out; to start over in this one, move these away first.`,
  );
}
