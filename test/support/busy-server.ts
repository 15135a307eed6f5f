import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job, RequestId } from '../../src/core/job/job.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { ProviderClient, RemoteStatus } from '../../src/core/provider.ts';
import { type RateGate, rateGate } from '../../src/simulator/faults/rate-gates.ts';
import { slotQueue, type Turn } from '../../src/simulator/faults/slot-queue.ts';
import { aLink } from './builders.ts';
import { type Hint, hinted, type SubmissionGate } from './submission-gates.ts';

export interface BusyOptions {
  readonly clock: Clock;
  readonly slots: number;
  readonly latencyMs: (nth: number) => number;
  /** From a call to its effect, and as long again until the answer. */
  readonly halfTripMs?: number;
  readonly inFlightLimit?: number;
  readonly requestsPerSecond?: number;
  readonly submitsPerMinute?: number;
  /** A further limit on submissions. */
  readonly gate?: () => SubmissionGate;
  /** The Retry-After of all refusals. Default: whole seconds for limits by the time, none for what is in flight. */
  readonly hint?: Hint;
  /** Refuses a call for no reason. */
  readonly refusesAnyway?: (call: Call['call']) => boolean;
  /** How long a request is still called queued after it has got a slot. Default 0. */
  readonly startsAfterMs?: number;
  /** Whether `/status` names the position. Default true. */
  readonly tellsPositions?: boolean;
}

export interface Call {
  readonly call: 'poll' | 'submit';
  readonly at: number;
}

/** A server in virtual time: first come, first served on so many slots, within limits that it answers 429 beyond. */
export interface BusyServer {
  readonly api: ProviderClient;
  resize(slots: number): void;
  readonly polls: () => number;
  /** All calls, and those that were answered 429. */
  readonly log: readonly Call[];
  readonly refusals: readonly Call[];
  /** Calls that came before the Retry-After of the same call was over. */
  readonly early: () => number;
  /** In the order of acceptance. */
  readonly turns: readonly Turn[];
}

export function busyServer(options: BusyOptions): BusyServer {
  const { clock, latencyMs, halfTripMs = 5 } = options;
  const queue = slotQueue(options.slots);
  const perSecond = rateGate(1_000);
  const perMinute = rateGate(60_000);
  const gate = options.gate?.();
  const turns: Turn[] = [];
  const byId = new Map<RequestId, Turn>();
  const log: Call[] = [];
  const refusals: Call[] = [];
  const notBefore = new Map<string, number>();
  let [polls, early] = [0, 0];

  function refuse(call: Call['call'], key: string, why: string, waitMs: number | null): never {
    refusals.push({ call, at: clock.now() });
    const hint = options.hint ?? (waitMs === null ? 'none' : 'seconds');
    const retryAfterMs = hinted(hint, waitMs ?? 1_000);
    if (retryAfterMs !== null) notBefore.set(key, clock.now() + retryAfterMs);
    throw new JobFailure(failure('rate_limited', why, { http: 429 }), { retryAfterMs });
  }

  function pass(call: Call['call'], key: string, gate: RateGate, limit: number | undefined): void {
    const waitMs = gate.waitMs(limit ?? null, clock.now());
    if (waitMs !== null) refuse(call, key, 'Too many requests.', waitMs);
  }

  async function called<T>(
    call: Call['call'],
    key: string,
    signal: AbortSignal,
    answer: () => T,
  ): Promise<T> {
    signal.throwIfAborted();
    await clock.sleep(halfTripMs, signal);
    log.push({ call, at: clock.now() });
    if (call === 'poll') polls += 1;
    if (clock.now() < (notBefore.get(key) ?? 0)) early += 1;
    try {
      if (options.refusesAnyway?.(call)) refuse(call, key, 'Not now.', null);
      pass(call, key, perSecond, options.requestsPerSecond);
      perSecond.passed(clock.now());
      queue.advance(clock.now());
      return answer();
    } finally {
      await clock.sleep(halfTripMs, signal);
    }
  }

  function accept(job: Job): RequestId {
    const { inFlightLimit = Number.POSITIVE_INFINITY } = options;
    pass('submit', job.id, perMinute, options.submitsPerMinute);
    const gateMs = gate?.waitMs(clock.now()) ?? null;
    if (gateMs !== null) refuse('submit', job.id, 'Too many submissions.', gateMs);
    if (queue.inFlight() >= inFlightLimit) refuse('submit', job.id, 'Too many in flight.', null);
    perMinute.passed(clock.now());
    gate?.passed(clock.now());
    const turn = queue.enter(latencyMs(turns.length), clock.now());
    const id = `req-${turns.push(turn)}` as RequestId;
    byId.set(id, turn);
    return id;
  }

  function statusOf(id: RequestId): RemoteStatus {
    const turn = byId.get(id) as Turn;
    const { startsAfterMs = 0, tellsPositions = true } = options;
    if (
      turn.startedAt === null ||
      clock.now() < Math.min(turn.startedAt + startsAfterMs, turn.endsAt as number)
    ) {
      const position = turn.startedAt === null ? queue.position(turn) : 1;
      return { phase: 'queued', position: tellsPositions ? position : null };
    }
    return (turn.endsAt as number) <= clock.now() ? { phase: 'finished' } : { phase: 'running' };
  }

  return {
    api: {
      submit: (job, signal) =>
        called('submit', job.id, signal, () => ({ id: accept(job), model: job.model, ref: null })),
      status: ({ id }, signal) => called('poll', `${id}/status`, signal, () => statusOf(id)),
      result: ({ id }, signal) =>
        called('poll', `${id}/result`, signal, () => {
          const status = statusOf(id);
          if (status.phase !== 'finished') return { phase: 'unfinished', status };
          const link = aLink(`https://files.example/${id}?until=${Number.MAX_SAFE_INTEGER}`);
          return { phase: 'succeeded', outputs: [link], costUsd: 0.08 };
        }),
      cancel: async () => 'not_cancellable',
      ping: async () => {},
    },
    resize: (slots) => queue.resize(slots, clock.now()),
    polls: () => polls,
    log,
    refusals,
    early: () => early,
    turns,
  };
}

/** The makespan of these run times on so many slots, if each took the next job at the moment when it is free. */
export function idealMs(runMs: readonly number[], slots: number): number {
  const queue = slotQueue(slots);
  const turns = runMs.map((ms) => queue.enter(ms, 0));
  queue.advance(Number.MAX_SAFE_INTEGER);
  return Math.max(...turns.map(({ endsAt }) => endsAt as number));
}
