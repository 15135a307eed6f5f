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

const exportPattern =
  /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;
const namesPattern = /\{([^{}]*)\}\s*from\s+'(\.[^']+)'/g;
const wholePattern = /\* as \w+ from\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/g;

/** What files export though no other file names it. What is imported as a whole or when it is needed counts as named. */
export function needlessExports(
  files: readonly SourceFile[],
  users: readonly SourceFile[],
): readonly string[] {
  const named = new Set<string>();
  const whole = new Set<string>();
  for (const { path, text } of users) {
    const target = (from = ''): string => join(dirname(path), from).replaceAll('\\', '/');
    for (const [, names = '', from] of text.matchAll(namesPattern)) {
      for (const name of names.split(','))
        named.add(
          `${target(from)} ${
            name
              .replace(/^\s*type\s/, '')
              .trim()
              .split(/\s+as\s+/)[0]
          }`,
        );
    }
    for (const [, from, lazily] of text.matchAll(wholePattern)) whole.add(target(from ?? lazily));
  }
  return files
    .filter(({ path }) => !whole.has(path))
    .flatMap(({ path, text }) => [...text.matchAll(exportPattern)].map(([, name]) => `${path} ${name}`))
    .filter((each) => !named.has(each));
}

/** Groups of files that import each other, directly or through others; imports of types count (Tarjan's algorithm). */
export function importCircles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const imports = new Map(files.map((file) => [file.path, file.files]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const lower = (path: string, to = Number.POSITIVE_INFINITY): void => {
    lowest.set(path, Math.min(lowest.get(path) ?? to, to));
  };
  function visit(path: string): void {
    const nth = order.size;
    order.set(path, nth);
    lower(path, nth);
    open.push(path);
    for (const next of imports.get(path) ?? []) {
      if (!order.has(next)) {
        visit(next);
        lower(path, lowest.get(next));
      } else if (open.includes(next)) lower(path, order.get(next));
    }
    if (lowest.get(path) !== nth) return;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1 || imports.get(path)?.includes(path)) circles.push(circle.sort());
  }
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return circles;
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
