import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { isRunFolder } from '../folder/run-folder.ts';

// `out/` holds run folders, or folders of them; whatever lies deeper is somebody else's.
const maxDepth = 4;
const maxEntries = 20_000;

/**
 * The run folders that roots are or hold, each once, without `own`; links are not followed below a root. Throws
 * `UserError` (`usage`) for a root that is not a folder.
 */
export function sourceFolders(roots: readonly string[], own: string, name = '--reuse'): readonly string[] {
  const found = new Map<string, string>();
  const ownReal = realOf(own);
  for (const root of roots) {
    const real = realOf(root);
    if (real === null || !lstatSync(real).isDirectory()) {
      throw new UserError(
        'usage',
        `${name} "${root}" is not a folder.`,
        'Give a run folder, or a folder of run folders such as out/.',
      );
    }
    for (const dir of foldersBelow(root)) {
      const place = realOf(dir);
      if (place !== null && place !== ownReal && !found.has(place)) found.set(place, dir);
    }
  }
  return [...found.values()].sort();
}

function* foldersBelow(root: string): Iterable<string> {
  if (isRunFolder(root)) {
    yield root;
    return;
  }
  let entries = 0;
  const folders = [{ dir: root, depth: 0 }];
  for (let at = folders.shift(); at !== undefined && entries < maxEntries; at = folders.shift()) {
    for (const entry of entriesOf(at.dir)) {
      entries += 1;
      if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
      const dir = at.dir.endsWith(sep) ? at.dir + entry.name : join(at.dir, entry.name);
      if (isRunFolder(dir)) yield dir;
      else if (at.depth + 1 < maxDepth) folders.push({ dir, depth: at.depth + 1 });
    }
  }
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
