import { type FailureKind, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobState, RequestId } from '../core/job/job.ts';
import { visibilityGraceMs } from '../core/pacing/pace.ts';
import type { Clock } from '../core/ports.ts';
import { type ProviderClient, type RemoteRequest, requestOf } from '../core/provider.ts';

interface AccountCheckPorts {
  readonly api: Pick<ProviderClient, 'status'>;
  /** Never set back. */
  readonly clock: Clock;
  /** The clock of the ledger's instants. */
  readonly wallClock: Pick<Clock, 'now'>;
  /** The user confirms the address and the token: a request that the API does not know is lost. */
  readonly isAccountMeant: boolean;
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
}

/**
 * Finds out whether the API knows the requests of the run folder at all. If it knows none of those that it was asked
 * about, the address or the account is probably wrong: then nothing more is submitted, and no request is given up.
 */
export interface AccountCheck {
  /** A job that the run takes up: an earlier run may have had it accepted. */
  meet(job: Pick<Job, 'model'>, state: JobState): void;
  api(client: ProviderClient): ProviderClient;
  results(client: Pick<ProviderClient, 'result'>): Pick<ProviderClient, 'result'>;
  /**
   * Resolves to whether a job may be submitted. If there are several requests of earlier runs to collect, it resolves
   * when the API knows one of them, or after some time without an answer to that.
   */
  mayEnter(): Promise<boolean>;
}

/** This many unknown requests, and not one that is known, cannot be an accident. */
const minUnknown = 3;
const maxAsked = 8;
const maxRemembered = 32;
/** One round of questions serves everyone who asks within this time. */
const freshMs = 5_000;
const patienceMs = 2 * visibilityGraceMs;

/** What a server can say only of a request that it has. */
const provesRequest: ReadonlySet<FailureKind> = new Set([
  'generation_failed',
  'cancelled',
  'no_output',
  'refused',
]);

export function accountCheck(ports: AccountCheckPorts): AccountCheck {
  const { clock, wallClock, leave } = ports;
  const latest = latestRequests(ports);
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, ports.drain, leave]);
  let isKnown = ports.isAccountMeant;
  let isWrong = false;
  let fromEarlier = 0;
  let isPatient = true;
  let round: { readonly at: number; readonly ends: Promise<void> } | null = null;

  function meet(request: RemoteRequest, since: Instant | null): void {
    if (!isKnown) latest.add(request, since);
  }

  function know(): void {
    if (isKnown) return;
    isKnown = true;
    latest.clear();
    settled.abort(new Error('The API knows a request.'));
  }

  async function isLost(request: RemoteRequest): Promise<boolean> {
    try {
      await ports.api.status(request, leave);
      know();
      return false;
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      return error.failure.kind === 'lost';
    }
  }

  async function ask(): Promise<void> {
    const asked = latest.oldest(maxAsked);
    const lost = await Promise.all(asked.map(({ request }) => isLost(request)));
    const now = clock.now();
    const unknown = asked.filter(({ at }, index) => lost[index] && now - at >= visibilityGraceMs);
    if (isKnown || unknown.length < minUnknown) return;
    isWrong = true;
    settled.abort(new Error('The API knows no request.'));
  }

  async function judged(error: JobFailure): Promise<JobFailure> {
    if (!isKnown && !isWrong && latest.count() >= minUnknown) {
      if (round === null || clock.now() - round.at >= freshMs) round = { at: clock.now(), ends: ask() };
      await round.ends;
    }
    if (isKnown) return error;
    if (isWrong) return new JobFailure(failure('wrong_account', sentences.wrongAccount, error.failure));
    // Asked again, until the other requests can be judged too.
    return latest.count() >= minUnknown
      ? new JobFailure(failure('read_failed', sentences.noneYet, error.failure))
      : error;
  }

  async function checked<T>(call: Promise<T>): Promise<T> {
    try {
      const answer = await call;
      know();
      return answer;
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      if (provesRequest.has(error.failure.kind)) know();
      throw error.failure.kind === 'lost' ? await judged(error) : error;
    }
  }

  return {
    meet(job, state) {
      const request = requestOf(job, state);
      if (request === null) return;
      fromEarlier += 1;
      meet(request, 'since' in state ? state.since : null);
    },
    api: (client) => ({
      ...client,
      async submit(...args) {
        const request = await client.submit(...args);
        meet(request, wallClock.now());
        return request;
      },
      status: (request, signal) => checked(client.status(request, signal)),
      result: (...args) => checked(client.result(...args)),
    }),
    results: (client) => ({ result: (...args) => checked(client.result(...args)) }),
    async mayEnter() {
      if (!isKnown && !isWrong && isPatient && fromEarlier >= minUnknown) {
        await clock.sleep(patienceMs, over).catch(() => {});
        isPatient = false;
      }
      return !isWrong;
    },
  };
}

interface MetRequest {
  readonly request: RemoteRequest;
  /** When it was accepted. */
  readonly at: number;
}

function latestRequests({ clock, wallClock }: Pick<AccountCheckPorts, 'clock' | 'wallClock'>) {
  const met = new Map<RequestId, MetRequest>();
  return {
    count: () => met.size,
    clear: () => met.clear(),
    add(request: RemoteRequest, since: Instant | null): void {
      const ageMs = since === null ? Number.POSITIVE_INFINITY : Math.max(0, wallClock.now() - since);
      met.set(request.id, { request, at: clock.now() - ageMs });
      const [first] = met.keys();
      if (met.size > maxRemembered && first !== undefined) met.delete(first);
    },
    /** The oldest first: a server may not show a new request yet. */
    oldest: (max: number): readonly MetRequest[] =>
      [...met.values()].sort((a, b) => a.at - b.at).slice(0, max),
  };
}

const sentences = {
  wrongAccount:
    'The API knows none of the requests of this run folder that it was asked about: wrong account or address? They are kept.',
  noneYet: 'The API does not know this request, and has not yet shown any other request of this run folder.',
} as const;
