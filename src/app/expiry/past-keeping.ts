import type { JobId } from '../../core/job/job.ts';
import type { Provider } from '../../core/provider.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { realClock } from '../real-clock.ts';
import { finishedAmong } from './expiring.ts';

/**
 * Those of these jobs that finished longer ago than the server keeps files. Only the server knows what it still has, and
 * the clock of this machine may be wrong: such files are asked for anyway.
 */
export function pastKeeping(
  reader: LedgerReader,
  jobs: Iterable<JobId>,
  { filesKeptMs }: Pick<Provider, 'filesKeptMs'>,
): ReadonlySet<JobId> {
  if (filesKeptMs === undefined) return new Set();
  const now = realClock.now();
  const past = [...finishedAmong(reader, jobs)].filter(({ finishedAt }) => finishedAt + filesKeptMs <= now);
  return new Set(past.map(({ job }) => job));
}
