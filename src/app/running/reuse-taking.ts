import { realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Job, SavedFile } from '../../core/job/job.ts';
import type { Observer } from '../../core/ports.ts';
import { syncFolder } from '../../store/files/durable-folders.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { ReusedJob } from '../../store/ledger/reused-jobs.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { FoundResult } from '../../store/reuse/reuse-search.ts';
import { takeFile } from '../../store/reuse/taken-files.ts';
import { realClock } from '../real-clock.ts';
import { type Reusable, savedBy } from './reuse.ts';

/** What came of it. */
export interface Taken {
  readonly jobs: number;
  /** Why others were not taken, as sentences: the first of them. */
  readonly warnings: readonly string[];
}

// Each round syncs the folders of its files once.
const jobsAtOnce = 200;
const maxWarnings = 100;

/**
 * Takes what other folders have done into the folder of a ledger, whose plan is adopted: the files first, durably, and
 * then the record, so that a kill in between leaves nothing but files that are taken again.
 */
export async function takeReusable(ledger: RunLedger, reusable: Reusable, observe: Observer): Promise<Taken> {
  const { search, folders } = reusable;
  const here = realpathSync(ledger.dir);
  const sources = folders.map((folder) => {
    const root = realpathSync(folder);
    return { root, seen: relative(here, root).split(sep).join('/') };
  });
  const warnings: string[] = [];
  let jobs = 0;
  let batch: { readonly job: Job; readonly reused: ReusedJob }[] = [];

  async function keep(): Promise<void> {
    const changed = new Set(
      batch.flatMap(({ reused }) => reused.files.map(({ path }) => dirname(join(here, path)))),
    );
    for (const folder of changed) await syncFolder(folder);
    ledger.reuse(batch.map(({ reused }) => reused));
    for (const { job, reused } of batch) observe(eventOf(job, reused));
    jobs += batch.length;
    batch = [];
  }

  await withReader(ledger.dir, async (reader) => {
    for (const { job: wanted, results } of search.found()) {
      const job = reader.pendingJob(wanted.id);
      if (job === null) continue;
      const troubles: string[] = [];
      for (const result of results) {
        const { root, seen } = sources[result.folder] as (typeof sources)[number];
        const files = await takenFiles(root, here, job, result);
        if (typeof files === 'string') {
          troubles.push(`Job ${job.id} is not reused from ${folders[result.folder]}: ${files}.`);
          continue;
        }
        const { requestId, notes } = result;
        const at = realClock.now();
        const savedUsd = savedBy(wanted, result);
        batch.push({ job, reused: { id: job.id, requestId, files, notes, at, folder: seen, savedUsd } });
        troubles.length = 0;
        break;
      }
      warnings.push(...troubles.slice(0, Math.max(0, maxWarnings - warnings.length)));
      if (batch.length >= jobsAtOnce) await keep();
    }
    if (batch.length > 0) await keep();
  });
  return { jobs, warnings };
}

const requestId = /^[A-Za-z0-9_.-]{1,128}$/;

/** The files of a result where all of them could be taken, else why not. */
async function takenFiles(
  root: string,
  dir: string,
  job: Job,
  result: FoundResult,
): Promise<readonly SavedFile[] | string> {
  if (!requestId.test(result.requestId) || /^\.+$/.test(result.requestId)) return 'its request id is not one';
  if (result.files.length === 0) return 'it has no files there';
  const files: SavedFile[] = [];
  for (const [index, file] of result.files.entries()) {
    const { pathTemplate } = job;
    const taken = await takeFile({ root, dir, file, pathTemplate, index, count: result.files.length });
    if (typeof taken === 'string') return untakenWords[taken];
    files.push(taken);
  }
  return files;
}

const untakenWords = {
  missing: 'a file is missing there',
  changed: 'a file there is not what was saved',
  outside: 'a file there is not a plain file of that folder',
} as const;

function eventOf(job: Job, { requestId: id, files, notes, at, folder }: ReusedJob): Parameters<Observer>[0] {
  return {
    type: 'advanced',
    job,
    from: { status: 'pending', attempt: 1, stalled: null },
    state: { status: 'done', attempt: 1, requestId: id, files, costUsd: 0, notes },
    at,
    reusedFrom: { dir: folder, job: job.id },
  };
}
