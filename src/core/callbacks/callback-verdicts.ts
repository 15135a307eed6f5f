import type { JobId, RequestId } from '../job/job.ts';
import type { HeardCallback } from './callback-line.ts';

/** An unclear submission. */
interface UnclearAttempt {
  readonly job: JobId;
  readonly attempt: number;
}

/** What callbacks say about an unclear submission. */
export type CallbackVerdict =
  /** It was accepted as this request. */
  | { readonly type: 'accepted'; readonly job: JobId; readonly requestId: RequestId }
  /** Callbacks contradict each other or the ledger: it is left to the user. `ids`: what they named. */
  | {
      readonly type: 'contested';
      readonly job: JobId;
      readonly ids: readonly RequestId[];
      readonly why: string;
    };

/** What the ledger and the provider know of request ids. */
interface KnownRequests {
  /** The job that has this request, or had it in another attempt; null: none. */
  ownerOf(requestId: RequestId): string | null;
  /** null: it can be no request's id. */
  requestId(text: string): RequestId | null;
}

// Whoever names more for one attempt is not to be believed anyway.
const maxIds = 8;

/**
 * Collects what callbacks name for these attempts, whatever their number and order. An attempt of which nothing usable
 * was heard has no verdict.
 */
export function callbackVerdicts(
  unclear: readonly UnclearAttempt[],
  heard: Iterable<HeardCallback>,
  known: KnownRequests,
): readonly CallbackVerdict[] {
  const attempts = new Map(unclear.map(({ job, attempt }) => [job as string, attempt]));
  const named = new Map<string, Set<RequestId>>();
  for (const { job, attempt, requestId: text } of heard) {
    if (attempts.get(job) !== attempt) continue;
    const id = known.requestId(text);
    const ids = named.get(job) ?? new Set();
    if (id === null || ids.size >= maxIds) continue;
    named.set(job, ids.add(id));
  }
  const claims = Map.groupBy(
    [...named].flatMap(([job, ids]) => [...ids].map((id) => ({ job, id }))),
    ({ id }) => id,
  );
  return unclear.flatMap(({ job }): CallbackVerdict[] => {
    const ids = [...(named.get(job) ?? [])];
    const [requestId] = ids;
    if (requestId === undefined) return [];
    const contested = (why: string): CallbackVerdict[] => [{ type: 'contested', job, ids, why }];
    if (ids.length > 1) {
      const all = ids.join(' and ');
      return contested(
        `callbacks name the requests ${all} for one submission: it was accepted twice, or one is forged`,
      );
    }
    const owner = known.ownerOf(requestId);
    if (owner === job)
      return contested(`a callback names request ${requestId}, which an earlier attempt of it had`);
    if (owner !== null)
      return contested(`a callback names request ${requestId}, which belongs to job ${owner}`);
    const [other] = (claims.get(requestId) ?? []).filter((claim) => claim.job !== job);
    if (other !== undefined) {
      return contested(`callbacks name request ${requestId} for it and for job ${other.job}`);
    }
    return [{ type: 'accepted', job, requestId }];
  });
}
