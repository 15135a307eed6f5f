import { existsSync, realpathSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { JobStatus } from '../../core/job/job.ts';
import { type ManifestLine, resultsOf } from '../../core/job/manifest.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { folderNamed, newestFolder } from './chosen-folder.ts';
import { jobByPrefix, jobOfFile, pathIn, runFolderAbove } from './shown-job.ts';

// What systems show. Of the other types some would be run, and a folder may come from anywhere.
const shown = new Set(
  [
    ['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif', 'heic', 'bmp', 'tif', 'tiff', 'hdr', 'exr', 'svg', 'psd'],
    ['mp4', 'webm', 'mov', 'mkv', 'mpg', 'm4v', 'mp3', 'wav', 'ogg', 'flac', 'aac', 'm4a', 'opus', 'aif'],
    ['glb', 'gltf', 'obj', 'stl', 'usdz', '3mf', 'pdf', 'txt', 'json', 'jsonl', 'csv', 'srt', 'vtt', 'md'],
  ].flat(),
);

/** What `rcb open` is to open; null: the page of the folder. */
interface Wanted {
  readonly dir: string;
  readonly files: readonly string[] | null;
}

/**
 * `[DIR] [JOB|FILE…]`: the files of jobs, by the start of an id, a row's id or a file; without any, the folder's page.
 * Throws `UserError` (`usage`) for a job that is unknown or not done, or has a file that must not be opened, which
 * `isPrinted` allows.
 */
export function wantedOf(words: readonly string[], isPrinted: boolean): Wanted {
  const [first] = words;
  const isFile = first !== undefined && existsSync(first) && statSync(first).isFile();
  const { dir: named, jobs } = isFile ? { dir: null, jobs: words } : folderNamed(words);
  if (jobs.length === 0) return { dir: named ?? newestFolder(), files: null };
  const files = jobs.flatMap((job) => filesOf(job, named));
  if (!isPrinted) for (const file of files) refuseProgram(file);
  const [file = ''] = jobs;
  const dir = named ?? (isFile ? runFolderAbove(file) : null) ?? newestFolder();
  return { dir, files: [...new Set(files)] };
}

function filesOf(word: string, named: string | null): readonly string[] {
  if (existsSync(word) && statSync(word).isFile()) return [knownFile(word)];
  const dir = named ?? newestFolder();
  const inFolder = join(dir, word);
  // A path as the manifest has it.
  if (word.includes('/') && existsSync(inFolder) && statSync(inFolder).isFile()) return [knownFile(inFolder)];
  return filesOfJob(dir, jobByPrefix(dir, word));
}

/** A file that is named itself: only if a run made it. */
function knownFile(file: string): string {
  const dir = runFolderAbove(file);
  const line = jobOfFile(file);
  if (dir === null || line === null) {
    throw new UserError(
      'usage',
      `${file} is not a file of a job.`,
      'Give a job, or one of its files; rcb ls lists them.',
    );
  }
  return safeFile(dir, pathIn(dir, file));
}

function filesOfJob(dir: string, line: ManifestLine): readonly string[] {
  const results = resultsOf(line);
  if (results.length > 0) return results.map(({ path }) => safeFile(dir, path, line.runner));
  const { job, state, error } = line;
  const why = error === null ? '' : ` (${error.class}: ${error.message})`;
  throw new UserError('usage', `Job ${job} ${standing[state]}${why}.`, hintFor(dir, job, state));
}

const standing = {
  pending: 'is pending: it has not been submitted yet',
  submitting: 'is submitting: it has no file yet',
  queued: 'is queued on the server: it has no file yet',
  running: 'is running on the server: it has no file yet',
  succeeded: 'has finished on the server: its files are not saved yet',
  done: 'is done without a file',
  failed: 'failed and has no file',
  cancelled: 'was cancelled and has no file',
  lost: 'is lost and has no file',
  unknown: 'has an unknown outcome and no file',
} as const satisfies Record<JobStatus, string>;

function hintFor(dir: string, job: string, state: JobStatus): string {
  switch (state) {
    case 'pending':
      return `Continue the run with rcb resume ${quoted(dir)}.`;
    case 'submitting':
    case 'queued':
    case 'running':
      return `Watch it with rcb status ${quoted(dir)}.`;
    case 'succeeded':
      return `Save them with rcb fetch ${quoted(dir)}.`;
    case 'unknown':
      return `Settle it with rcb reconcile ${quoted(dir)}.`;
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'lost':
      return `See rcb show ${quoted(dir)} ${job}.`;
  }
}

/** Paths stand in a ledger that may come from anywhere: they lead neither out of its folder nor to a program. */
function safeFile(dir: string, path: string, runner?: string): string {
  const file = join(dir, path);
  if (!existsSync(file)) {
    if (runner !== undefined) {
      throw new UserError(
        'usage',
        `${file} lies on ${plainText(runner)}, which saved it in a folder of its own.`,
        `Bring it here with rcb pull ${quoted(dir)}.`,
      );
    }
    throw new UserError('usage', `${file} is missing.`, `Download it again with rcb fetch ${quoted(dir)}.`);
  }
  const [root, real] = [realpathSync(dir), realpathSync(file)];
  if (!real.startsWith(root + sep) || !statSync(real).isFile()) {
    throw new UserError('usage', `${file} is not a file of its run folder.`, 'Look at what it leads to.');
  }
  return file;
}

function refuseProgram(file: string): void {
  if (shown.has(extname(realpathSync(file)).slice(1).toLowerCase())) return;
  throw new UserError(
    'usage',
    `${file} is not opened: the system might run a file of this type.`,
    'Print its path with rcb open --print, and open it with a program of your choice.',
  );
}
