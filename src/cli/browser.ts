import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tokenVariables } from '../app/access/usual.ts';
import type { Environment } from '../core/environment.ts';

/**
 * Opens a file with the system's browser, which gets no token. Resolves once that is under way, or with a sentence on
 * why it is not.
 */
export function openInBrowser(path: string, env: Environment): Promise<string | null> {
  const url = pathToFileURL(resolve(path)).href;
  const [program, ...args] = openers[platform()] ?? ['xdg-open'];
  const own = Object.entries(env).filter(([name]) => !tokenVariables.includes(name));
  return new Promise((settle) => {
    const child = spawn(program, [...args, url], {
      env: Object.fromEntries(own),
      stdio: 'ignore',
      detached: true,
    });
    child.on('spawn', () => {
      child.unref();
      settle(null);
    });
    child.on('error', () => settle(`Cannot start a browser with ${program}. Open ${path} yourself.`));
  });
}

// As a URL, so that no character of a path means anything to a shell.
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
