import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of its own, gone after the test. */
export interface SmallDisk {
  readonly dir: string;
  /** Takes what is free up to this many bytes, in one file. */
  fillUpTo(bytes: number): void;
  makeRoom(): void;
}

/** Why no file system can be mounted here, or null: for the name of a test that has to be skipped. */
export const noMounts: string | null = whyNoMounts();

function whyNoMounts(): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-mount-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir);
    unmount(dir);
    return null;
  } catch {
    return 'mounting is not permitted here';
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export function smallDisk(size: string, dir = mkdtempSync(join(tmpdir(), 'rcb-disk-'))): SmallDisk {
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir);
  onTestFinished(() => {
    unmount(dir);
    rmSync(dir, { recursive: true });
  });
  const filler = join(dir, 'filler');
  return {
    dir,
    fillUpTo(bytes) {
      const { bavail, bsize } = statfsSync(dir);
      const file = openSync(filler, 'w');
      try {
        for (let left = bavail * bsize - bytes; left > 0; ) left -= writeSync(file, Buffer.alloc(left));
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler),
  };
}

/** Makes a folder read-only for root too, as every path sees it; returns how to undo it. Open files stay as they are. */
export function makeReadOnly(dir: string): () => void {
  // Made ready elsewhere: between the two steps somebody could open a file, and the second would fail.
  const ready = mkdtempSync(join(tmpdir(), 'rcb-sealed-'));
  mount('--bind', dir, ready);
  mount('-o', 'remount,ro,bind', ready);
  mount('--bind', ready, dir);
  let isMounted = true;
  function undo(): void {
    if (!isMounted) return;
    isMounted = false;
    unmount(dir);
    unmount(ready);
    rmdirSync(ready);
  }
  onTestFinished(undo);
  return undo;
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}

function unmount(dir: string): void {
  execFileSync('umount', ['--lazy', dir], { stdio: 'pipe' });
}
