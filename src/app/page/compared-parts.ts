import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../core/complaints.ts';
import type { Overview } from '../../core/job/overview.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { pageFile } from '../../view/page-file.ts';
import { maxFolders, pageIdOf } from '../../view/pairs/compared-folders.ts';

/** Throws `UserError` (`usage`) for folders that cannot be compared. */
export function refuseFolders(dirs: readonly string[]): void {
  if (dirs.length > maxFolders) {
    throw new UserError(
      'usage',
      `${dirs.length} folders are given, and one page compares ${maxFolders} at most.`,
      'Leave some out.',
    );
  }
  const seen = new Map<string, string>();
  for (const dir of dirs) {
    if (!isRunFolder(dir)) {
      throw new UserError('usage', `${dir} is not a run folder.`, 'Give run folders, such as out/cats.');
    }
    const real = realpathSync(dir);
    const same = seen.get(real);
    if (same !== undefined) {
      throw new UserError('usage', `${same} and ${dir} are the same folder.`, 'Give different folders.');
    }
    seen.set(real, dir);
  }
}

/** Where the page goes. Throws `UserError` (`usage`) where something else is in the way. */
export function placeOfComparison(
  dirs: readonly string[],
  labels: readonly string[],
  out: string | null,
): string {
  const names = labels.map((label) => label.replaceAll('/', '-'));
  const first = dirs[0] as string;
  const beside = join(dirname(resolve(first)), `compare-${names.join('-')}`.slice(0, 100));
  const page = out ?? shorter(`${beside}.html`, first);
  if (!/\.html?$/i.test(page)) {
    throw new UserError('usage', `--out "${page}" is not a page.`, 'Give a name ending in .html.');
  }
  const found = lstatSync(page, { throwIfNoEntry: false });
  if (found === undefined) return page;
  const isOwn = found.isFile() && readFileSync(page).subarray(0, 100_000).includes('runcomfy-batch</title>');
  const isOfRun = basename(page) === pageFile && existsSync(dirname(page)) && isRunFolder(dirname(page));
  if (isOwn && !isOfRun) return page;
  throw new UserError(
    'usage',
    isOfRun ? `${page} is the page of a run folder.` : `${page} exists already, and rcb did not make it.`,
    'Give another name with -o FILE.html.',
  );
}

/** As the user would write it, where the folder was given so. */
function shorter(page: string, given: string): string {
  return isAbsolute(given) ? page : relative('', page) || page;
}

/** Links from the page to the files of a folder: relative, or whole where it is on another drive. */
export function pathsFrom(page: string, dir: string): (path: string) => string {
  const way = relative(dirname(resolve(page)), resolve(dir));
  if (isAbsolute(way)) {
    const start = pathToFileURL(resolve(dir)).href;
    return (path) => `${start}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }
  const start = way === '' ? '' : `${way.split(sep).join('/')}/`;
  return (path) => `${start}${path}`;
}

/** What several folders amount to. */
export function joinedOverview(
  sides: readonly { readonly from: (path: string) => string; readonly overview: Overview }[],
): Overview {
  const sum = (of: (overview: Overview) => number): number =>
    sides.reduce((total, { overview }) => total + of(overview), 0);
  return {
    spentUsd: sum(({ spentUsd }) => spentUsd),
    unpriced: sum(({ unpriced }) => unpriced),
    runs: [],
    reused: 0,
    reusedUsd: 0,
    failures: sides.flatMap(({ overview, from }, n) =>
      overview.failures.map((failure) => ({
        ...failure,
        example: pageIdOf(failure.example, n),
        ...(failure.answer === undefined ? {} : { answer: from(failure.answer) }),
      })),
    ),
    duds: {
      same: sides.flatMap(({ overview }, n) =>
        overview.duds.same.map(({ sha256, jobs }) => ({ sha256, jobs: jobs.map((job) => pageIdOf(job, n)) })),
      ),
      flat: sides.flatMap(({ overview, from }, n) =>
        overview.duds.flat.map(({ job, path, colour }) => ({
          job: pageIdOf(job, n),
          path: from(path),
          colour,
        })),
      ),
    },
  };
}
