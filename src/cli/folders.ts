import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Asked } from '../app/planning/asked.ts';
import { homeOfManifest } from '../app/planning/own-manifests.ts';
import { UserError } from '../core/complaints.ts';
import { slug } from '../core/paths.ts';
import type { Flags } from './argv/flags.ts';
import { text, truth } from './argv/settings.ts';

const outRoot = 'out';

/**
 * The run folder of these inputs: `-o`, else `out/<input name>`, but the own folder of a manifest, so that nothing of it
 * is paid for again; a rehearsal has one of its own.
 */
export function runFolder(
  flags: Flags,
  asked: Pick<Asked, 'files' | 'title' | 'from' | 'sweep'>,
  prompt: string | null,
): string {
  const [only, ...others] = asked.files;
  const home = only !== undefined && others.length === 0 ? homeOfManifest(only) : null;
  const named = text(flags, 'out') ?? asked.sweep?.outDir ?? home ?? join(outRoot, folderName(asked, prompt));
  const bare = named.replace(/[/\\]+$/, '') || named;
  return truth(flags, 'rehearse') ? `${bare}-rehearsal` : bare;
}

function folderName(
  { files, title, from, sweep }: Parameters<typeof runFolder>[1],
  prompt: string | null,
): string {
  if (sweep?.name) return slug(sweep.name);
  if (title !== null) return slug(title);
  const [first] = [...files, ...from];
  if (first === undefined) return slug(prompt ?? 'batch');
  if (first === '-') return 'stdin';
  // `prompts.csv.gz`, and `prompts.xlsx#Animals`.
  const [, book, sheet] = /^(.+)\.xls[xm]#(.+)$/i.exec(first) ?? [];
  if (book !== undefined) return slug(`${basename(book)}-${sheet}`);
  const name = basename(first).replace(/(\.[a-z]+)\.gz$/i, '$1');
  return slug(basename(name, extname(name)));
}

/** The folder that a command speaks of: the one named, else the newest under `out/`. */
export function folderOf(words: readonly string[]): string {
  const [named, extra] = words;
  if (extra !== undefined) {
    throw new UserError(
      'usage',
      `"${extra}" is one folder too many.`,
      'Name one run folder, or none for the newest.',
    );
  }
  return named ?? newestFolder();
}

/** `[DIR] [JOB…]`: the first word is a folder if it is one; null: none is named. */
export function folderNamed(words: readonly string[]): {
  readonly dir: string | null;
  readonly jobs: readonly string[];
} {
  const [first, ...rest] = words;
  const isFolder = first !== undefined && (existsSync(join(first, 'manifest.db')) || /[/\\.]/.test(first));
  return isFolder ? { dir: first, jobs: rest } : { dir: null, jobs: words };
}

function newestFolder(): string {
  const folders = existsSync(outRoot) ? readdirSync(outRoot).map((name) => join(outRoot, name)) : [];
  const runs = folders
    .filter((folder) => existsSync(join(folder, 'manifest.db')))
    .sort((a, b) => writtenAt(b) - writtenAt(a));
  const [newest] = runs;
  if (newest === undefined) {
    throw new UserError(
      'usage',
      `There is no run folder under ${outRoot}/.`,
      'Name one, or start with rcb run INPUT.',
    );
  }
  return newest;
}

// In WAL mode the newest changes are in the file beside it.
function writtenAt(folder: string): number {
  const times = ['manifest.db', 'manifest.db-wal'].map((name) => {
    const file = join(folder, name);
    return existsSync(file) ? statSync(file).mtimeMs : 0;
  });
  return Math.max(...times);
}
