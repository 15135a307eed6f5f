import { createHash } from 'node:crypto';
import { closeSync, globSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { type BodyLimits, type MediaType, megabytes, type TypeOfSent } from '../../core/media.ts';
import type { FileFinder, MediaContent } from './media-files.ts';

const chunkBytes = 1 << 20;

/** The real disk. Each file is read once. `cwd` is where the command runs; paths come back absolute. */
export function fileFinder(cwd: string, typeOf: TypeOfSent, limits: BodyLimits): FileFinder {
  // Nothing larger can be sent, so nobody waits for the hash of a film.
  const maxRead = Math.max(limits.body, ...Object.values(limits.media).filter((bytes) => bytes !== null));
  const contents = new Map<string, ReturnType<FileFinder['read']>>();
  const folderOf = (base: string | null): string => (base === null ? cwd : resolve(cwd, base));
  return {
    limits,
    find(pattern, base) {
      const literal = resolve(folderOf(base), pattern);
      if (isFile(literal)) return [literal];
      // A path without a pattern in it that is not there: nothing else can be meant.
      if (!/[*?[{]/.test(pattern)) return [];
      return matching(pattern, folderOf(base)).filter(isFile).sort(byName);
    },
    near(path, base) {
      const prefix = path.slice(0, path.lastIndexOf('/') + 1);
      return entriesIn(resolve(folderOf(base), dirname(path))).map((name) => `${prefix}${name}`);
    },
    read(path) {
      const known = contents.get(path);
      if (known !== undefined) return known;
      const read = contentOf(path, typeOf, maxRead);
      contents.set(path, read);
      return read;
    },
  };
}

function matching(pattern: string, folder: string): string[] {
  try {
    return globSync(pattern, { cwd: folder }).map((path) =>
      isAbsolute(path) ? path : resolve(folder, path),
    );
  } catch {
    return [];
  }
}

// Made when it is first needed: what Intl knows of languages takes milliseconds to load.
let naturally: Intl.Collator | null = null;

function byName(a: string, b: string): number {
  naturally ??= new Intl.Collator('en', { numeric: true });
  return naturally.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function entriesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(byName);
  } catch {
    return [];
  }
}

function contentOf(
  path: string,
  typeOf: TypeOfSent,
  maxRead: number,
): MediaContent | { readonly unreadable: string } {
  let descriptor: number | null = null;
  try {
    const { size } = statSync(path);
    if (size > maxRead) {
      return { unreadable: `is ${megabytes(size)}; no file may be larger than ${megabytes(maxRead)}` };
    }
    descriptor = openSync(path, 'r');
    return hashed(descriptor, typeOf);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { unreadable: `cannot be read (${code})` };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function hashed(descriptor: number, typeOf: TypeOfSent): MediaContent {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let type: MediaType | null = null;
  let bytes = 0;
  for (let count = readSync(descriptor, chunk); count > 0; count = readSync(descriptor, chunk)) {
    if (bytes === 0) type = typeOf(chunk.subarray(0, count));
    hash.update(chunk.subarray(0, count));
    bytes += count;
  }
  return {
    sha256: hash.digest('hex'),
    bytes,
    mime: type?.mime ?? null,
    extension: type?.extension ?? null,
  };
}
