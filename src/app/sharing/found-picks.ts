import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { type Problem, UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { PickedJobs, StarredJob } from '../../input/picks/picked-jobs.ts';
import { readPicks } from '../../input/picks/picks-file.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { isSameFolder } from '../planning/favourites.ts';

/** The starred jobs of a folder, and the files that name them. */
export interface FoundPicks {
  readonly jobs: ReadonlySet<string>;
  readonly files: readonly string[];
  /** How many stars are on jobs that the folder does not have. */
  readonly unknown: number;
  /** All that is wrong with the files; then nothing may happen. */
  readonly problems: readonly Problem[];
}

/** The stars of files that the user has named. */
export async function picksOf(dir: string, files: readonly string[]): Promise<FoundPicks> {
  const problems: Problem[] = [];
  const read: PickedJobs[] = [];
  for (const file of files) read.push(await readPicks(file, (fault) => problems.push(fault)));
  return withReader(dir, (reader) => knownOf(reader, files, read, problems));
}

/**
 * The stars that belong to a folder: of `picks.json` in it, else in the working folder, else of the newest one among
 * the downloads. Throws `UserError` (`usage`) where there is none.
 */
export async function starredOf(dir: string, env: Environment): Promise<FoundPicks> {
  const downloads = downloadsFolder(env);
  const places = [join(dir, picksName), picksName, ...newestPicks(downloads)];
  for (const file of places) {
    if (!isPlainFile(file)) continue;
    const read = await readPicks(file, () => {});
    const found = withReader(dir, (reader) => {
      const known = knownOf(reader, [file], [read], []);
      return belongs(dir, read, known) ? known : null;
    });
    if (found !== null) return found;
  }
  const also = downloads === null ? '' : ` or in ${downloads}`;
  throw new UserError(
    'usage',
    `There is no ${picksName} with stars of ${dir}, neither in it nor here${also}.`,
    `Save ${picksName} from the page (Picks), or name it: --picks FILE.`,
  );
}

const picksName = 'picks.json';

function knownOf(
  reader: LedgerReader,
  files: readonly string[],
  read: readonly PickedJobs[],
  problems: readonly Problem[],
): FoundPicks {
  const jobs = new Set<string>();
  const isHere = ({ folder }: StarredJob): boolean =>
    folder === undefined || isSameFolder(folder, reader.dir);
  const ids = new Set(read.flatMap(({ starred }) => starred.filter(isHere).map(({ job }) => job)));
  let unknown = 0;
  for (const id of ids) {
    const [line] = /^[0-9a-f]{16}$/i.test(id) ? reader.find(id) : [];
    if (line === undefined) unknown += 1;
    else jobs.add(line.job);
  }
  return { jobs, files, unknown, problems };
}

/** Of a folder that was moved since, its jobs tell; but not where the file names another folder that is there. */
function belongs(dir: string, { folder }: PickedJobs, { jobs, unknown }: FoundPicks): boolean {
  if (jobs.size === 0) return false;
  if (folder === null || resolve(folder) === resolve(dir)) return true;
  return unknown === 0 && !isRunFolder(folder);
}

/** `picks.json`, and what browsers call further ones: `picks (1).json`, `picks-1.json`. The newest first. */
function newestPicks(folder: string | null): readonly string[] {
  if (folder === null) return [];
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^picks(?: ?\(\d+\)|[-_ ]\d+)?\.json$/i.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, at: lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at)
    .map(({ path }) => path);
}

/** Where browsers save files; Linux may call it otherwise, in the language of its user. */
function downloadsFolder(env: Environment): string | null {
  const home = env.HOME || env.USERPROFILE || homeOf();
  const named = env.XDG_DOWNLOAD_DIR;
  if (named !== undefined && isAbsolute(named)) return named;
  if (home === null || !isAbsolute(home)) return null;
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  let written: string | undefined;
  try {
    const text = readFileSync(join(config, 'user-dirs.dirs'), 'utf8');
    written = /^\s*XDG_DOWNLOAD_DIR="([^"\n]+)"/m.exec(text)?.[1]?.replace(/^\$HOME/, () => home);
  } catch {
    // Only Linux has it.
  }
  return written !== undefined && isAbsolute(written) ? written : join(home, 'Downloads');
}

function homeOf(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
