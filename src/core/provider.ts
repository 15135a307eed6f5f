import type { Job, JobState, RequestId } from './job/job.ts';
import type { Output } from './job/outputs.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { BodyLimits } from './media.ts';
import type { Model } from './models.ts';
import type { Transport } from './transport.ts';

/**
 * An accepted submission, as its provider names it. `ref` is JSON that the provider mints and nobody else looks into;
 * the ledger keeps it unchanged. null: the id and the model are all there is, because the provider needs nothing more,
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
  | {
      readonly phase: 'succeeded';
      readonly outputs: readonly Output[];
      readonly costUsd: number | null;
      /** As long as a machine worked on it, by the server's own times; absent: it does not say, or not reliably. */
      readonly busyMs?: number;
    };

/** `requested`: the server has taken note of it, and has yet to say what became of the request. */
export type CancelOutcome = 'cancelled' | 'requested' | 'not_cancellable';

/** What a submission is, besides its job. */
interface Submission {
  /** Of the job, counted from 1. */
  readonly attempt: number;
  /** Where the API is to tell how the request stands. A secret: no message may repeat it. Absent: nowhere. */
  readonly callback?: string;
}

/** What the API has told of a request by calling back. */
interface Callback {
  readonly requestId: RequestId;
  /** The state in the API's own word; null: it named none. */
  readonly status: string | null;
}

/**
 * The hosted API. Every call throws `JobFailure` for what belongs to the job, rethrows the signal's reason when
 * aborted, and anything else is a bug. `submit` spends money: it is called once per announced attempt.
 */
export interface ProviderClient {
  submit(job: Job, signal: AbortSignal, submission?: Submission): Promise<RemoteRequest>;
  status(request: RemoteRequest, signal: AbortSignal): Promise<RemoteStatus>;
  /**
   * Throws `generation_failed`, `refused`, `cancelled`, `no_output` or `lost` for a request that did not succeed, with
   * the server's answer if that was a success without content. `sent`: the body of the request, if it is known; what a
   * result repeats of it is not an output.
   */
  result(request: RemoteRequest, signal: AbortSignal, sent?: JsonObject): Promise<RemoteResult>;
  cancel(request: RemoteRequest, signal: AbortSignal): Promise<CancelOutcome>;
  /**
   * Asks something that costs nothing, with the token. Resolves once the API has answered it; throws what a read
   * throws: `unauthorized` for a refused token, a transient kind while the API is away.
   */
  ping(signal: AbortSignal): Promise<void>;
}

/** Thrown by `ProviderClient.submit` for a submission of which no byte has left, and which may be announced again. */
export class Unsent extends Error {
  override readonly name = 'Unsent';
}

/** Models and balance. Throws `UserError` (`token`, `api_unreachable`), and the signal's reason when aborted. */
export interface Catalogue {
  /** null: the API has no such model. */
  model(id: string, signal: AbortSignal): Promise<Model | null>;
  /** Every model that matches the words, or every model at all. Schemas are left out of lists. */
  search(words: string | null, signal: AbortSignal): AsyncIterable<Model>;
  /** In dollars; negative where overdrawn. Throws `UserError` (`usage`) where the API keeps no balance. */
  balanceUsd(signal: AbortSignal): Promise<number>;
}

/** Where the API is and what opens it. */
interface Access {
  readonly base: URL;
  readonly token: string;
}

/** Where a user's token is found. */
export interface TokenSources {
  /** Environment variables, in this order. The first is the one that messages name. */
  readonly variables: readonly [string, ...string[]];
  /** The page where a person gets a token; left out: messages name none. */
  readonly page?: string;
  /** The files in which the provider's own programs keep it, in this order. */
  files(env: Readonly<Record<string, string | undefined>>, home: string): readonly string[];
  /** The token in such a file; null: it holds none. */
  read(text: string): string | null;
  /** A provider whose token, stored for its usual address, also opens this one's usual address: one account for both. */
  readonly sharedWith?: { readonly provider: string; readonly address: string };
}

/** A hosted API: all that the program knows of it. Another one is another folder in `src/providers`. */
export interface Provider {
  readonly name: string;
  /** As sentences call it. */
  readonly title: string;
  /** What the ids of its jobs are made of besides the job; null: nothing, as before there was a second provider. */
  readonly nameInJobIds: string | null;
  /** How the ids of its models begin (`acme:`), so that a model names its provider; null: of the usual one alone. */
  readonly modelPrefix: string | null;
  /**
   * Its models are what the user has deployed: they are listed apart, and a file with the workflow of one describes its
   * inputs as a schema does.
   */
  readonly listsDeployments?: true;
  /** How long what the catalogue says of a model holds; absent: a day. */
  readonly modelsFreshMs?: number;
  /** The usual base URL, the environment variable that names another one, and how either is read. */
  readonly address: {
    readonly usual: string;
    readonly variable: string;
    /** Throws `UserError` (`usage`). */
    parse(text: string): URL;
  };
  readonly tokens: TokenSources;
  open(access: Access, transport: Transport): Promise<ProviderClient>;
  /** Where the API lists no models, those that are built in. */
  catalogue(access: Access, transport: Transport): Promise<Catalogue>;
  /** Models that need no catalogue. */
  readonly builtIn: readonly Model[];
  /** The model that is used where nobody names one; it is built in. null: each row has to name one. */
  readonly defaultModel: Model | null;
  /** What a person, or an odd answer, names as a request's id; null: it cannot be one. */
  requestId(text: unknown): RequestId | null;
  /**
   * Reads what the API posts to the address that a submission gave it; null: it can be no such thing. Absent: the API
   * calls nobody back, and `Submission.callback` is never given.
   */
  callback?(body: JsonObject): Callback | null;
  /** The model that a user's schema file describes. Throws `UserError` (`input`). */
  modelIn(schemaFile: string, modelId: string): Promise<Model>;
  /** Domains whose hosts, and those below them, results are downloaded from. */
  readonly fileHosts: readonly string[];
  readonly bodyLimits: BodyLimits;
  /** How long results can be fetched after they were made; absent: it does not say. */
  readonly filesKeptMs?: number;
  /** Where a person finds out what became of a submission, such as `the requests page of your account`. */
  readonly whereToLook: string;
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
