import { type Failure, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant } from '../core/job/job.ts';
import { breaker } from '../core/pacing/breaker.ts';
import { showDuration } from '../core/pacing/pace.ts';
import type { Clock, Observer, RunEvent } from '../core/ports.ts';
import { type ProviderClient, type RemoteRequest, requestOf } from '../core/provider.ts';
import { loopTimer } from './loop-timer.ts';

/** The gate before the one line that spends money: closed while the API leaves submissions unanswered. */
export interface Outage {
  /**
   * Resolves once a submission may leave, or the run is drained; to be followed by `release`. Gives a ticket, which
   * is void as soon as the gate closes.
   */
  pass(): Promise<number>;
  isVoid(ticket: number): boolean;
  /** The submission has been answered, or never left. */
  release(): void;
  /** What became of a submission: the API took or refused it, or why it did neither. */
  submitted(end: 'accepted' | JobFailure): void;
  observe(event: RunEvent): void;
  /** The API answers neither submissions nor free calls. */
  isAway(): boolean;
}

export interface OutagePorts {
  readonly api: Pick<ProviderClient, 'status' | 'ping'>;
  /** Never set back. */
  readonly clock: Clock;
  readonly wallClock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly drain: AbortSignal;
  /** Ends submitting for this run. */
  readonly halt: (reason: Failure) => void;
  /** Submissions under way at once, at most. */
  readonly maxSubmissions: number;
  /** How long an outage may take before it is given up. */
  readonly outageMs: number;
}

// Between free calls, as shares of `outageMs`: 2 s at first, then twice as long each time up to a minute, for two hours.
const pauses = { first: 1 / 3_600, most: 1 / 120 } as const;
const minPauseMs = 20;
// A rest that took this much longer than it should have was a machine asleep.
const asleepMs = 30_000;

export function outageGate(world: OutagePorts): Outage {
  const { clock, drain, outageMs } = world;
  const loop = loopTimer(clock);
  const gate = breaker(world);
  const news = outageNews(world);
  const waiting: ((ticket: number) => void)[] = [];
  let [underWay, closings, sleptMs] = [0, 0, 0];
  let isLooping = false;
  let wasReached = false;
  let known: RemoteRequest | null = null;
  let [pingAt, pauseMs] = [0, 0];

  /** An outage is neither over nor too long because a machine slept through it. */
  const now = (): Instant => (clock.now() - sleptMs) as Instant;

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
    if (isLooping) loop.wakeBy(Number.NEGATIVE_INFINITY);
    else if (waiting.length > 0 && underWay === 0) keepAsking();
  }

  /** Runs while submissions wait and only time, or a free call, can let them through. */
  async function keepAsking(): Promise<void> {
    isLooping = true;
    while (waiting.length > 0 && !drain.aborted) {
      if (gate.isHopeless(now()) && underWay === 0) {
        world.halt(news.givenUp(gate.outage()));
        break;
      }
      await rest(untilNextMs());
      if (gate.outage() !== null && isToAsk() && !drain.aborted) await ask();
      letThrough();
    }
    isLooping = false;
  }

  function isToAsk(): boolean {
    const at = now();
    return at >= pingAt || gate.waitMs(at) === 0;
  }

  function untilNextMs(): number {
    const at = now();
    const outage = gate.outage();
    const waitMs = Math.max(gate.waitMs(at), minPauseMs);
    return outage === null ? waitMs : Math.max(0, Math.min(waitMs, pingAt - at, outage.until - at));
  }

  async function rest(ms: number): Promise<void> {
    const from = clock.now();
    await loop.wait(ms);
    const excessMs = clock.now() - from - ms;
    if (excessMs > asleepMs) sleptMs += excessMs;
  }

  /** A call that costs nothing: the status of a request that the API should know, else whatever `ping` asks. */
  async function ask(): Promise<void> {
    const isThere = (known !== null && (await isAnswered(statusOf(known)))) || (await isAnswered(ping()));
    pauseMs = Math.min(Math.max(pauseMs * 2, outageMs * pauses.first), outageMs * pauses.most);
    pingAt = now() + Math.max(pauseMs, minPauseMs);
    gate.heard(isThere, now());
  }

  const statusOf = (request: RemoteRequest): Promise<unknown> => world.api.status(request, drain);
  const ping = (): Promise<void> => world.api.ping(drain);

  function closed(): void {
    if (gate.outage() === null) return;
    closings += 1;
    // What has just failed need not be asked at once.
    pauseMs = 0;
    pingAt = now() + Math.max(outageMs * pauses.first, minPauseMs);
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
      const kind = end === 'accepted' ? null : end.failure.kind;
      if (end !== 'accepted') news.failed(end.failure);
      if (kind === 'unreachable') {
        if (!wasReached) return;
        gate.unreachable(now());
      } else {
        wasReached = true;
        if (kind === 'rate_limited') return;
        if (kind === 'unanswered') gate.unanswered(now());
        else gate.answered(now());
      }
      closed();
    },
    observe(event) {
      if (event.type === 'advanced') known = requestOf(event.job, event.state) ?? known;
      if (event.type !== 'polled') return;
      wasReached = true;
      // An answer from before the outage may come in now: it is no more than a reason to ask.
      if (gate.outage()?.isThere === false) pingAt = now();
    },
    isAway: () => gate.outage()?.isThere === false,
  };
}

/** Whether a free call shows that the API is there: also where it refuses it, but not by a page of something in between. */
async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (!(error instanceof JobFailure)) return false;
    const { http } = error.failure;
    return http !== null && http >= 400 && http < 500 && http !== 408;
  }
}

type OpenBreaker = NonNullable<ReturnType<ReturnType<typeof breaker>['outage']>>;

/** Says when submissions wait, for what, and when they leave again. */
function outageNews({ wallClock, observe, outageMs }: OutagePorts) {
  let reason = 'no answer';
  let told: { readonly at: Instant; readonly saidAway: boolean } | null = null;

  return {
    failed({ kind, http }: Failure): void {
      reason = http === null ? (kind === 'unreachable' ? 'no connection' : 'no answer') : `HTTP ${http}`;
    },
    tell(outage: OpenBreaker | null, at: Instant): void {
      if (outage === null) {
        if (told === null) return;
        observe({ type: 'resumed', for: 'api', waitedMs: wallClock.now() - told.at });
        told = null;
        return;
      }
      // It may look now the one way and now the other: what is worse is said once.
      if (told !== null && (told.saidAway || outage.isThere)) return;
      const since = told?.at ?? wallClock.now();
      told = { at: since, saidAway: !outage.isThere };
      const until = (wallClock.now() + outage.until - at) as Instant;
      observe({ type: 'waiting', for: 'api', message: waitingText(outage, reason, outageMs), since, until });
    },
    givenUp(outage: OpenBreaker | null): Failure {
      const lost = outage?.unanswered ?? 0;
      const message =
        lost === 0
          ? `The API could not be reached for ${showDuration(outageMs)} (${reason}).`
          : `The API left submissions unanswered (${reason}), and ${lost} of them need a decision. To risk no more of them, nothing else is submitted.`;
      return failure('outage', message);
    },
  };
}

function waitingText({ isThere }: OpenBreaker, reason: string, outageMs: number): string {
  const until = `It is given up after ${showDuration(outageMs)} (--outage).`;
  return isThere
    ? `The API leaves submissions unanswered (${reason}). Until it answers again, a single one is tried now and then; polling and downloading go on. ${until}`
    : `The API does not answer (${reason}). Nothing is submitted until it does. ${until}`;
}
