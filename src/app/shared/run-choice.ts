import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { folderNamed, newestFolderIfAny, outRoot } from '../folder/chosen-folder.ts';
import { runGone } from './lost-run.ts';
import type { SharedPlace } from './shared-place.ts';

/** Which run words speak of, and the rest of them. */
export interface ChosenRun {
  /** Its folder on this machine, which need not be there yet. */
  readonly dir: string;
  readonly rest: readonly string[];
}

/**
 * `[RUN|DIR] [WORD…]`: the first word is a folder, or the name of a run that the ledger has; without one, the newest
 * folder in `out/`, or the only run of the ledger. `isRun`: the first word can be nothing else. Throws `UserError`
 * (`usage`) where that is none.
 */
export async function chosenRun(
  place: SharedPlace,
  words: readonly string[],
  isRun = false,
): Promise<ChosenRun> {
  const [first, ...rest] = words;
  // `style=anime` is none.
  if (first !== undefined && (!first.includes('=') || existsSync(first))) {
    if (isRunFolder(first) || existsSync(first)) return { dir: first, rest };
    const { dir } = folderNamed(words);
    const name = runName(dir ?? first);
    if (isRunName(name) && (await place.runs.find(name)) !== null)
      return { dir: dir ?? join(outRoot, name), rest };
    if (dir !== null) return { dir, rest };
    if (isRun) throw noRun(place, name);
  }
  const newest = newestFolderIfAny();
  if (newest !== null) return { dir: newest, rest: words };
  return { dir: await onlyRun(place), rest: words };
}

/** Of a run that the ledger does not have. */
export function noRun({ runs }: SharedPlace, name: string): UserError {
  const dir = join(outRoot, name);
  const mark = isRunName(name) ? mirrorOf(dir) : null;
  if (mark !== null) return runGone(runs, dir, mark);
  return new UserError(
    'usage',
    `There is no run "${name}" in ${runs.address}.`,
    'Begin it with rcb run INPUT, or share a folder with rcb share-run DIR.',
  );
}

async function onlyRun({ runs }: SharedPlace): Promise<string> {
  const names = (await runs.list()).flatMap(({ name, isDetached }) =>
    isDetached || !isRunName(name) ? [] : [name],
  );
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return join(outRoot, only);
  const listed = names.slice(0, maxListed).map((name) => `"${name}"`);
  const more = names.length > maxListed ? ` and ${names.length - maxListed} others` : '';
  throw new UserError(
    'usage',
    only === undefined
      ? `There is no run in ${runs.address}, and no run folder in ${outRoot}/.`
      : `${runs.address} has several runs: ${listed.join(', ')}${more}.`,
    only === undefined ? 'Start one with rcb run INPUT.' : 'Name one of them.',
  );
}

const maxListed = 10;

/** The name of the run that a folder is for. */
export function runName(dir: string): string {
  return basename(resolve(dir));
}

/** Whether a name can be that of a folder here: names come from the ledger, which others write to. */
export function isRunName(name: string): boolean {
  return (
    name !== '.' && name !== '..' && name.length <= 200 && /^[^/\\:*?"<>|\u0000-\u001f\u007f]+$/.test(name)
  );
}
