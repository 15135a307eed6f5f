import { join } from 'node:path';
import { callbacksFile } from '../../core/callbacks/callback-line.ts';
import { type CallbackVerdict, callbackVerdicts } from '../../core/callbacks/callback-verdicts.ts';
import { UserError } from '../../core/complaints.ts';
import type { Instant } from '../../core/job/job.ts';
import { ordered } from '../../core/job/orders.ts';
import type { Claim, Observer } from '../../core/ports.ts';
import type { Provider } from '../../core/provider.ts';
import { heardIn } from '../../store/callbacks/callback-reading.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { withLedger } from '../folder/with-ledger.ts';
import type { SharedPlace } from '../shared/shared-place.ts';

/** What came of callbacks: jobs that are in flight again, and those whose callbacks contradict each other. */
export interface SettledByCallback {
  readonly accepted: readonly Extract<CallbackVerdict, { type: 'accepted' }>[];
  readonly contested: readonly Extract<CallbackVerdict, { type: 'contested' }>[];
  /** The first, as they are to be collected. */
  readonly claims: readonly Claim[];
}

export const nothingHeard: SettledByCallback = { accepted: [], contested: [], claims: [] };

/** How a folder's callbacks are read. */
interface Hearing {
  readonly provider: Pick<Provider, 'requestId'>;
  readonly at: Instant;
  /** Files besides the folder's own, which the user has named. */
  readonly files?: readonly string[];
  readonly observe?: Observer | undefined;
}

/**
 * Takes up the requests of unclear submissions of which callbacks tell: they are queued, and nothing is submitted.
 * Durable on return. What callbacks do not settle stays as it is.
 */
export async function settleByCallbacks(
  ledger: RunLedger,
  { provider, at, files = [], observe }: Hearing,
): Promise<SettledByCallback> {
  const held = ledger.held(['unknown']);
  if (held.length === 0) return nothingHeard;
  const unclear = held.map(({ job, state }) => ({ job: job.id, attempt: state.attempt }));
  const verdicts = withReader(ledger.dir, (reader) =>
    callbackVerdicts(unclear, heardBy(ledger.dir, files), {
      ownerOf: (id) => reader.ownerOf(id),
      requestId: (text) => provider.requestId(text),
    }),
  );
  const accepted = verdicts.filter((verdict) => verdict.type === 'accepted');
  const byJob = new Map(held.map((each) => [each.job.id, each]));
  const claims = await Promise.all(
    accepted.map(async ({ job: id, requestId }): Promise<Claim[]> => {
      const one = byJob.get(id);
      const state = one === undefined ? null : ordered(one.state, { type: 'adopt', requestId, at });
      if (one === undefined || state === null) return [];
      await ledger.record(id, state, at);
      observe?.({ type: 'advanced', job: one.job, from: one.state, state, at });
      return [{ job: one.job, state }];
    }),
  );
  ledger.flush();
  const contested = verdicts.filter((verdict) => verdict.type === 'contested');
  return { accepted, contested, claims: claims.flat() };
}

/**
 * The same for a folder whose ledger nobody has opened yet; where callbacks tell nothing of an unclear submission, it
 * is not opened at all. `isBusy`: a run is under way there, which does it when it ends.
 */
export async function settleFolder(
  dir: string,
  hearing: Hearing,
  place?: SharedPlace,
): Promise<SettledByCallback & { readonly isBusy?: true }> {
  const isTold = withReader(dir, (reader) => {
    if (reader.holdings().counts.unknown === 0) return false;
    const unclear = new Set([...reader.lines({ states: ['unknown'] })].map(({ job }) => job));
    for (const { job } of heardBy(dir, hearing.files ?? [])) if (unclear.has(job)) return true;
    return false;
  });
  if (!isTold) return nothingHeard;
  try {
    return await withLedger(dir, (ledger) => settleByCallbacks(ledger, hearing), place);
  } catch (error) {
    if (!(error instanceof UserError) || error.about !== 'locked') throw error;
    return { ...nothingHeard, isBusy: true };
  }
}

function* heardBy(dir: string, files: readonly string[]) {
  yield* heardIn(join(dir, callbacksFile));
  for (const file of files) yield* heardIn(file, true);
}

/** Why callbacks have not settled what they tell of, as sentences. */
export function heardWarnings(heard: SettledByCallback = nothingHeard): readonly string[] {
  return heard.contested.map(({ job, why }) => `Job ${job} is still unclear: ${why}.`);
}
