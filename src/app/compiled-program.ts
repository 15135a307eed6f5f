import { lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Environment } from '../core/environment.ts';
import { userFolder } from '../store/folder/user-folders.ts';

/**
 * Has Node keep what it compiles of this program in the user's cache folder, so that the next start need not compile
 * it. `uid`: whom this process acts as; null: the system has no such thing. Where nothing can be kept, the start only
 * takes longer.
 */
export function keepCompiled(env: Environment, uid: number | null): void {
  try {
    const caches = userFolder('cache', env);
    if (caches === null) return;
    const folder = join(caches, 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (uid === null || isOnlyOf(uid, folder)) enableCompileCache(folder);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}

/** What lies there is run as a part of this program. Under sudo, which may keep HOME, it is another user's. */
function isOnlyOf(uid: number, folder: string): boolean {
  const { mode, uid: owner } = lstatSync(folder);
  return owner === uid && (mode & 0o022) === 0;
}
