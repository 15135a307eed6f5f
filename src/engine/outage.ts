import type { Failure, FailureKind, JobFailure } from '../core/job/failures.ts';
import type { Instant } from '../core/job/job.ts';
import { breaker } from '../core/pacing/breaker.ts';
import type { Clock, Observer, RunEvent } from '../core/ports.ts';
import type { ProviderClient } from '../core/provider.ts';
import { freeCalls, minPauseMs } from './free-calls.ts';
import { type LoopTimer, loopTimer } from './loop-timer.ts';
import { outageNews } from './outage-news.ts';

/** The gate before the one line that spends money: closed while the API leaves submissions unanswered. */
export interface Outage {
  /**
   * Resolves once a submission may leave, or the run is drained; `release` has to follow. The ticket that it resolves
   * to is void as soon as the gate closes.
   */
  pass(): Promise<number>;
  isVoid(ticket: number): boolean;
  /** The submission has been answered, or never left. */
  release(): void;
  /** How a submission ended: the API accepted or refused it, or the reason why it did neither. */
  submitted(end: 'accepted' | JobFailure): void;
  observe(event: RunEvent): void;
  /** The API answers neither submissions nor free calls. */
  isAway(): boolean;
}

interface OutagePorts {
  readonly api: Pick<ProviderClient, 'status' | 'ping'>;
  /** Never set back. */
  readonly clock: Clock;
  readonly wallClock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly drain: AbortSignal;
  /** Ends submitting for this run. */
  readonly halt: (reason: Failure) => void;
  /** Submissions under way at once. */
  readonly maxSubmissions: number;
  /** How long an outage may take before the run gives up submitting. */
  readonly outageMs: number;
}

// A wait that took this much longer than it should have means that the machine was asleep.
const asleepMs = 30_000;

export function outageGate(ports: OutagePorts): Outage {
  const { api, clock, drain, outageMs } = ports;
  const timer = loopTimer(clock);
  const gate = breaker(ports);
  const news = outageNews(ports);
  const { now, wait } = timeAwake(clock, timer);
  const calls = freeCalls({ api, drain, outageMs, now });
  const waiting: ((ticket: number) => void)[] = [];
  let [underWay, closings] = [0, 0];
  let isLooping = false;
  let wasReached = false;

  function letThrough(): void {
    const at = now();
    while (waiting.length > 0 && (drain.aborted || underWay < gate.allowance(at))) {
      underWay += 1;
      gate.left(at);
      waiting.shift()?.(closings);
    }
    news.tell(gate.outage(), at);
  }

  function admit(): void {
    letThrough();
    if (isLooping) timer.wakeBy(Number.NEGATIVE_INFINITY);
    else if (waiting.length > 0 && underWay === 0) keepAsking();
  }

  /** Runs while submissions wait and only time, or a free call, can let them through. */
  async function keepAsking(): Promise<void> {
    isLooping = true;
    while (waiting.length > 0 && !drain.aborted) {
      if (gate.isHopeless(now()) && underWay === 0) {
        ports.halt(news.givenUp(gate.outage()));
        break;
      }
      await wait(untilNextMs());
      if (gate.outage() !== null && isToAsk() && !drain.aborted) gate.heard(await calls.isThere(), now());
      letThrough();
    }
    isLooping = false;
  }

  function isToAsk(): boolean {
    const at = now();
    return at >= calls.dueAt() || gate.waitMs(at) === 0;
  }

  function untilNextMs(): number {
    const at = now();
    const outage = gate.outage();
    const waitMs = Math.max(gate.waitMs(at), minPauseMs);
    return outage === null ? waitMs : Math.max(0, Math.min(waitMs, calls.dueAt() - at, outage.until - at));
  }

  /** Returns whether the end says anything about an outage. */
  function learn(kind: FailureKind | 'accepted'): boolean {
    if (kind === 'unreachable') {
      if (wasReached) gate.unreachable(now());
      return wasReached;
    }
    wasReached = true;
    if (kind === 'rate_limited') return false;
    if (kind === 'unanswered') gate.unanswered(now());
    else gate.answered(now());
    return true;
  }

  drain.addEventListener('abort', admit);

  return {
    pass: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        admit();
      }),
    isVoid: (ticket) => ticket !== closings && !drain.aborted,
    release() {
      underWay -= 1;
      admit();
    },
    submitted(end) {
      if (end !== 'accepted') news.failed(end.failure);
      const learned = learn(end === 'accepted' ? end : end.failure.kind);
      if (!learned || gate.outage() === null) return;
      closings += 1;
      calls.reset();
    },
    observe(event) {
      calls.observe(event);
      if (event.type !== 'polled') return;
      wasReached = true;
      // An answer from before the outage may come in now: it is no more than a reason to ask.
      if (gate.outage()?.isThere === false) calls.hurry();
    },
    isAway: () => gate.outage()?.isThere === false,
  };
}

/** Time without what the machine slept, which neither ends an outage nor makes it too long. */
function timeAwake(clock: Pick<Clock, 'now'>, timer: Pick<LoopTimer, 'wait'>) {
  let sleptMs = 0;
  return {
    now: (): Instant => (clock.now() - sleptMs) as Instant,
    async wait(ms: number): Promise<void> {
      const from = clock.now();
      await timer.wait(ms);
      const excessMs = clock.now() - from - ms;
      if (excessMs > asleepMs) sleptMs += excessMs;
    },
  };
}
