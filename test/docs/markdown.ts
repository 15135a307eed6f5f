import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A document of the project. */
export interface Document {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block: what stands after the fence, and its lines. */
export interface Block {
  readonly language: string;
  /** The file that the block is the content of; empty: none. */
  readonly file: string;
  readonly lines: readonly string[];
}

export function documents(): readonly Document[] {
  const inDocs = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
  const atTop = readdirSync(root).concat('bench/README.md');
  const paths = [...atTop, ...inDocs].filter((path) => path.endsWith('.md'));
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const fencePattern = /^```(\S*)(?: (\S+))?\n([\s\S]*?)^```$/gm;

export function blocksOf({ text }: Document): readonly Block[] {
  return [...text.matchAll(fencePattern)].map(([, language = '', file = '', body = '']) => ({
    language,
    file,
    lines: body.trimEnd().split('\n'),
  }));
}

/** The text without its fenced blocks. */
export function proseOf({ text }: Document): string {
  return text.replace(fencePattern, '');
}

/** The anchors that GitHub gives to the headings of a text. */
export function anchorsOf(document: Document): readonly string[] {
  const headings = [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The targets of all links and images. */
export function linksOf(document: Document): readonly string[] {
  const found = proseOf(document).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g);
  return [...found].map(([, link, source]) => link ?? source ?? '');
}
