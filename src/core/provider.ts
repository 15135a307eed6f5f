import type { Job, JobState, RequestId } from './job/job.ts';
import type { Output } from './job/outputs.ts';
import type { JsonObject, JsonValue } from './json.ts';

/**
 * An accepted submission, as its provider names it. `ref` is JSON that the provider mints and nobody else looks into;
 * the ledger keeps it as it came. null: the id and the model are all there is, because the provider needs nothing more,
 * a person has named the request by its id, or an earlier version has recorded it.
 */
export interface RemoteRequest {
  readonly id: RequestId;
  readonly model: string;
  readonly ref: JsonValue;
}

/** What one poll of a request shows. `finished` says nothing of the outcome: `result` does. */
export type RemoteStatus =
  | { readonly phase: 'queued'; readonly position: number | null }
  | { readonly phase: 'running' }
  | { readonly phase: 'finished' }
  | { readonly phase: 'unrecognised'; readonly word: string };

/** `outputs` in the server's order, without duplicates, at least one of them a file. */
export type RemoteResult =
  | { readonly phase: 'unfinished'; readonly status: RemoteStatus }
  | { readonly phase: 'succeeded'; readonly outputs: readonly Output[]; readonly costUsd: number | null };

export type CancelOutcome = 'cancelled' | 'not_cancellable';

/**
 * The hosted API. Every call throws `JobFailure` for what belongs to the job, rethrows the signal's reason when
 * aborted, and anything else is a bug. `submit` spends money: it is called once per announced attempt.
 */
export interface ProviderClient {
  submit(job: Job, signal: AbortSignal): Promise<RemoteRequest>;
  status(request: RemoteRequest, signal: AbortSignal): Promise<RemoteStatus>;
  /**
   * Throws `generation_failed`, `refused`, `cancelled`, `no_output` or `lost` for a request that ended otherwise than
   * well; with the server's answer where it was a success that holds nothing. `sent`: the body of the request, where it
   * is known; what comes back of it is not an output.
   */
  result(request: RemoteRequest, signal: AbortSignal, sent?: JsonObject): Promise<RemoteResult>;
  cancel(request: RemoteRequest, signal: AbortSignal): Promise<CancelOutcome>;
  /**
   * Asks something that costs nothing, with the token. Resolves once the API has answered it; throws what a read throws:
   * `unauthorized` for a refused token, a transient kind while the API is away.
   */
  ping(signal: AbortSignal): Promise<void>;
}

/** A request's name, as states, steps and events carry it: without the model, which is the job's. */
interface RequestName {
  readonly requestId: RequestId;
  readonly ref?: JsonValue;
}

/** The request of a job by what its state, or a step of it, has on record. */
export function remoteRequest({ model }: Pick<Job, 'model'>, named: RequestName): RemoteRequest {
  return { id: named.requestId, model, ref: named.ref ?? null };
}

/** The request of the attempt under way; null: it has none yet. */
export function requestOf(job: Pick<Job, 'model'>, state: JobState): RemoteRequest | null {
  if (!('requestId' in state)) return null;
  const { requestId } = state;
  return requestId === null ? null : remoteRequest(job, { ...state, requestId });
}
