import type { Instant, JobId } from '../core/job/job.ts';
import { failureOf } from '../core/job/state-facts.ts';
import { inFlightLimit } from '../core/pacing/in-flight-limit.ts';
import type { RunControls } from '../core/pacing/run-controls.ts';
import type { ServerView, TrackedRequest } from '../core/pacing/server-view.ts';
import type { Throttle } from '../core/pacing/throttle.ts';
import { type Concurrency, windowSize } from '../core/pacing/window-size.ts';
import type { Clock, Observer, RunEvent } from '../core/ports.ts';
import type { SharedAccount } from '../core/sharing/gate.ts';
import { pauseNews } from './pause-news.ts';
import { type Probe, windowProbes } from './window-probes.ts';

/** Decides how many requests may be in flight, and asks for the polls that it needs for that. */
export interface Window {
  /** Hears what happens in the run. */
  observe(event: RunEvent): void;
  /** Which request the window wants polled next, and when. */
  nextProbe(): Probe | null;
  /** Such a poll was made; the queue of the request's model already holds the result. */
  probed(request: TrackedRequest): void;
  /**
   * Resolves when there is room for one more submission: at once, unless the server has recently refused some because
   * of what is in flight, or the user has paused the run or wants fewer; also when the run is drained. `entered` has to
   * follow once the submission was answered, or has given its room back.
   */
  room(): Promise<void>;
  entered(): void;
  /** The user has paused the run, or lowered the number, since this submission got its room: it must not leave. */
  isWithdrawn(): boolean;
  /** The chance that one more is refused because of what is in flight. */
  load(): number;
  /** The wait of a refused job before it is submitted again: meanwhile another job may enter. */
  aside(wait: Promise<void>): Promise<void>;
  /** To be called when a request is thought to have left the server. */
  resize(): void;
  /** A poll was refused with 429. */
  pollRefused(): void;
  /** Nothing more will be submitted. */
  close(): void;
  isClosed(): boolean;
}

interface WindowPorts {
  readonly slots: { concurrency: number };
  readonly concurrency: Concurrency;
  readonly view: ServerView;
  readonly throttle: Throttle;
  readonly controls: Pick<RunControls, 'isPaused' | 'concurrency' | 'attach'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly wallClock: Pick<Clock, 'now'>;
  /** Hears when submitting is paused, and when it is resumed. */
  readonly tell: Observer;
  readonly drain: AbortSignal;
  /** Its gate, not this window, keeps the account within what it should have in flight. */
  readonly account: SharedAccount;
}

export const noOthers: SharedAccount = { others: () => 0, bound: () => {} };

export function inFlightWindow(ports: WindowPorts): Window {
  const { slots, view, throttle, controls, clock, drain, account } = ports;
  const concurrency = (): Concurrency => controls.concurrency(ports.concurrency);
  const all = accountView(ports);
  const limit = inFlightLimit();
  const size = windowSize(concurrency, limit);
  const news = pauseNews(ports);
  const waiting: (() => void)[] = [];
  let isClosed = false;
  let [entering, aside] = [0, 0];
  const probes = windowProbes({ concurrency, size, view, clock, isClosed: () => isClosed });

  /** Whether this many more may enter. */
  const mayEnter = (more: number): boolean =>
    drain.aborted || (!controls.isPaused() && view.inFlight() + entering + more <= size.limit(clock.now()));

  function resize(): void {
    const max = size.at(clock.now());
    const wanted = max + Math.min(aside, max);
    if (slots.concurrency !== wanted) slots.concurrency = wanted;
    while (waiting.length > 0 && mayEnter(1)) {
      entering += 1;
      waiting.shift()?.();
    }
    news.tell(controls.isPaused(), throttle.underWay());
  }

  function refused(job: JobId, askedMs: number | null): void {
    const now = clock.now();
    const inFlight = all.beside();
    const load = limit.expected(inFlight, now);
    limit.refused(inFlight, throttle.submitRefused({ job, askedMs, load }, now), now);
  }

  function hear(event: RunEvent): void {
    const now = clock.now();
    if (event.type === 'repeating' && event.call === 'submit' && event.failure.kind === 'rate_limited') {
      if (event.job !== null) refused(event.job, event.askedMs);
    }
    if (event.type !== 'advanced') return;
    if (event.state.status === 'submitting') throttle.left(event.job.id, now);
    if (event.from.status !== 'submitting') return;
    if (event.state.status === 'queued') {
      view.track(event.job, now, now);
      throttle.accepted(event.job.id, now);
      limit.accepted(all.beside(), all.unseen(now), now);
      return;
    }
    // A refused submission that is not repeated is heard of here alone.
    if (failureOf(event.state)?.kind === 'rate_limited') refused(event.job.id, null);
    else if (event.state.status !== 'pending') throttle.answered(now);
  }

  drain.addEventListener('abort', resize);
  account.bound(() => limit.at(clock.now()));
  controls.attach({ maxInFlight: () => size.at(clock.now()), changed: resize });

  return {
    observe(event) {
      hear(event);
      resize();
    },
    room: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        resize();
      }),
    entered() {
      entering -= 1;
      resize();
    },
    isWithdrawn: () => (controls.isPaused() || concurrency() !== ports.concurrency) && !mayEnter(0),
    load: () => limit.expected(all.expected(), clock.now()),
    async aside(wait) {
      aside += 1;
      resize();
      try {
        await wait;
      } finally {
        aside -= 1;
        resize();
      }
    },
    resize,
    nextProbe: probes.next,
    probed(request) {
      probes.probed(request);
      resize();
    },
    pollRefused() {
      if (throttle.pollRefused(clock.now())) limit.excused(clock.now());
      resize();
    },
    close() {
      isClosed = true;
    },
    isClosed: () => isClosed,
  };
}

/** What the account has in flight: what this run has, and others. */
function accountView({ view, account, throttle }: Pick<WindowPorts, 'view' | 'account' | 'throttle'>) {
  const inFlight = (): number => view.inFlight() + account.others();
  return {
    /** With submissions under way beside the one that was just answered: they may be accepted already. */
    beside: () => inFlight() + Math.max(0, throttle.gone() - 1),
    /** With all submissions under way. */
    expected: () => inFlight() + throttle.underWay(),
    /** How many may have ended without having been seen to: of others in the proportion of this run's own. */
    unseen(now: Instant): number {
      const [own, others] = [view.unseen(now), account.others()];
      return own + Math.min(others, Math.ceil((own * others) / Math.max(1, view.inFlight())));
    },
  };
}
