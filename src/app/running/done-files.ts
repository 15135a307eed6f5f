import type { JobId } from '../../core/job/job.ts';
import { ordered } from '../../core/job/orders.ts';
import type { StatusCounts } from '../../core/job/tally.ts';
import type { Provider } from '../../core/provider.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { DamagedJob } from '../../store/ledger/queries/missing-files.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { pastKeeping } from '../expiry/past-keeping.ts';
import { realClock } from '../real-clock.ts';

export const noneMissing: MissingFiles = { jobs: 0, files: 0, example: null };

// A check takes two to three microseconds, so that this many take less than half a second.
const maxChecks = 150_000;

/**
 * Checks whether the files of done jobs are there. `isMeant`: leaves out jobs that a new plan does not ask for. If there
 * are more than `most`, only the files of every nth job are checked, of other jobs each time; once one is missing, all.
 */
export function missingFilesOf(
  reader: LedgerReader,
  isMeant: (job: JobId) => boolean = () => true,
  most = maxChecks,
): MissingFiles {
  const ofFiles = reader.outputCount();
  const share = { of: Math.max(1, Math.ceil(ofFiles / most)), from: realClock.now() };
  const found = missingAmong(reader.damaged(share), isMeant);
  if (share.of === 1) return found;
  if (found.jobs > 0) return missingAmong(reader.damaged(), isMeant);
  const { elsewhere, ...whole } = found;
  const about = elsewhere?.map(({ runner, jobs, files }) => ({
    ...{ runner, jobs: jobs * share.of, files: files * share.of },
  }));
  return {
    ...whole,
    ...(about === undefined ? {} : { elsewhere: about }),
    sample: { nth: share.of, ofFiles },
  };
}

// At most this many jobs are named, so that the expiry of their files can be looked up.
const maxNamed = 1_000;

function missingAmong(all: Iterable<DamagedJob>, isMeant: (job: JobId) => boolean): MissingFiles {
  let { jobs, files, example } = noneMissing;
  const named: JobId[] = [];
  const elsewhere = new Map<string, { readonly jobs: number; readonly files: number }>();
  for (const damaged of all) {
    if (!isMeant(damaged.id)) continue;
    if (damaged.runner !== null) {
      const { jobs: others, files: theirs } = elsewhere.get(damaged.runner) ?? { jobs: 0, files: 0 };
      elsewhere.set(damaged.runner, { jobs: others + 1, files: theirs + damaged.files });
      continue;
    }
    jobs += 1;
    files += damaged.files;
    example ??= damaged.path;
    if (named.length < maxNamed) named.push(damaged.id);
  }
  const most = [...elsewhere].sort(([, a], [, b]) => b.files - a.files);
  return {
    ...{ jobs, files, example },
    ...(jobs === 0 ? {} : { named }),
    ...(most.length === 0 ? {} : { elsewhere: most.map(([runner, theirs]) => ({ runner, ...theirs })) }),
  };
}

/** Counts in which such jobs are not done: they are at the server, and still to be collected. */
export function countedAsToCollect<T extends { readonly counts: StatusCounts }>(
  view: T,
  { jobs }: MissingFiles,
): T {
  const { counts } = view;
  return { ...view, counts: { ...counts, done: counts.done - jobs, succeeded: counts.succeeded + jobs } };
}

/** What became of jobs whose files are gone from the folder. */
interface Refetching {
  readonly missing: MissingFiles;
  /** Jobs whose files the server has probably deleted by now; what was never collected counts as well. */
  readonly expired: ReadonlySet<JobId>;
}

/**
 * Has the files of such jobs fetched again, which costs nothing: the jobs are orders that the run finds. Those of jobs
 * that the plan of the ledger asks for.
 */
export async function refetchMissing(
  ledger: RunLedger,
  provider: Pick<Provider, 'filesKeptMs'>,
  isAnyMissing: boolean,
): Promise<Refetching> {
  const damaged = isAnyMissing
    ? withReader(ledger.dir, (reader) => [...reader.damaged()].filter(({ runner }) => runner === null))
    : [];
  const asked = [...damaged.map(({ id }) => id), ...ledger.held(['succeeded']).map(({ job }) => job.id)];
  const expired = withReader(ledger.dir, (reader) => pastKeeping(reader, asked, provider));
  const at = realClock.now();
  for (const { id, state } of damaged) {
    const next = ordered(state, { type: 'refetch' });
    if (next !== null) await ledger.record(id, next, at);
  }
  ledger.flush();
  return { missing: missingAmong(damaged, () => true), expired };
}
