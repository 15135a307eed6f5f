import { dirname, join, relative, resolve, sep } from 'node:path';
import type { SavedFile } from '../../core/job/job.ts';
import { syncFolder } from '../files/durable-folders.ts';
import { sizeVerdict } from '../files/file-check.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import type { Opened } from '../ledger/ledger-closing.ts';
import { takeFile } from '../reuse/taken-files.ts';
import { firstAdded } from '../stage/plan-standing.ts';
import { pathKey } from '../stage/planned-rows.ts';
import {
  type JobReading,
  type JobRow,
  jobReading,
  jobWriting,
  type OutputRow,
  type WrittenJob,
} from './merge-rows.ts';
import type { MergeSource } from './merge-source.ts';
import { mergedJob } from './merged-job.ts';
import { type FreePaths, freePaths, pathOf } from './merged-paths.ts';

/** What has come of the folders that were merged so far. */
export interface MergeTally {
  /** Jobs that the target did not have, and those whose state has come from a source. */
  added: number;
  updated: number;
  files: number;
  bytes: number;
  /** Files that a source has on record and not, or not whole, on disk; and the first few of them. */
  missing: number;
  readonly missingPaths: string[];
  /** Jobs whose path another job has, and the first few of their new ones. */
  renamed: number;
  readonly renamedPaths: string[];
  /** Jobs that were paid for in two folders, and the first few of them. */
  doubled: number;
  readonly doubledJobs: string[];
}

const jobsAtOnce = 500;
const maxShown = 3;

/**
 * Puts all jobs of an attached source into the folder: files first, durably, and then the records, a few at a time; so
 * what is cut off can be begun again. `tell` hears of each step.
 */
export async function mergeJobs(
  opened: Opened,
  source: MergeSource,
  { offset, tally, stop, tell }: MergeManner,
): Promise<void> {
  const { db, dir, path, owner } = opened;
  const merging: Merging = {
    ...{ dir, source, tally },
    from: jobReading(db, 'source'),
    into: jobReading(db, 'main'),
    paths: freePaths(db),
  };
  const write = jobWriting(db);
  for (let last = 0; ; ) {
    stop.throwIfAborted();
    const jobs = blamingDisk(path, () => merging.from.after(last, jobsAtOnce));
    if (jobs.length === 0) return;
    const folders = new Set<string>();
    const written: WrittenJob[] = [];
    for (const job of jobs) {
      const seq = job.seq < firstAdded ? job.seq + offset : job.seq;
      const change = await merged(merging, { ...job, seq }, folders);
      if (change !== null) written.push(change);
      last = job.num;
    }
    for (const folder of folders) await syncFolder(folder);
    if (written.length > 0) blamingDisk(path, () => owner.transact(() => written.forEach(write)));
    tell();
  }
}

export interface MergeManner {
  /** What is added to the numbers of the jobs in their plan, so that they follow other plans. */
  readonly offset: number;
  readonly tally: MergeTally;
  readonly stop: AbortSignal;
  tell(): void;
}

interface Merging {
  readonly dir: string;
  readonly source: MergeSource;
  readonly tally: MergeTally;
  readonly from: JobReading;
  readonly into: JobReading;
  readonly paths: FreePaths;
}

/** null: the target has all of it. */
async function merged(merging: Merging, job: JobRow, folders: Set<string>): Promise<WrittenJob | null> {
  const { from, into, paths, tally } = merging;
  if (!/^[0-9a-f]{16}$/.test(job.id)) return null;
  const known = into.find(job.id);
  const attempts = from.attempts(job.num);
  const outputs = from.outputs(job.num).filter(({ attempt }) => attempt === job.attempt);
  if (known === undefined) {
    const template = paths.of(job, outputs);
    if (template !== job.path_template) count(tally, 'renamed', template.replace('{_i}.{ext}', '.*'));
    const files = await taken(merging, outputs, template, job.attempt, folders);
    tally.added += 1;
    return {
      num: null,
      job: { ...job, path_template: template, path_key: pathKey(template) },
      ...{ attempts, outputs: files },
      ...besides(merging, job),
    };
  }
  const target = { ...known, attempts: into.attempts(known.num) };
  const change = mergedJob(target, { ...job, attempts });
  if (change.isPaidTwice) count(tally, 'doubled', job.id);
  const kept = into.outputs(known.num);
  const isPlanned = job.in_plan > known.in_plan;
  const current = kept.filter(({ attempt }) => attempt === known.attempt);
  const isMended =
    change.isSame && change.winner === 'target' && lacks(merging.dir, current) && outputs.length > 0;
  if (change.isKnown && !isPlanned && !isMended) return null;
  const isSources = change.winner === 'source' || isMended;
  const former = kept.flatMap((file) => {
    const attempt =
      change.renumbered.get(file.attempt) ?? (file.attempt === known.attempt ? change.attempt : null);
    return attempt === null || (isSources && attempt === change.attempt) ? [] : [{ ...file, attempt }];
  });
  const files = isSources ? await taken(merging, outputs, known.path_template, change.attempt, folders) : [];
  if (change.winner === 'source') tally.updated += 1;
  const won = change.winner === 'source' ? job : known;
  const planned = isPlanned
    ? { in_plan: job.in_plan, seq: job.seq }
    : { in_plan: known.in_plan, seq: known.seq };
  return {
    num: known.num,
    job: { ...known, ...standingOf(won), ...planned, attempt: change.attempt },
    attempts: change.attempts,
    outputs: [...former, ...files],
    ...(change.winner === 'source'
      ? besides(merging, job)
      : { origin: into.origin(known.num) ?? null, reusedUsd: from.reusedUsd(job.num) }),
  };
}

function standingOf({ state, request_id, since, cost, failure, notes, ref }: JobRow) {
  return { state, request_id, since, cost, failure, notes, ref };
}

/** Where its files came from, as seen from the target. */
function besides({ from, source, dir }: Merging, { num }: JobRow) {
  const origin = from.origin(num) ?? null;
  const seen = origin === null ? '' : relative(resolve(dir), resolve(source.root, origin.folder));
  return {
    origin: origin === null ? null : { ...origin, folder: seen.split(sep).join('/') },
    reusedUsd: from.reusedUsd(num),
  };
}

/** Files on record stay so where they are missing: a run fetches them again at no charge. */
async function taken(
  { source, dir, tally }: Merging,
  files: readonly OutputRow[],
  template: string,
  attempt: number,
  folders: Set<string>,
): Promise<readonly OutputRow[]> {
  const all: OutputRow[] = [];
  for (const [index, file] of files.entries()) {
    const found = await takeFile({
      ...{ dir, file, index },
      root: source.root,
      pathTemplate: template,
      count: files.length,
    });
    if (typeof found === 'string') {
      count(tally, 'missing', join(source.dir, file.path));
      all.push({ ...file, attempt, path: pathOf(template, files, index) });
      continue;
    }
    tally.files += 1;
    tally.bytes += found.bytes;
    folders.add(dirname(join(dir, found.path)));
    all.push({ ...found, attempt });
  }
  return all;
}

function lacks(dir: string, files: readonly SavedFile[]): boolean {
  return files.some(({ path, bytes }) => sizeVerdict(join(dir, path), bytes) !== 'whole');
}

function count(tally: MergeTally, what: 'missing' | 'renamed' | 'doubled', name: string): void {
  tally[what] += 1;
  const names = { missing: tally.missingPaths, renamed: tally.renamedPaths, doubled: tally.doubledJobs }[
    what
  ];
  if (names.length < maxShown) names.push(name);
}
