import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import type { ConfigFile } from './config-places.ts';

/** A path of a settings file, which is relative to that file; null: it leaves the folder of a project's file. */
export function pathOfSetting(given: string, { path, owner }: ConfigFile): string | null {
  const folder = dirname(path);
  const isHome = /^~[/\\]/.test(given);
  if (owner === 'user') {
    if (isHome) return join(homedir(), given.slice(2));
    return isAbsolute(given) ? given : join(folder, given);
  }
  const isInside = !isHome && !isAbsolute(given) && !/^[A-Za-z]:/.test(given) && !leaves(normalize(given));
  const whole = join(folder, given);
  return isInside && !leaves(relative(realpathSync(folder), realOf(whole))) ? whole : null;
}

const leaves = (path: string): boolean => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

/** Where a path really leads, as far as it is there. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realOf(folder), path.slice(folder === '.' ? 0 : folder.length));
  }
}
