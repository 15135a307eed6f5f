import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { suggestion } from '../../core/nearby.ts';
import type { WildcardLines } from './wildcards.ts';

/** The lines of wildcard files, for texts of a file in the folder `base`; null: of the command line. */
export type WildcardFiles = (base: string | null) => WildcardLines;

const folder = 'wildcards';
const maxBytes = 16 * 1024 * 1024;

/**
 * `__animals/cats__` is a line of `wildcards/animals/cats.txt`, beside the input file or where the command runs. Blank
 * lines and those that start with `#` are left out. Nothing outside of these folders is read.
 */
export function wildcardFiles(): WildcardFiles {
  const known = new Map<string, ReturnType<WildcardLines>>();
  return (base) => (name) => {
    const folders = [...new Set([...(base === null ? [] : [join(base, folder)]), folder])];
    const key = `${folders[0]} ${name}`;
    const lines = known.get(key) ?? linesIn(folders, name);
    known.set(key, lines);
    return lines;
  };
}

function linesIn(folders: readonly string[], name: string): ReturnType<WildcardLines> {
  if (name.includes('*')) return { fault: 'matches several files; name one of them' };
  const isName = /^[\p{L}\p{M}\p{N}_./ -]+$/u.test(name);
  if (!isName || name.split('/').some((part) => part === '' || part.startsWith('.'))) {
    return { fault: `is not the name of a file in ${folder}/; write \\__ for literal underscores` };
  }
  for (const dir of folders) {
    const path = join(dir, `${name}.txt`);
    const size = sizeOf(path);
    if (size === null) continue;
    if (size > maxBytes) return { fault: `is the file ${path}, which is larger than ${maxBytes >> 20} MiB` };
    if (!isWithin(dir, path)) return { fault: `is the file ${path}, which is outside ${dir}` };
    const text = textOf(path);
    if (typeof text !== 'string') return text;
    const lines = text
      .split(/\r\n?|\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    return lines.length > 0 ? lines : { fault: `has no line in ${path}` };
  }
  const near = suggestion(
    name,
    folders.flatMap((dir) => namesIn(join(dir, dirname(name)), dirname(name))),
  );
  const paths = folders.map((dir) => join(dir, `${name}.txt`));
  const missing = paths.length === 1 ? `${paths[0]} does not exist` : `${paths.join(' and ')} do not exist`;
  const hint = near === null ? '; write \\__ for literal underscores' : `; did you mean __${near}__?`;
  return { fault: `has no file: ${missing}${hint}` };
}

/** In bytes; null where there is no such file. */
function sizeOf(path: string): number | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true ? found.size : null;
  } catch {
    return null;
  }
}

function textOf(path: string): string | { readonly fault: string } {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError)
      return { fault: `is the file ${path}, which is not UTF-8; save it as UTF-8` };
    return { fault: `is the file ${path}, which cannot be read` };
  }
}

/** Links that lead elsewhere could bring any file of this machine into a prompt. */
function isWithin(dir: string, path: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(dir)}${sep}`);
  } catch {
    return false;
  }
}

function namesIn(dir: string, above: string): readonly string[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith('.txt'));
    return names.map((name) => (above === '.' ? '' : `${above}/`) + name.slice(0, -'.txt'.length));
  } catch {
    return [];
  }
}
