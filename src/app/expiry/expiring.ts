import { type Expiry, expiryCount } from '../../core/job/expiry.ts';
import type { JobId } from '../../core/job/job.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { providerToTell } from '../access/folder-provider.ts';
import { realClock } from '../real-clock.ts';

/** What is not in the folder yet, and how long the server keeps it. */
export interface Unfetched extends Expiry {
  readonly keptMs: number;
}

/**
 * The results of a folder that are still to be fetched: of jobs that are on the server, and of these `missing` ones that
 * are done. null: there are none, or the API does not say how long it keeps them.
 */
export function unfetchedIn(reader: LedgerReader, missing: readonly JobId[] = []): Unfetched | null {
  const { filesKeptMs: keptMs } = providerToTell(reader.planRecord());
  if (keptMs === undefined) return null;
  const { queued, running, succeeded } = reader.holdings().counts;
  if (queued + running + succeeded + missing.length === 0) return null;
  const count = expiryCount(keptMs, realClock.now());
  const states = ['queued', 'running', 'succeeded'] as const;
  // What nobody has polled may have finished any time after it was submitted.
  for (const { finished_at, submitted_at } of reader.lines({ states })) {
    const at = Date.parse(finished_at ?? submitted_at ?? '');
    if (Number.isFinite(at)) count.add(at);
  }
  for (const { finishedAt } of finishedAmong(reader, missing)) count.add(finishedAt);
  return { ...count.sum(), keptMs };
}

/** When these jobs finished, of those of which it is known. */
export function* finishedAmong(
  reader: LedgerReader,
  jobs: Iterable<JobId>,
): Iterable<{ readonly job: JobId; readonly finishedAt: number }> {
  for (const job of jobs) {
    const finishedAt = Date.parse(reader.find(job)[0]?.finished_at ?? '');
    if (Number.isFinite(finishedAt)) yield { job, finishedAt };
  }
}
