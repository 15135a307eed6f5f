import { type ProbeGoal, probes } from '../core/pacing/probes.ts';
import type { ServerView, TrackedRequest } from '../core/pacing/server-view.ts';
import {
  type Concurrency,
  cushionFor,
  type QueueSample,
  type WindowSize,
} from '../core/pacing/window-size.ts';
import type { Clock } from '../core/ports.ts';

/** A poll that the window asks for. */
export interface Probe {
  readonly request: TrackedRequest;
  readonly dueAt: number;
}

/** The polls by which the window learns how many requests wait on the server. */
interface WindowProbes {
  /** null: none is needed. */
  next(): Probe | null;
  /** The newest request of a model was polled; its queue already holds the result. */
  probed(request: TrackedRequest): void;
}

interface WindowProbesPorts {
  readonly concurrency: () => Concurrency;
  readonly size: WindowSize;
  readonly view: ServerView;
  readonly clock: Pick<Clock, 'now'>;
  readonly isClosed: () => boolean;
}

// If less of the window than this is used, its size does not matter.
const usedUp = 0.9;
// Added to twice the time in which an idle server starts a request: if the newest one still waits, the slots are taken.
const settledMs = 50;

export function windowProbes({ concurrency, size, view, clock, isClosed }: WindowProbesPorts): WindowProbes {
  const times = probes();

  function goalOf({ queue }: TrackedRequest): ProbeGoal | null {
    const now = clock.now();
    const isBacked = queue.waiting(now) >= 1;
    const limit = size.limit(now);
    const limitsRun = concurrency().adapts && !isClosed() && view.inFlight() >= usedUp * size.at(now);
    if (limitsRun && (isBacked || size.at(now) < limit)) return 'size';
    return isBacked ? 'starts' : null;
  }

  function sampleOf({ queue, acceptedAt }: TrackedRequest): QueueSample {
    const now = clock.now();
    const startMs = queue.minStartMs();
    return {
      inFlight: view.inFlight(),
      waiting: queue.waiting(now),
      cushion: cushionFor(queue, now),
      isSettled: startMs !== null && now - acceptedAt >= 2 * startMs + settledMs,
    };
  }

  return {
    next() {
      let next: Probe | null = null;
      for (const request of view.newest()) {
        const goal = goalOf(request);
        const dueAt = goal === null ? null : times.dueAt(request, goal, clock.now());
        if (dueAt !== null && (next === null || dueAt < next.dueAt)) next = { request, dueAt };
      }
      return next;
    },
    probed(request) {
      times.probed(request, request.queue.waiting(clock.now()) >= 1, clock.now());
      const samples = view.newest().map(sampleOf);
      // Jobs are submitted in the order of the plan: the model whose queue lacks the most requests decides.
      const scarcest = samples.toSorted((a, b) => b.cushion - b.waiting - (a.cushion - a.waiting))[0];
      if (scarcest !== undefined) size.sampled(scarcest);
    },
  };
}
