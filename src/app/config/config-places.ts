import { type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { isWord } from '../../core/sweep.ts';
import { userFolder } from '../../store/folder/user-folders.ts';

/** A file of settings. `project`: it lies beside the input, and somebody else may have made it. */
export interface ConfigFile {
  readonly path: string;
  readonly owner: 'project' | 'user';
}

const projectFile = 'rcb.toml';
const userFiles = ['config.toml', projectFile] as const;

/**
 * The settings files of a command line: that beside its first input, or else in the working folder; then the user's
 * own. `words`: inputs and `input=values`. Nothing is read, and no other folder is looked into.
 */
export function configFiles(words: readonly string[], env: Environment): readonly ConfigFile[] {
  const input = words.find((word) => !isWord(word) && word !== '-' && !/^https?:/i.test(word));
  const beside = input === undefined ? null : join(folderOfInput(input), projectFile);
  const places = beside === null || beside === projectFile ? [projectFile] : [beside, projectFile];
  const own = userFile(env);
  const project = places.find(isThere);
  const isOwn = own !== null && project !== undefined && isSame(own, project);
  return [
    ...(project === undefined || isOwn ? [] : [{ path: project, owner: 'project' } as const]),
    ...(own === null ? [] : [{ path: own, owner: 'user' } as const]),
  ];
}

/** Where the user's own file is, or would be; null: the user has no home. */
export function ownConfigPath(env: Environment): string | null {
  const folder = userFolder('config', env);
  return folder === null ? null : (userFile(env) ?? join(folder, userFiles[0]));
}

/** Throws `UserError` (`usage`) where there are two of them. */
function userFile(env: Environment): string | null {
  const folder = userFolder('config', env);
  if (folder === null) return null;
  const [first = null, second] = userFiles.map((name) => join(folder, name)).filter(isThere);
  if (second === undefined) return first;
  throw new UserError(
    'usage',
    `There are two files of settings: ${first} and ${second}.`,
    'Keep one of them.',
  );
}

function folderOfInput(input: string): string {
  const path = input.replace(/(\.xls[xm])#.*$/i, '$1');
  const magic = path.search(/[*?[{]/);
  if (statOf(path)?.isDirectory()) return path;
  return dirname(magic === -1 ? path : `${path.slice(0, magic)}x`);
}

function isThere(path: string): boolean {
  const found = statOf(path);
  if (found === undefined) return false;
  if (found.isFile()) return true;
  throw new UserError('usage', `${path} is not a file.`, 'Rename it, or put a file of settings there.');
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [statOf(a), statOf(b)];
  return one?.ino === other?.ino && one?.dev === other?.dev;
}

/** undefined: there is nothing, or nothing that may be looked at. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
