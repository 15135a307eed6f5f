import { type FailureKind, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobState, RequestId } from '../core/job/job.ts';
import { visibilityGraceMs } from '../core/pacing/pace.ts';
import type { Clock } from '../core/ports.ts';
import { type ProviderClient, type RemoteRequest, requestOf } from '../core/provider.ts';

export interface AccountCheckPorts {
  readonly api: Pick<ProviderClient, 'status'>;
  /** Never set back. */
  readonly clock: Clock;
  /** The one that the ledger's instants are of. */
  readonly wallClock: Pick<Clock, 'now'>;
  /** The user says that the address and the token are meant: what the API does not know is lost. */
  readonly isAccountMeant: boolean;
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
}

/**
 * Finds out whether the API knows the folder's requests at all. Where it knows none of those that it was asked about,
 * the address or the account is most likely a wrong one: then nothing more is submitted, and no request is given up.
 */
export interface AccountCheck {
  /** A job that the run takes up: it may have been accepted in an earlier one. */
  meet(job: Pick<Job, 'model'>, state: JobState): void;
  api(client: ProviderClient): ProviderClient;
  results(client: Pick<ProviderClient, 'result'>): Pick<ProviderClient, 'result'>;
  /**
   * Resolves to whether a job may be submitted: where several requests of earlier runs are to be collected, not before
   * one of them is known here, or a while has passed in which nobody could say.
   */
  mayEnter(): Promise<boolean>;
}

/** So many requests that are not known, and none that is, are no accident. */
const minStrangers = 3;
const maxAsked = 8;
const maxMet = 32;
/** One round of questions serves all that come while it is fresh. */
const freshMs = 5_000;
const patienceMs = 2 * visibilityGraceMs;

/** What the server can say only of a request that it has. */
const showsKnowledge: ReadonlySet<FailureKind> = new Set([
  'generation_failed',
  'cancelled',
  'no_output',
  'refused',
]);

export function accountCheck(world: AccountCheckPorts): AccountCheck {
  const { clock } = world;
  /** The latest requests, each with when it was accepted. */
  const met = new Map<RequestId, { readonly request: RemoteRequest; readonly at: number }>();
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, world.drain, world.leave]);
  let isKnown = world.isAccountMeant;
  let isStrange = false;
  let earlier = 0;
  let isPatient = true;
  let round: { readonly at: number; readonly ends: Promise<void> } | null = null;

  function meet(request: RemoteRequest, since: Instant | null): void {
    if (isKnown) return;
    const ageMs = since === null ? Number.POSITIVE_INFINITY : Math.max(0, world.wallClock.now() - since);
    met.set(request.id, { request, at: clock.now() - ageMs });
    const [oldest] = met.keys();
    if (met.size > maxMet && oldest !== undefined) met.delete(oldest);
  }

  function know(): void {
    if (isKnown) return;
    isKnown = true;
    met.clear();
    settled.abort(new Error('The API knows a request.'));
  }

  async function isLost(request: RemoteRequest): Promise<boolean> {
    try {
      await world.api.status(request, world.leave);
      know();
      return false;
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      return error.failure.kind === 'lost';
    }
  }

  /** The oldest first: of a request that is new the server may not know yet. */
  async function ask(): Promise<void> {
    const asked = [...met.values()].sort((a, b) => a.at - b.at).slice(0, maxAsked);
    const lost = await Promise.all(asked.map(({ request }) => isLost(request)));
    const now = clock.now();
    const strangers = asked.filter(({ at }, index) => lost[index] && now - at >= visibilityGraceMs);
    if (isKnown || strangers.length < minStrangers) return;
    isStrange = true;
    settled.abort(new Error('The API knows no request.'));
  }

  async function judged(error: JobFailure): Promise<JobFailure> {
    if (!isKnown && !isStrange && met.size >= minStrangers) {
      if (round === null || clock.now() - round.at >= freshMs) round = { at: clock.now(), ends: ask() };
      await round.ends;
    }
    if (isKnown) return error;
    if (isStrange) return new JobFailure(failure('wrong_account', sentences.wrongAccount, error.failure));
    // Asked again, until the others can be judged too.
    return met.size >= minStrangers
      ? new JobFailure(failure('read_failed', sentences.noneYet, error.failure))
      : error;
  }

  async function through<T>(call: Promise<T>): Promise<T> {
    try {
      const answer = await call;
      know();
      return answer;
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      if (showsKnowledge.has(error.failure.kind)) know();
      throw error.failure.kind === 'lost' ? await judged(error) : error;
    }
  }

  return {
    meet(job, state) {
      const request = requestOf(job, state);
      if (request === null) return;
      earlier += 1;
      meet(request, 'since' in state ? state.since : null);
    },
    api: (client) => ({
      ...client,
      async submit(job, signal) {
        const request = await client.submit(job, signal);
        meet(request, world.wallClock.now());
        return request;
      },
      status: (request, signal) => through(client.status(request, signal)),
      result: (...args) => through(client.result(...args)),
    }),
    results: (client) => ({ result: (...args) => through(client.result(...args)) }),
    async mayEnter() {
      if (!isKnown && !isStrange && isPatient && earlier >= minStrangers) {
        await clock.sleep(patienceMs, over).catch(() => {});
        isPatient = false;
      }
      return !isStrange;
    },
  };
}

const sentences = {
  wrongAccount:
    'The API knows none of the requests of this folder that it was asked about: wrong account or address? They are kept.',
  noneYet: 'The API does not know this request, nor any other one of this folder yet.',
} as const;
