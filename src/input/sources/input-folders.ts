import { closeSync, existsSync, globSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Problem, UserError } from '../../core/complaints.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { quoted } from '../../core/shell-words.ts';
import { formats } from '../readers.ts';

/** The inputs that one word of the command line names. */
export interface InputPlaces {
  /** As paths that `inputSource` takes, in natural order. */
  readonly paths: readonly string[];
  /** What they are called together; null: as the first of them. */
  readonly title: string | null;
  /** Which were taken and which were not. */
  readonly problems: readonly Problem[];
}

/** The inputs in a folder, not in those below it. */
export function folderInputs(folder: string, title: string): InputPlaces {
  if (existsSync(join(folder, ledgerFile))) {
    const manifest = join(folder, 'manifest.csv');
    const hint = `To continue it: rcb resume ${quoted(folder)}. To run its jobs elsewhere: rcb run ${quoted(manifest)}`;
    throw new UserError('usage', `${folder} is a run folder, not a folder of inputs.`, hint);
  }
  const names = entriesOf(folder).filter((name) => !name.startsWith('.'));
  const paths = names.map((name) => join(folder, name)).filter(isFile);
  const sorted = sortOut(paths, false);
  if (sorted.taken.length > 0) return { paths: sorted.taken, title, problems: notesOn(folder, sorted) };
  const found = sorted.left.length === 0 ? '' : ` It holds ${listed(sorted.left.map(remark))}.`;
  throw new UserError(
    'input',
    `There is no input in the folder ${folder}.${found}`,
    `Put files of prompts into it: ${known.join(', ')}.`,
  );
}

/** The inputs that a pattern matches. */
export function matchingInputs(pattern: string): InputPlaces {
  const base = staticFolder(pattern);
  if (!existsSync(base)) {
    throw new UserError('input', `No input matches ${pattern}.`, `There is no folder ${base}.`);
  }
  const paths = matches(pattern).filter((path) => !isHidden(path, base) && isFile(path));
  const sorted = sortOut(paths, /\.ya?ml$/i.test(pattern));
  if (sorted.taken.length > 0) {
    return { paths: sorted.taken, title: basename(resolve(base)), problems: notesOn(pattern, sorted) };
  }
  const near = sortOut(
    entriesOf(base)
      .map((name) => (base === '.' ? name : join(base, name)))
      .filter(isFile),
    true,
  );
  const names = near.taken.length === 0 ? 'no input' : listed(near.taken);
  const why = sorted.left.length === 0 ? '' : ` It matches ${listed(sorted.left.map(remark))}.`;
  throw new UserError('input', `No input matches ${pattern}.${why}`, `In ${base} there is ${names}.`);
}

interface Sorted {
  readonly taken: readonly string[];
  readonly left: readonly { readonly path: string; readonly why: string | null }[];
}

function sortOut(paths: readonly string[], takesSweeps: boolean): Sorted {
  const taken: string[] = [];
  const left: { path: string; why: string | null }[] = [];
  for (const path of [...paths].sort(byName)) {
    const why = reasonAgainst(path, takesSweeps);
    if (why === 'taken') taken.push(path);
    else left.push({ path, why });
  }
  return { taken, left };
}

const known: readonly string[] = Object.entries(formats)
  .filter(([format]) => format !== 'yaml')
  .flatMap(([, { extensions }]) => [...extensions]);

// Texts that lie beside lists and are none.
const aboutFolders = /^(readme|licen[cs]e|changelog|requirements|robots)\b.*\.txt$/i;

/** `taken`, or why a file is left out; null: it is not a list. */
function reasonAgainst(path: string, takesSweeps: boolean): string | null {
  const name = basename(path).replace(/\.gz$/i, '');
  const extension = /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? '';
  if (name.startsWith('~$')) return 'the lock file of an open document';
  if (/^\.ya?ml$/.test(extension)) return takesSweeps ? 'taken' : 'a sweep: give it on its own';
  if (!known.includes(extension)) return null;
  if (aboutFolders.test(name)) return 'about the folder';
  if (existsSync(join(dirname(path), ledgerFile))) return 'part of a run folder: give it on its own';
  if (extension === '.json' && startsAsObject(path)) return 'an object, such as a sweep: give it on its own';
  return 'taken';
}

function startsAsObject(path: string): boolean {
  const head = Buffer.alloc(1024);
  const file = openSync(path, 'r');
  try {
    return head
      .toString('utf8', 0, readSync(file, head))
      .replace(/^\ufeff/, '')
      .trimStart()
      .startsWith('{');
  } finally {
    closeSync(file);
  }
}

function notesOn(word: string, { taken, left }: Sorted): readonly Problem[] {
  const told = left.filter(({ why }) => why !== null);
  const others = left.length - told.length;
  const rest = [
    ...told.map(remark),
    ...(others === 0
      ? []
      : [`${others} ${others === 1 ? 'file that is not a list' : 'files that are not lists'}`]),
  ];
  const leaves = rest.length === 0 ? '' : `; leaves out ${listed(rest)}`;
  const message = `reads ${listed(taken)}${leaves}`;
  const place = { file: word, line: 0, column: null };
  return [{ severity: 'note', place, kind: 'taken', message }];
}

function remark({ path, why }: Sorted['left'][number]): string {
  return why === null ? path : `${path} (${why})`;
}

const maxListed = 10;

function listed(all: readonly string[]): string {
  const shown = all.slice(0, maxListed).join(', ');
  return all.length <= maxListed ? shown : `${shown} and ${all.length - maxListed} more`;
}

function matches(pattern: string): readonly string[] {
  try {
    return globSync(pattern, { exclude: (path) => basename(String(path)) === 'node_modules' });
  } catch {
    return [];
  }
}

/** The folder that the pattern names before its first special character. */
function staticFolder(pattern: string): string {
  const plain = pattern.slice(0, pattern.search(/[*?[{]/));
  return dirname(`${plain}x`);
}

function isHidden(path: string, base: string): boolean {
  const below = base === '.' ? path : path.slice(base.length);
  return below.split(/[/\\]/).some((part) => part.startsWith('.') && part !== '.' && part !== '..');
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new UserError(
      'input',
      `The folder ${folder} cannot be read: permission denied.`,
      'Check its permissions.',
      error,
    );
  }
}

// Made when it is first needed: what Intl knows of languages takes milliseconds to load.
let naturally: Intl.Collator | null = null;

function byName(a: string, b: string): number {
  naturally ??= new Intl.Collator('en', { numeric: true });
  return naturally.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
