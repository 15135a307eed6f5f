import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and string literals. */
  readonly code: string;
  /** What it imports of its own, as paths from the root. */
  readonly files: readonly string[];
  /** What it imports besides, as it names them: packages and modules of Node. */
  readonly packages: readonly string[];
}

const importPattern =
  /^(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
const wordsPattern =
  /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[dgimsuvy]+/g;

/** All TypeScript files below a folder of the repository. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => sourceFile(join(entry.parentPath, entry.name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function sourceFile(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(importPattern)].map((match) => match.slice(1).find((each) => each) ?? '');
  return {
    path: pathOf(file),
    text,
    code: text.replace(wordsPattern, ''),
    files: named.filter((each) => each.startsWith('.')).map((each) => pathOf(join(dirname(file), each))),
    packages: named.filter((each) => !each.startsWith('.')),
  };
}

function pathOf(file: string): string {
  return relative(root, file).replaceAll('\\', '/');
}
