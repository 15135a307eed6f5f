import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import { quoted } from '../../core/shell-words.ts';

/** How a run lost its folder while it worked on it. */
export type FolderLoss =
  /** `place`: its path now, as the user would write it; null: unknown. */
  | { readonly how: 'moved'; readonly place: string | null }
  /** The folder. */
  | { readonly how: 'removed' }
  /** Its ledger, or a file that SQLite keeps beside it; `file`: its name. */
  | { readonly how: 'ledger_removed' | 'ledger_replaced'; readonly file: string }
  /** Another process has named itself in the ledger; null: no process is named there any more. */
  | { readonly how: 'taken'; readonly pid: number | null };

/** Checks whether the path of a run folder still leads to the folder and the ledger that were opened there. */
export interface FolderWatch {
  readonly dir: string;
  readonly ids: { readonly folder: string; readonly ledger: string };
  /** null: nothing is wrong. Takes a few microseconds. */
  loss(): FolderLoss | null;
  /** Removes what SQLite left beside a ledger that is gone: beside another ledger it would destroy that one. */
  removeSides(): void;
  close(): void;
}

const sideFiles = ['-wal', '-shm'] as const;

/** For a ledger that has just been opened. */
export function watchFolder(dir: string): FolderWatch {
  const path = join(dir, ledgerFile);
  const ids = { folder: idOf(statSync(dir, exactly)), ledger: idAt(path) ?? '' };
  const sides = new Map<string, string>();
  const root = openFolder(dir);
  const whole = resolve(dir);
  let bytes = 0n;

  function moved(): FolderLoss {
    const now = root === null ? null : placeOf(root);
    if (now === 'removed') return { how: 'removed' };
    return { how: 'moved', place: now === null || now === whole ? null : shown(now) };
  }

  /** It never shrinks on its own: another file was copied over it. */
  function hasShrunk(size: bigint): boolean {
    const isSmaller = size < bytes;
    if (!isSmaller) bytes = size;
    return isSmaller;
  }

  /** SQLite makes them with the first change, and keeps them as long as the ledger is open. */
  function sideLoss(): FolderLoss | null {
    for (const side of sideFiles) {
      const seen = idAt(path + side);
      const known = sides.get(side);
      if (known === undefined && seen !== null) sides.set(side, seen);
      if (known === undefined || known === seen) continue;
      return { how: seen === null ? 'ledger_removed' : 'ledger_replaced', file: ledgerFile + side };
    }
    return null;
  }

  return {
    dir,
    ids,
    loss() {
      const seen = entryAt(path);
      if (seen?.id === ids.ledger) {
        return hasShrunk(seen.size) ? { how: 'ledger_replaced', file: ledgerFile } : sideLoss();
      }
      if (folderIdAt(dir) !== ids.folder) return moved();
      return { how: seen === null ? 'ledger_removed' : 'ledger_replaced', file: ledgerFile };
    },
    removeSides() {
      for (const [side, id] of sides) if (idAt(path + side) === id) rmSync(path + side, { force: true });
    },
    close() {
      if (root !== null) closeSync(root);
    },
  };
}

/** What happened, as a sentence. */
export function lossText(dir: string, loss: FolderLoss): string {
  switch (loss.how) {
    case 'moved':
      return loss.place === null
        ? `${dir} was moved or renamed during the run.`
        : `${dir} was moved to ${loss.place} during the run.`;
    case 'removed':
      return `${dir} was removed during the run.`;
    case 'ledger_removed':
      return `${join(dir, loss.file)} was removed during the run.`;
    case 'ledger_replaced':
      return `${join(dir, loss.file)} was replaced by another file during the run.`;
    case 'taken':
      return loss.pid === null
        ? `${join(dir, ledgerFile)} no longer names this run as the one that works on it: it was changed or restored during the run.`
        : `Process ${loss.pid} has taken over ${dir} during the run.`;
  }
}

/** The command that continues from it. `rescued`: where the ledger, which had lost its name, was written. */
export function afterLoss(dir: string, loss: FolderLoss, rescued: string | null): string {
  switch (loss.how) {
    case 'moved':
      return `rcb resume ${loss.place === null ? 'NEWPLACE' : quoted(loss.place)}`;
    case 'removed':
      return `rcb resume ${quoted(rescued === null ? dir : resolveFolder(rescued))}`;
    case 'ledger_removed':
    case 'ledger_replaced':
      return rescued === null
        ? `rcb resume ${quoted(dir)}`
        : `mv ${quoted(rescued)} ${quoted(join(dir, ledgerFile))} && rcb resume ${quoted(dir)}`;
    case 'taken':
      return `rcb status ${quoted(dir)}`;
  }
}

function resolveFolder(rescued: string): string {
  return rescued.slice(0, -ledgerFile.length - 1);
}

const exactly = { bigint: true } as const;

function idOf(stats: { readonly ino: bigint; readonly dev: bigint }): string {
  return `${stats.dev}:${stats.ino}`;
}

/** null: there is nothing. A link is not what it leads to. */
export function idAt(path: string): string | null {
  return entryAt(path)?.id ?? null;
}

function entryAt(path: string): { readonly id: string; readonly size: bigint } | null {
  try {
    const seen = lstatSync(path, { ...exactly, throwIfNoEntry: false });
    return seen === undefined ? null : { id: idOf(seen), size: seen.size };
  } catch {
    // A part of the path has become a file, or may no longer be entered.
    return null;
  }
}

function folderIdAt(dir: string): string | null {
  try {
    const seen = statSync(dir, { ...exactly, throwIfNoEntry: false });
    return seen === undefined ? null : idOf(seen);
  } catch {
    return null;
  }
}

/** Windows opens no folders, and moves none in which a file is open. */
function openFolder(dir: string): number | null {
  try {
    return openSync(dir, 'r');
  } catch {
    return null;
  }
}

/** Where an open folder is now, which Linux tells. */
function placeOf(folder: number): string | 'removed' | null {
  try {
    if (fstatSync(folder).nlink === 0) return 'removed';
    const place = readlinkSync(`/proc/self/fd/${folder}`);
    return place.endsWith(' (deleted)') && !existsSync(place) ? 'removed' : place;
  } catch {
    return null;
  }
}

function shown(place: string): string {
  const near = relative('', place);
  return near === '' || near.startsWith('..') ? place : near;
}
