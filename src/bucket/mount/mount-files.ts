import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isKeyPart } from '../bucket-address.ts';
import { BucketTrouble } from '../bucket-trouble.ts';
import type { ByteSource } from '../hashed-body.ts';
import { codeOf, type MountCall } from './mount-calls.ts';

const chunkBytes = 262_144;
// Windows has neither.
const careful = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
// File systems that have no hard links, or whose folders need no sync, say one of these.
const noLinks: ReadonlySet<string> = new Set(
  'EPERM EACCES ENOTSUP EOPNOTSUPP ENOSYS EMLINK EINVAL EXDEV UNKNOWN'.split(' '),
);
const noSyncs: ReadonlySet<string> = new Set(
  'EPERM EACCES EISDIR EINVAL EBADF ENOTSUP EOPNOTSUPP'.split(' '),
);

type Kind = 'file' | 'folder' | 'other' | 'missing';

/** Without following a link. */
export async function kindOf(call: MountCall, path: string): Promise<Kind> {
  try {
    const found = await call(() => lstat(path));
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'missing';
    throw error;
  }
}

/**
 * Where a file lies below a folder; null: a folder on the way to it is missing, and not to be made. Folders that are
 * made are private. Throws `BucketTrouble` where something on the way is a link: it may lead anywhere.
 */
export async function wayTo(
  call: MountCall,
  root: string,
  key: string,
  makes: boolean,
): Promise<string | null> {
  const parts = key.split('/');
  if (!parts.every((part) => isKeyPart(part) && !/[\\:]/.test(part))) {
    throw new BucketTrouble(`${JSON.stringify(key)} is not a plain path`, {});
  }
  let at = root;
  for (const part of parts.slice(0, -1)) {
    const holder = at;
    at = join(at, part);
    if ((await kindOf(call, at)) === 'missing') {
      if (!makes) return null;
      await makePrivate(call, at, holder);
    }
    if ((await kindOf(call, at)) !== 'folder') {
      throw new BucketTrouble(`${JSON.stringify(part)} is a link there, or no folder`, {});
    }
  }
  return join(root, ...parts);
}

export async function makePrivate(call: MountCall, path: string, holder: string): Promise<void> {
  try {
    await call(() => mkdir(path, 0o700));
  } catch (error) {
    // Another machine was faster.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await syncHolder(call, holder);
}

/** Makes new names in a folder survive a power cut. */
async function syncHolder(call: MountCall, path: string): Promise<void> {
  try {
    const folder = await call(() => open(path, 'r'));
    await closing(folder, () => call(() => folder.sync()));
  } catch (error) {
    if (!noSyncs.has(codeOf(error))) throw error;
  }
}

/** Nothing waits for it where a call of the file hangs. */
async function closing<T>(file: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    file.close().catch(() => {});
  }
}

/** The bytes of a plain file. */
export async function* bytesOf(call: MountCall, path: string, signal: AbortSignal) {
  const file = await call(() => open(path, careful));
  try {
    for (;;) {
      signal.throwIfAborted();
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await call(() => file.read(buffer, 0, chunkBytes));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    file.close().catch(() => {});
  }
}

interface Told {
  readonly bytes: number;
  readonly sha256: string;
}

/** What is there, by reading it. Only a plain file can be the same. */
export async function compareAt(call: MountCall, path: string, told: Told, signal: AbortSignal) {
  const kind = await kindOf(call, path);
  if (kind !== 'file') return kind === 'missing' ? 'missing' : 'other';
  if ((await call(() => lstat(path))).size !== told.bytes) return 'other';
  const hash = createHash('sha256');
  for await (const chunk of bytesOf(call, path, signal)) hash.update(chunk);
  return hash.digest('hex') === told.sha256 ? 'same' : 'other';
}

/** Writes a new file durably, in place of what an earlier process left there. */
export async function writeFresh(call: MountCall, part: string, source: ByteSource, signal: AbortSignal) {
  await removed(call, part);
  const file = await call(() => open(part, 'wx', 0o666));
  await closing(file, async () => {
    for await (const chunk of source) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.byteLength; ) {
        at += (await call(() => file.write(chunk, at))).bytesWritten;
      }
    }
    await call(() => file.sync());
  });
}

/** Whether a file has its name now, durably; false: something else has it, which stays. */
export async function isNamed(call: MountCall, part: string, path: string): Promise<boolean> {
  try {
    // A rename would replace what another machine has just put there.
    await call(() => link(part, path));
    await removed(call, part);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!noLinks.has(codeOf(error))) throw error;
    if ((await kindOf(call, path)) !== 'missing') return false;
    await call(() => rename(part, path));
  }
  await syncHolder(call, dirname(path));
  return true;
}

export async function removed(call: MountCall, path: string): Promise<void> {
  try {
    await call(() => unlink(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
