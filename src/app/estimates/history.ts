import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Environment } from '../../core/environment.ts';
import type { PastFigures } from '../../core/money/past-figures.ts';
import { type FolderHistory, historyFile, readHistory } from '../../store/folder/history-file.ts';
import { keepHistory } from '../../store/folder/history-keeping.ts';
import { pastOf } from '../../store/ledger/folder-past.ts';
import { ledgerStamp, peekInto } from '../../store/ledger/foreign-ledger.ts';
import { nameIn } from '../access/folder-provider.ts';
import { type HistoryOf, isOf } from './kept-history.ts';

// Only the newest folders are read, and none where there are more names than a folder of runs would have.
const maxFolders = 50;
const maxNames = 2_000;

/** What jobs have cost and taken in the folders beside this one, at the same API. */
export function pastBeside(dir: string, of: HistoryOf, env: Environment): readonly PastFigures[] {
  const file = historyFile(env);
  const known = readHistory(file);
  const news = new Map<string, FolderHistory>();
  const figures = newestBeside(resolve(dir)).flatMap(({ path, stamp }) => {
    const kept = known.get(path);
    const history = kept?.stamp === stamp ? kept : lookInto(path, stamp);
    if (history !== kept) news.set(path, history);
    return isOf(history, of) ? history.figures : [];
  });
  keepHistory(file, news);
  return figures;
}

/** Keeps what a run has shown, for plans of other folders. */
export function rememberFolder(dir: string, env: Environment): void {
  const path = resolve(dir);
  const stamp = ledgerStamp(path);
  if (stamp !== null) keepHistory(historyFile(env), new Map([[path, lookInto(path, stamp)]]));
}

function newestBeside(own: string): readonly { readonly path: string; readonly stamp: string }[] {
  const root = dirname(own);
  return foldersIn(root)
    .filter((name) => name !== basename(own))
    .flatMap((name) => {
      const path = join(root, name);
      const stamp = stampOf(path);
      return stamp === null ? [] : [{ path, stamp }];
    })
    .sort((a, b) => Number.parseFloat(b.stamp) - Number.parseFloat(a.stamp))
    .slice(0, maxFolders);
}

function foldersIn(root: string): readonly string[] {
  try {
    // A link may lead anywhere.
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return folders.length > maxNames ? [] : folders.map(({ name }) => name);
  } catch {
    return [];
  }
}

function stampOf(path: string): string | null {
  try {
    return ledgerStamp(path);
  } catch {
    return null;
  }
}

/** What cannot be read is not looked at again until it changes. */
function lookInto(path: string, stamp: string): FolderHistory {
  const found = peekInto(path, (db) => pastOf(db, nameIn));
  return { stamp, ...(found ?? { provider: '', address: null, figures: [] }) };
}
