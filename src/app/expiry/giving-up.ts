import { expired } from '../../core/job/expiry.ts';
import type { JobId } from '../../core/job/job.ts';
import type { Provider } from '../../core/provider.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { giveOrder } from '../folder/order-jobs.ts';
import { realClock } from '../real-clock.ts';
import { finishedAmong } from './expiring.ts';

/** Of these jobs, those whose files the server has deleted by now, and when each had finished. */
export function expiredAmong(
  dir: string,
  jobs: Iterable<JobId>,
  { filesKeptMs }: Pick<Provider, 'filesKeptMs'>,
): ReadonlyMap<JobId, number> {
  if (filesKeptMs === undefined) return new Map();
  const now = realClock.now();
  return withReader(dir, (reader) => {
    const finished = [...finishedAmong(reader, jobs)];
    const over = finished.filter(({ finishedAt }) => finishedAt + filesKeptMs <= now);
    return new Map(over.map(({ job, finishedAt }) => [job, finishedAt]));
  });
}

/**
 * Records as lost what the server has deleted by now: of these done jobs, whose files are gone, and of those that were
 * never collected. Nothing is asked for. Returns the jobs, durable.
 */
export async function giveUpExpired(
  ledger: RunLedger,
  damaged: ReadonlySet<string>,
  provider: Pick<Provider, 'filesKeptMs'>,
): Promise<ReadonlySet<string>> {
  const { filesKeptMs } = provider;
  if (filesKeptMs === undefined) return new Set();
  const done = damaged.size === 0 ? [] : ledger.held(['done'], (job) => damaged.has(job));
  const meant = [...done, ...ledger.held(['succeeded'])];
  const gone = expiredAmong(
    ledger.dir,
    meant.map(({ job }) => job.id),
    provider,
  );
  const lost = meant.filter(({ job }) => gone.has(job.id));
  const lose = ({ job }: HeldJob) => expired(filesKeptMs, gone.get(job.id) as number);
  for (const each of lost) await giveOrder(ledger, [each], { type: 'lose', failure: lose(each) });
  ledger.flush();
  return new Set(lost.map(({ job }) => job.id));
}
