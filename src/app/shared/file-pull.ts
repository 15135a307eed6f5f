import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { failureRule, JobFailure } from '../../core/job/failures.ts';
import type { PulledView } from '../../report/folder/pull-text.ts';
import { lockFolder } from '../../store/folder/lock.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { AbsentJob } from '../../store/mirror/absent-jobs.ts';
import { eachAbsentPage } from '../../store/mirror/mirror-reading.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { openCopies } from '../bucket/bucket-copies.ts';
import { pastKeeping } from '../expiry/past-keeping.ts';
import type { RunPolicy } from '../policies.ts';
import { type FolderApi, withFolderApi } from '../running/folder-api.ts';
import { copyFiles, foldersWithFiles, syncAll } from './copied-files.ts';
import { isGone, openResults, type ResultReader } from './files-read-again.ts';

interface FilePull {
  readonly dir: string;
  /** Run folders of other machines, or folders of such folders. */
  readonly from: readonly string[];
  readonly accessRequest: AccessRequest;
  readonly policy: RunPolicy;
  readonly leave: AbortSignal;
  /** By runner, the version of the program that it has, which decides how recipes are written. */
  readonly versions?: ReadonlyMap<string, string>;
  /** Hears how far it is, after each job. */
  readonly observe: (pulled: PulledView) => void;
}

const nothing: PulledView = {
  ...{ jobs: 0, copied: 0, readAgain: 0, otherRecipes: 0, other: 0, gone: 0, failed: 0, failure: null },
};

/**
 * Brings the files of done jobs into the folder that are not there: from the folders given, from the bucket or mount where the run
 * puts them, else from the API by the id of each request. It only reads, and each file is checked by its SHA-256. What is
 * there already stays, so that it may be cut off and go on. It works beside a runner of the folder. Throws `UserError`,
 * and the reason of `leave`.
 */
export async function pullFiles(pull: FilePull): Promise<PulledView> {
  const { dir } = pull;
  const lock = lockPull(dir);
  let pulled = nothing;
  const add: Add = (outcome, failure = null) => {
    const counted = Object.fromEntries(outcome.map((key) => [key, pulled[key] + 1]));
    pulled = { ...pulled, ...counted, failure: pulled.failure ?? failure };
    pull.observe(pulled);
  };
  try {
    await copyAll(pull, add);
    const left = pulled.jobs - pulled.copied;
    if (left > 0) {
      await withFolderApi(dir, pull.accessRequest, false, (api) => readAll(pull, api, left, add));
    }
    return pulled;
  } finally {
    lock();
  }
}

/** Two pulls into one folder would write the same files. */
function lockPull(dir: string): () => void {
  const place = join(dir, '.pull');
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const lock = lockFolder(place);
  return () => {
    rmSync(place, { recursive: true, force: true });
    lock.release();
  };
}

type Counter = Exclude<keyof PulledView, 'failure'>;
/** Counts one job in each of these, and keeps the first failure. */
type Add = (outcome: readonly Counter[], failure?: string | null) => void;

async function copyAll({ dir, from, accessRequest, policy, leave }: FilePull, add: Add): Promise<void> {
  const folders = foldersWithFiles(from, dir);
  const bucket = openCopies(accessRequest.env, policy.limits.maxDownloads);
  const changed = new Set<string>();

  async function copy(absent: AbsentJob): Promise<void> {
    let isAll = true;
    for (const index of await copyFiles(dir, absent, folders, changed)) {
      const file = absent.files[index];
      isAll = file?.object !== undefined && (await bucket.restore(dir, file, leave)) && isAll;
    }
    add(isAll ? ['jobs', 'copied'] : ['jobs']);
  }

  try {
    await eachAbsentPage(dir, async (page) => {
      await inLanes(page, policy.limits.maxDownloads, leave, copy);
      await syncAll(changed);
    });
  } finally {
    await bucket.close();
  }
}

async function readAll(pull: FilePull, api: FolderApi, left: number, add: Add): Promise<void> {
  const { dir, policy, leave, versions = new Map() } = pull;
  const access = await api.agreed(left);
  const results = await openResults({ dir, access, policy, leave, versions });
  try {
    await eachAbsentPage(dir, async (page) => {
      const asked = page.map(({ job }) => job.id);
      const expired = withReader(dir, (reader) => pastKeeping(reader, asked, access.provider));
      await inLanes(page, policy.limits.maxDownloads, leave, async (absent) => {
        add(...(await outcomeOf(results, absent, expired)));
      });
    });
  } finally {
    await results.close();
  }
}

async function outcomeOf(
  results: ResultReader,
  absent: AbsentJob,
  expired: Parameters<ResultReader['read']>[1],
): Promise<Parameters<Add>> {
  try {
    const verdict = await results.read(absent, expired);
    if (verdict === 'other') return [['other']];
    return [verdict === 'recipes' ? ['readAgain', 'otherRecipes'] : ['readAgain']];
  } catch (error) {
    if (isGone(error)) return [['gone']];
    if (!(error instanceof JobFailure)) throw error;
    const { kind, message } = error.failure;
    if (failureRule(kind).halts === true) throw endingAll(error);
    return [['failed'], message];
  }
}

/** What no other job would fare better with. */
function endingAll(error: JobFailure): UserError {
  const { kind, message } = error.failure;
  return new UserError(
    failureRule(kind).class === 'auth' ? 'token' : 'api_unreachable',
    message,
    'Fix this and run the same command again: what has come stays.',
    error,
  );
}

/** As many at once; the first error ends all, once those under way have ended. */
async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  leave: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  let isOver = false;
  async function lane(): Promise<void> {
    try {
      for (const item of left) {
        leave.throwIfAborted();
        if (isOver) return;
        await work(item);
      }
    } catch (error) {
      isOver = true;
      throw error;
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.max(1, lanes) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
