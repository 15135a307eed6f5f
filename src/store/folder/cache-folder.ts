import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';

const own = 'runcomfy-batch';

/**
 * The user's folder for what only saves time, which XDG_CACHE_HOME names on every system; null: the user has no home.
 * Own code: env-paths asks for the home while it is loaded, and cannot be loaded without one.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env.XDG_CACHE_HOME;
  if (named && isAbsolute(named)) return join(named, own);
  const home = userHome();
  if (home === null) return null;
  if (platform() === 'darwin') return join(home, 'Library', 'Caches', own);
  if (platform() === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), own, 'Cache');
  return join(home, '.cache', own);
}

function userHome(): string | null {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : null;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}
