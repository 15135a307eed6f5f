import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';

/*
 * The user's own folders, each named on every system by a variable of the XDG base directory specification.
 * Own code: env-paths asks for the home while it is loaded, and cannot be loaded without one.
 */

type Variables = Readonly<Record<string, string | undefined>>;

const own = 'runcomfy-batch';

/** Where each kind is: the variable that names it, else its folders below the home. */
const places = {
  cache: {
    variable: 'XDG_CACHE_HOME',
    linux: ['.cache', own],
    darwin: ['Library', 'Caches', own],
    win32: { variable: 'LOCALAPPDATA', usual: ['AppData', 'Local'], folder: [own, 'Cache'] },
  },
  data: {
    variable: 'XDG_DATA_HOME',
    linux: ['.local', 'share', own],
    darwin: ['Library', 'Application Support', own],
    win32: { variable: 'LOCALAPPDATA', usual: ['AppData', 'Local'], folder: [own, 'Data'] },
  },
  config: {
    variable: 'XDG_CONFIG_HOME',
    linux: ['.config', own],
    darwin: ['Library', 'Application Support', own],
    win32: { variable: 'APPDATA', usual: ['AppData', 'Roaming'], folder: [own] },
  },
} as const;

/**
 * One of the user's folders; null: the user has no home. `cache`: what only saves time; `data`: what the program
 * remembers; `config`: settings and the token.
 */
export function userFolder(kind: keyof typeof places, env: Variables): string | null {
  const { variable, linux, darwin, win32 } = places[kind];
  const named = env[variable];
  if (named && isAbsolute(named)) return join(named, own);
  const home = userHome(env);
  if (home === null) return null;
  if (platform() === 'darwin') return join(home, ...darwin);
  if (platform() === 'win32') return join(env[win32.variable] || join(home, ...win32.usual), ...win32.folder);
  return join(home, ...linux);
}

function userHome({ HOME }: Variables): string | null {
  // The same that Node says, but for programs that hand an environment of their own.
  if (platform() !== 'win32' && HOME && isAbsolute(HOME)) return HOME;
  try {
    const home = homedir();
    return isAbsolute(home) ? home : null;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}
