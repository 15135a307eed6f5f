import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import { pageFile } from '../../view/page-file.ts';

/** Whether the folder has a page that was written after the last change of its ledger. */
export function isPageFresh(dir: string): boolean {
  const page = statSync(join(dir, pageFile), { throwIfNoEntry: false });
  // A power cut may leave an empty one: beside a run it is not synced.
  if (page === undefined || page.size === 0) return false;
  const newest = [ledgerFile, `${ledgerFile}-wal`].map((name) => {
    const seen = statSync(join(dir, name), { throwIfNoEntry: false });
    return seen === undefined || seen.size === 0 ? 0 : seen.mtimeMs;
  });
  return page.mtimeMs >= Math.max(...newest);
}

/** The page of a folder that was written after its last change; null: it is to be made. A link is not a page of ours. */
export function freshPage(dir: string): string | null {
  const path = join(dir, pageFile);
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile && isPageFresh(dir) ? path : null;
}
