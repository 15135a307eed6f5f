import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suggestion } from '../core/nearby.ts';
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
  if (name.split('/').some((part) => part === '' || part.startsWith('.'))) {
    return { fault: `is not the name of a file in ${folder}/` };
  }
  for (const dir of folders) {
    const text = textOf(join(dir, `${name}.txt`));
    if (text === null) continue;
    if (text.length > maxBytes) return { fault: `has more than ${maxBytes >> 20} MiB in ${dir}/${name}.txt` };
    const lines = text
      .replace(/^\ufeff/, '')
      .split(/\r\n?|\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    return lines.length > 0 ? lines : { fault: `has no line in ${join(dir, `${name}.txt`)}` };
  }
  const near = suggestion(
    name,
    folders.flatMap((dir) => namesIn(join(dir, dirname(name)), dirname(name))),
  );
  const hint = near === null ? '' : `; did you mean __${near}__?`;
  return {
    fault: `has no file: ${folders.map((dir) => join(dir, `${name}.txt`)).join(' and ')} do not exist${hint}`,
  };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
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
