import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Place, type Problem, showPlace, UserError } from '../../core/complaints.ts';
import type { JobId } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { keyedInput } from '../../core/job/named-inputs.ts';
import type { Row } from '../../core/row.ts';
import type { PickedJobs, StarredJob } from '../../input/picks/picked-jobs.ts';
import { readPicks } from '../../input/picks/picks-file.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { folderNamed, newestFolder } from '../folder/chosen-folder.ts';
import { sentRow } from './sent-rows.ts';

/** The jobs that are to be varied, each as a row. */
export interface Favourites {
  readonly dir: string;
  readonly rows: readonly Row[];
  /** The files that name them, as the user wrote them. */
  readonly files: readonly string[];
  /** All that is wrong; then nothing may happen. */
  readonly problems: readonly Problem[];
}

/**
 * `[DIR] --picks FILE|JOB…`: without DIR the folder that the picks were made in, else the newest. A job may be known
 * from several places and counts once. Throws `UserError` where nothing is named, or no one folder.
 */
export async function favouritesOf(words: readonly string[], picks: readonly string[]): Promise<Favourites> {
  const { dir: named, jobs } = folderNamed(words);
  const isPrefix = (given: string): boolean => /^[0-9a-f]{4,16}$/i.test(given) && !existsSync(given);
  const files = picks.filter((given) => !isPrefix(given));
  const prefixes = [...jobs, ...picks.filter(isPrefix)];
  if (files.length + prefixes.length === 0) {
    throw new UserError(
      'usage',
      'No favourites given.',
      'Add --picks FILE, exported from the page, or job ids.',
    );
  }
  const problems: Problem[] = [];
  const read: ({ readonly file: string } & PickedJobs)[] = [];
  for (const file of files) read.push({ file, ...(await readPicks(file, (fault) => problems.push(fault))) });
  const dir = named ?? folderOfPicks(read) ?? newestFolder();
  const isHere = ({ folder }: StarredJob): boolean => folder === undefined || isSameFolder(folder, dir);
  return withReader(dir, (reader) => {
    const found = new Map<string, Row>();
    function choose(line: ManifestLine | null, place: Place | null, otherwise: string): void {
      if (line === null) problems.push({ severity: 'error', place, kind: 'unknown_job', message: otherwise });
      else if (!found.has(line.job)) found.set(line.job, favouriteRow(line, dir, place));
    }
    for (const { job, place } of read.flatMap(({ starred }) => starred.filter(isHere))) {
      choose(jobOf(reader, job), place, unknownJob(job, dir));
    }
    for (const prefix of prefixes) {
      const lines = reader.find(prefix);
      const several = `${lines.length === 10 ? '10 or more' : lines.length} jobs in ${dir} start with "${prefix}"; give more characters of the id`;
      const none = `no job in ${dir} has an id that starts with "${prefix}"; list them with rcb ls`;
      choose(lines.length === 1 ? (lines[0] ?? null) : null, null, lines.length > 1 ? several : none);
    }
    if (found.size + problems.length === 0) {
      throw new UserError(
        'input',
        `${files.join(', ')} ${files.length === 1 ? 'contains' : 'contain'} no starred job.`,
        'Star jobs on the page and export them again.',
      );
    }
    return { dir, rows: [...found.values()], files, problems };
  });
}

function folderOfPicks(read: readonly ({ readonly file: string } & PickedJobs)[]): string | null {
  const named = read.flatMap(({ file, folder, starred }) =>
    [folder, ...starred.map((each) => each.folder)].flatMap((each) =>
      each == null ? [] : [{ file, folder: each }],
    ),
  );
  const [first] = named;
  if (first === undefined) return null;
  const other = named.find(({ folder }) => folder !== first.folder);
  const hint = 'Give the folder: rcb vary DIR --picks FILE.';
  if (other !== undefined) {
    const sentence =
      other.file === first.file
        ? `${first.file} has jobs of ${first.folder} and of ${other.folder}.`
        : `${first.file} belongs to ${first.folder}, but ${other.file} belongs to ${other.folder}.`;
    throw new UserError('usage', sentence, hint);
  }
  if (isRunFolder(first.folder)) return first.folder;
  throw new UserError('usage', `${first.file} belongs to ${first.folder}, which is not a run folder.`, hint);
}

/** Whether both paths name one folder, of which the first may be gone. */
export function isSameFolder(named: string, dir: string): boolean {
  return resolve(named) === resolve(dir);
}

/** The job of exactly this id. */
function jobOf(reader: LedgerReader, id: string): ManifestLine | null {
  const [line] = /^[0-9a-f]{16}$/i.test(id) ? reader.find(id) : [];
  return line ?? null;
}

function unknownJob(job: string, dir: string): string {
  const mangled = /^\d([.,]\d+)?e\+?\d+$/i.test(job) ? ' (a spreadsheet turned it into a number)' : '';
  return `job "${job}" is not in ${dir}; list its jobs with rcb ls${mangled}`;
}

function favouriteRow(line: ManifestLine, dir: string, place: Place | null): Row {
  const { id: name, model, rep, tags, axes } = line;
  const { input, ...called } = keyedInput(line);
  const rows = place === null ? [] : [showPlace({ ...place, column: null })];
  const sent = { job: line.job as JobId, rep, folder: dir, tags, axes, rows, ...called };
  return sentRow(place ?? { file: `job ${line.job}`, line: 0, column: null }, { name, model, input }, sent);
}
