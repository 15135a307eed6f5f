import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tokenVariables } from '../app/access/usual.ts';
import type { Environment } from '../core/environment.ts';

/** How long an opener may take to say that it cannot. */
const patienceMs = 2_000;

/**
 * Opens a file with the user's `BROWSER` or with what the system opens such files with, which gets no token. Resolves
 * once that is under way, or with a sentence on why it is not.
 */
export async function openInBrowser(path: string, env: Environment): Promise<string | null> {
  const url = pathToFileURL(resolve(path)).href;
  const openers = openersIn(env, platform());
  if (openers.length === 0) return `There is no display here. Open ${path} yourself.`;
  for (const [program, ...args] of openers) {
    // As a URL, so that no character of a path means anything to a program that hands it on to a shell.
    const words = args.some((arg) => arg.includes('%s'))
      ? args.map((arg) => arg.replaceAll('%s', url))
      : [...args, url];
    if (await isStarted(program, words, env)) return null;
  }
  const names = openers.map(([program]) => program).join(', ');
  return `Cannot open ${path} with ${names}. Open it yourself, or set BROWSER to a program.`;
}

type Opener = readonly [program: string, ...args: readonly string[]];

/** The programs to try, in order; none: nothing could be seen. */
export function openersIn(env: Environment, system: NodeJS.Platform): readonly Opener[] {
  const wanted = env.BROWSER ?? '';
  if (wanted.toLowerCase() === 'none') return [];
  // A list, as in Python and xdg-utils: each a program with arguments, `%s` for what to open.
  const own = wanted
    .split(system === 'win32' ? ';' : ':')
    .map((each) => each.trim().split(/\s+/))
    .filter((words): words is [string, ...string[]] => words[0] !== undefined && words[0] !== '');
  switch (system) {
    case 'darwin':
      return [...own, ['open']];
    case 'win32':
      return [...own, ['rundll32', 'url.dll,FileProtocolHandler']];
    default:
      return env.DISPLAY || env.WAYLAND_DISPLAY ? [...own, ['xdg-open']] : own;
  }
}

/** Whether a program runs, or has ended well. */
function isStarted(program: string, args: readonly string[], env: Environment): Promise<boolean> {
  const own = Object.entries(env).filter(([name]) => !tokenVariables.includes(name));
  return new Promise((settle) => {
    const child = spawn(program, args, { env: Object.fromEntries(own), stdio: 'ignore', detached: true });
    const patience = setTimeout(() => {
      child.unref();
      settle(true);
    }, patienceMs);
    child.on('error', () => {
      clearTimeout(patience);
      settle(false);
    });
    child.on('exit', (code) => {
      clearTimeout(patience);
      settle(code === 0);
    });
  });
}
