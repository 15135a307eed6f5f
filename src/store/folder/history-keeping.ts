import { dirname } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { makePrivateFolder } from '../files/durable-folders.ts';
import { replaceSmallFile } from '../files/replaced-files.ts';
import { type FolderHistory, historyVersion, readHistory } from './history-file.ts';
import { isOfTheSystem } from './json-files.ts';

const maxFolders = 200;

/**
 * Keeps these folders too, and of all of them the 200 latest. The file is whole or as it was. Nothing is thrown when
 * the disk does not take it: it only saves time.
 */
export function keepHistory(file: string | null, news: ReadonlyMap<string, FolderHistory>): void {
  if (file === null || news.size === 0) return;
  const all = [...new Map([...readHistory(file), ...news])];
  const latest = all.toSorted(([, a], [, b]) => latestOf(b) - latestOf(a)).slice(0, maxFolders);
  const text = `${JSON.stringify({ version: historyVersion, folders: Object.fromEntries(latest) })}\n`;
  try {
    makePrivateFolder(dirname(file));
    replaceSmallFile(file, Buffer.from(text));
  } catch (error) {
    if (!isOfTheSystem(error) && !(error instanceof UserError)) throw error;
  }
}

function latestOf({ stamp, figures }: FolderHistory): number {
  return Math.max(Number.parseFloat(stamp) || 0, ...figures.map(({ latest }) => latest));
}
