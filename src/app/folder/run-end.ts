import { type FSWatcher, watch } from 'node:fs';
import { workerOn } from '../../store/folder/lock.ts';
import { isRunning } from '../../store/folder/processes.ts';
import { realClock } from '../real-clock.ts';

// A process that is killed tells nobody, and some disks tell of no change.
const checkMs = 2_000;
// How long the manifests and the page of a run are waited for, whose process may have more to do than this run.
const closingMs = 30_000;
const closingCheckMs = 50;

/**
 * Waits until no process works on a folder any more: as soon as one lets go of it and has written its manifests and its
 * page, and soon after one was killed.
 * `timeoutMs`: null: as long as it takes. Resolves with whether it is so. Rejects with the reason of `enough`.
 */
export async function runEnded(dir: string, timeoutMs: number | null, enough: AbortSignal): Promise<boolean> {
  const until = timeoutMs === null ? Number.POSITIVE_INFINITY : realClock.now() + timeoutMs;
  let change = Promise.withResolvers<void>();
  const watcher = watching(dir, () => change.resolve());
  let last: number | null = null;
  try {
    for (;;) {
      change = Promise.withResolvers();
      const worker = workerOn(dir);
      if (worker === null) {
        if (last !== null) await closed(last, Math.min(until, realClock.now() + closingMs), enough);
        return true;
      }
      last = worker;
      const leftMs = until - realClock.now();
      if (leftMs <= 0) return false;
      await slept(Math.min(leftMs, checkMs), enough, change.promise);
      // What is removed before the lock is let go.
      await realClock.sleep(Math.min(50, leftMs), enough);
    }
  } finally {
    watcher?.close();
  }
}

/** Resolves once this process is gone, at the latest at this time. */
async function closed(pid: number, untilMs: number, enough: AbortSignal): Promise<void> {
  while (isRunning(pid) && realClock.now() < untilMs) await realClock.sleep(closingCheckMs, enough);
}

/** Resolves after this time, or as soon as something has changed. */
async function slept(ms: number, enough: AbortSignal, changed: Promise<void>): Promise<void> {
  enough.throwIfAborted();
  const over = new AbortController();
  const stop = (): void => over.abort(enough.reason);
  enough.addEventListener('abort', stop, { once: true });
  const sleep = realClock.sleep(ms, over.signal);
  // Given up where a change comes first.
  sleep.catch(() => {});
  try {
    await Promise.race([sleep, changed]);
  } finally {
    enough.removeEventListener('abort', stop);
    over.abort(new Error('Something has changed.'));
  }
}

/** Hears of every file that comes or goes with the lock. null: the system does not tell. */
function watching(dir: string, changed: () => void): FSWatcher | null {
  try {
    const watcher = watch(dir, { persistent: false }, (_, name) => {
      if (name === null || name.startsWith('.lock')) changed();
    });
    watcher.on('error', () => {});
    return watcher;
  } catch {
    return null;
  }
}
