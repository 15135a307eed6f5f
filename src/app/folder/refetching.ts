import type { Environment } from '../../core/environment.ts';
import type { JobId, SavedFile } from '../../core/job/job.ts';
import { ordered } from '../../core/job/orders.ts';
import { failureOf } from '../../core/job/state-facts.ts';
import { checkFile } from '../../store/files/file-check.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { Access } from '../access/endpoint.ts';
import { pastKeeping } from '../expiry/past-keeping.ts';
import type { FolderApi } from '../running/folder-api.ts';
import { askAboutLost, type LostAnswers, lostIn } from './lost-jobs.ts';
import { giveOrder } from './order-jobs.ts';

/** What turns up while a folder is checked for what is to be fetched. */
export type RefetchFact =
  | { readonly type: 'damaged'; readonly path: string; readonly isMissing: boolean }
  /** The same of a file in a bucket or on a mount, by its address. */
  | { readonly type: 'object'; readonly object: string; readonly isMissing: boolean }
  /** `damaged`: jobs of which a file is not what was saved. */
  | { readonly type: 'checked'; readonly files: number; readonly damaged: number; readonly verified: boolean }
  | ({ readonly type: 'asked' } & LostAnswers)
  /** The server has probably deleted the files of this number of jobs, which are asked for anyway. */
  | { readonly type: 'expired'; readonly jobs: ReadonlySet<JobId> }
  /** The results of this number of jobs had no output and are read again. */
  | { readonly type: 'read_again'; readonly jobs: number };

/**
 * Orders everything that is missing, damaged or lost to be fetched, and results to be read again that held nothing.
 * `verifies`: files are read and their SHA-256 compared. Resolves with the API to fetch from.
 */
export async function orderRefetch(
  ledger: RunLedger,
  api: FolderApi,
  verifies: boolean,
  tell: (fact: RefetchFact) => void,
  env: Environment = {},
): Promise<Access> {
  const { provider } = api.access;
  const damaged = await damagedIn(ledger, verifies, tell, env);
  const lost = lostIn(ledger);
  const asked = [
    ...ledger.held(['done'], (job) => damaged.has(job)),
    ...ledger.held(['succeeded']),
    ...lost.map(({ held }) => held),
  ].map(({ job }) => job.id);
  const expired = withReader(ledger.dir, (reader) => pastKeeping(reader, asked, provider));
  if (expired.size > 0) tell({ type: 'expired', jobs: expired });
  const empty = emptyIn(ledger);
  if (damaged.size + lost.length + empty.length === 0) return api.access;
  const access = await api.agreed(damaged.size);
  if (lost.length > 0) tell({ type: 'asked', ...(await askAboutLost(ledger, lost, access)) });
  const jobs = ledger.held(['done'], (job) => damaged.has(job));
  if (damaged.size > 0) await giveOrder(ledger, jobs, { type: 'refetch' });
  if (empty.length > 0) {
    // The server may have by now what it had not when it called these finished.
    await giveOrder(ledger, empty, { type: 'refetch' });
    tell({ type: 'read_again', jobs: empty.length });
  }
  return access;
}

/** Jobs that ended without output. */
function emptyIn(ledger: RunLedger): readonly HeldJob[] {
  return ledger
    .held(['failed'])
    .filter(
      ({ state }) => failureOf(state)?.kind === 'no_output' && ordered(state, { type: 'refetch' }) !== null,
    );
}

/** The ids of done jobs whose files are not there, or not what was saved. */
function damagedIn(
  { dir }: RunLedger,
  verifies: boolean,
  tell: (fact: RefetchFact) => void,
  env: Environment,
): Promise<ReadonlySet<string>> {
  return withReader(dir, async (reader) => {
    const damaged = new Set<string>();
    let files = 0;
    const objects = await objectsIn(verifies && reader.filesPlace().address !== null, env, tell);
    for (const { job, outputs } of reader.lines({ states: ['done'] })) {
      for (const output of outputs) {
        files += 1;
        const verdict = await checkFile(dir, output, verifies);
        if (verdict !== 'whole') {
          damaged.add(job);
          tell({ type: 'damaged', path: output.path, isMissing: verdict === 'missing' });
        } else if (!(await objects.isThere(output))) damaged.add(job);
      }
    }
    await objects.close();
    tell({ type: 'checked', files, damaged: damaged.size, verified: verifies });
    return damaged;
  });
}

/** Looks at the files of a bucket or mount too, where that is meant. One after the other: most of the time is spent elsewhere. */
async function objectsIn(isMeant: boolean, env: Environment, tell: (fact: RefetchFact) => void) {
  if (!isMeant) return { isThere: async () => true, close: async () => {} };
  const { openCopies } = await import('../bucket/bucket-copies.ts');
  const copies = openCopies(env);
  return {
    async isThere(file: SavedFile): Promise<boolean> {
      const verdict = await copies.compare(file, new AbortController().signal);
      if (verdict === 'same' || verdict === null) return true;
      tell({ type: 'object', object: file.object ?? '', isMissing: verdict === 'missing' });
      return false;
    },
    close: copies.close,
  };
}
