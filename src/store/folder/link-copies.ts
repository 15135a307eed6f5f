import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Instant } from '../../core/job/job.ts';
import { isJsonObject } from '../../core/json.ts';
import { writeWholeBytes } from '../files/durable-files.ts';
import { makeFolder } from '../files/durable-folders.ts';
import { privateFile, privateFolder } from '../files/plain-files.ts';
import { placeInside } from './folder-bounds.ts';
import { storageFault } from './storage-faults.ts';

/** The local copy of a list that was fetched from a link. */
export interface LinkCopy {
  /** The link that was asked for. */
  readonly url: string;
  /** The format that it was found to have. */
  readonly format: string;
  /** The title of the list; null: it has none. */
  readonly title: string | null;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly fetchedAt: Instant;
  /** Where its bytes are: in a run folder, or temporarily elsewhere. */
  readonly path: string;
}

const folder = 'inputs/links';

/** Receives a list into a temporary file, which `discardCopy` removes. */
export async function receiveCopy(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Pick<LinkCopy, 'path' | 'sha256'> & { readonly head: Uint8Array; readonly bytes: number }> {
  const path = join(mkdtempSync(join(tmpdir(), 'rcb-link-')), 'list');
  try {
    const file = await open(path, 'wx', privateFile);
    const hash = createHash('sha256');
    let [head, count] = [Buffer.alloc(0), 0];
    try {
      for await (const chunk of bytes) {
        if (head.length < headBytes) head = Buffer.concat([head, chunk]).subarray(0, headBytes);
        hash.update(chunk);
        count += chunk.length;
        await file.appendFile(chunk);
      }
    } finally {
      await file.close();
    }
    return { path, head, bytes: count, sha256: hash.digest('hex') };
  } catch (error) {
    await discardCopy(path);
    throw storageFault(error, path);
  }
}

const headBytes = 4096;

/** Removes a temporary copy, but not one that a run folder keeps. */
export async function discardCopy(path: string): Promise<void> {
  if (!dirname(path).startsWith(join(tmpdir(), 'rcb-link-'))) return;
  await rm(dirname(path), { recursive: true, force: true }).catch(() => {});
}

/**
 * Keeps copies in the run folder `dir`, each under its hash, with a record of the link that it came from. Throws
 * UserError('output') for what the disk is to blame for.
 */
export async function keepCopies(dir: string, copies: readonly LinkCopy[]): Promise<void> {
  for (const copy of copies) {
    const { sha256, format, path } = copy;
    const kept = `${folder}/${sha256}.${format}`;
    const target = join(dir, kept);
    if (path === target) continue;
    try {
      await makeFolder(join(dir, folder), privateFolder);
      const place = placeInside(dir, kept);
      if (!existsSync(place)) await writeWholeBytes(place, createReadStream(path), privateFile);
      const { url, title, fetchedAt } = copy;
      const record = { url, file: `${sha256}.${format}`, format, title, sha256, fetched_at: fetchedAt };
      const recordPlace = placeInside(dir, `${folder}/${keyOf(url)}.json`);
      await writeWholeBytes(recordPlace, [Buffer.from(`${JSON.stringify(record)}\n`)], privateFile);
    } catch (error) {
      throw storageFault(error, target);
    }
  }
}

/** The copy of a link that the run folder `dir` keeps; null: none, or not the one that was kept. */
export function keptCopy(dir: string, url: string): LinkCopy | null {
  try {
    const record: unknown = JSON.parse(readFileSync(join(dir, folder, `${keyOf(url)}.json`), 'utf8'));
    if (!isJsonObject(record) || record.url !== url) return null;
    const { sha256, format, title, fetched_at: fetchedAt } = record;
    const isSound =
      typeof sha256 === 'string' &&
      /^[0-9a-f]{64}$/.test(sha256) &&
      typeof format === 'string' &&
      /^[a-z]{1,8}$/.test(format) &&
      typeof fetchedAt === 'number' &&
      (title === null || typeof title === 'string');
    if (!isSound) return null;
    const path = join(dir, folder, `${sha256}.${format}`);
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    return digest === sha256 ? { url, format, title, sha256, fetchedAt: fetchedAt as Instant, path } : null;
  } catch {
    // A copy that cannot be read is fetched again.
    return null;
  }
}

/** The run folders right below `root`. */
export function foldersBelow(root: string): readonly string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, name));
  } catch {
    return [];
  }
}

function keyOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32);
}
