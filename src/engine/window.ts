import type { JobId } from '../core/job/job.ts';
import { failureOf } from '../core/job/lifecycle.ts';
import { inFlightLimit } from '../core/pacing/in-flight-limit.ts';
import { type Probes, probes } from '../core/pacing/probes.ts';
import type { ServerView, TrackedRequest } from '../core/pacing/server-view.ts';
import type { Throttle } from '../core/pacing/throttle.ts';
import { type Concurrency, cushionFor, type QueueSight, windowSize } from '../core/pacing/window-size.ts';
import type { Clock, RunEvent } from '../core/ports.ts';

/** Decides how many requests may be at the API, and asks for the looks that this takes. */
export interface Window {
  /** Hears what happens in the run. */
  observe(event: RunEvent): void;
  /** Whose look the window wants next, and when. */
  nextProbe(): Probe | null;
  /** Such a look was made; what it showed stands in the queue of its model. */
  probed(tracked: TrackedRequest): void;
  /**
   * Resolves when there is room for one more submit: at once, unless the server has lately refused some for what is in
   * flight, or when the run is drained. Each is to be followed by `entered`, once its submit has been answered.
   */
  room(): Promise<void>;
  entered(): void;
  /** The chance that one more is refused for what is in flight. */
  load(): number;
  /** The wait of a refused job before it is submitted again: meanwhile another one has its place. */
  aside(wait: Promise<void>): Promise<void>;
  /** To be called when a request has left the server, for all that is known. */
  resize(): void;
  /** A look was refused with 429. */
  pollRefused(): void;
  /** Nothing more will be submitted. */
  close(): void;
  isClosed(): boolean;
}

export interface Probe {
  readonly tracked: TrackedRequest;
  readonly dueAt: number;
}

export interface WindowPorts {
  readonly slots: { concurrency: number };
  readonly concurrency: Concurrency;
  readonly view: ServerView;
  readonly throttle: Throttle;
  readonly clock: Pick<Clock, 'now'>;
  readonly drain: AbortSignal;
}

// Of a window that is used less than this, the size does not matter.
const usedUp = 0.9;
// Twice what an idle server took to start one: if the newest still waits then, the slots are taken.
const settledMs = 50;

export function windowOf(world: WindowPorts): Window {
  const { slots, concurrency, view, throttle, clock, drain } = world;
  const bound = inFlightLimit();
  const size = windowSize(concurrency, bound);
  const asked: Probes = probes();
  const waiting: (() => void)[] = [];
  let closed = false;
  let [entering, aside] = [0, 0];

  function resize(): void {
    const max = size.at(clock.now());
    const wanted = max + Math.min(aside, max);
    if (slots.concurrency !== wanted) slots.concurrency = wanted;
    while (waiting.length > 0 && hasRoom()) {
      entering += 1;
      waiting.shift()?.();
    }
  }

  function hasRoom(): boolean {
    return drain.aborted || view.inFlight() + entering < size.limit(clock.now());
  }

  function goalOf({ queue }: TrackedRequest): 'size' | 'starts' | null {
    const now = clock.now();
    const isBacked = queue.waiting(now) >= 1;
    const limit = size.limit(now);
    const hangsOnIt = concurrency.adapts && !closed && view.inFlight() >= usedUp * size.at(now);
    if (hangsOnIt && (isBacked || size.at(now) < limit)) return 'size';
    return isBacked ? 'starts' : null;
  }

  function sightOf({ queue, acceptedAt }: TrackedRequest): QueueSight {
    const now = clock.now();
    const quickestMs = queue.minStartMs();
    return {
      inFlight: view.inFlight(),
      waiting: queue.waiting(now),
      cushion: cushionFor(queue, now),
      isSettled: quickestMs !== null && now - acceptedAt >= 2 * quickestMs + settledMs,
    };
  }

  /** In flight, with what is under way beside the submission that was just answered: it may be accepted already. */
  function beside(): number {
    return view.inFlight() + Math.max(0, throttle.underWay() - 1);
  }

  function refused(job: JobId, askedMs: number | null): void {
    const now = clock.now();
    const inFlight = beside();
    const load = bound.expected(inFlight, now);
    bound.refused(inFlight, throttle.submitRefused({ job, askedMs, load }, now), now);
  }

  function hear(event: RunEvent): void {
    const now = clock.now();
    if (event.type === 'repeating' && event.call === 'submit' && event.failure.kind === 'rate_limited') {
      if (event.job !== null) refused(event.job, event.askedMs);
    }
    if (event.type !== 'advanced' || event.from.status !== 'submitting') return;
    if (event.state.status === 'queued') {
      view.track(event.job, now, now);
      throttle.accepted(event.job.id, now);
      bound.accepted(beside(), view.unseen(now), now);
      return;
    }
    // One that is not repeated is told here alone.
    if (failureOf(event.state)?.kind === 'rate_limited') refused(event.job.id, null);
    else if (event.state.status !== 'pending') throttle.answered(now);
  }

  drain.addEventListener('abort', resize);

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
    load: () => bound.expected(view.inFlight() + throttle.underWay(), clock.now()),
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
    nextProbe() {
      let next: Probe | null = null;
      for (const tracked of view.newest()) {
        const goal = goalOf(tracked);
        const dueAt = goal === null ? null : asked.dueAt(tracked, goal, clock.now());
        if (dueAt !== null && (next === null || dueAt < next.dueAt)) next = { tracked, dueAt };
      }
      return next;
    },
    probed(tracked) {
      asked.probed(tracked, tracked.queue.waiting(clock.now()) >= 1, clock.now());
      const sights = view.newest().map(sightOf);
      // All are submitted in the order of the plan: the one that lacks most says how far it has to go.
      const scarcest = sights.toSorted((a, b) => b.cushion - b.waiting - (a.cushion - a.waiting))[0];
      if (scarcest !== undefined) size.sighted(scarcest);
      resize();
    },
    pollRefused() {
      if (throttle.pollRefused(clock.now())) bound.excused(clock.now());
      resize();
    },
    close() {
      closed = true;
    },
    isClosed: () => closed,
  };
}
