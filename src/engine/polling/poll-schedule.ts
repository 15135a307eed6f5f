import type { Instant, JobId } from '../../core/job/job.ts';
import { dueQueue } from '../../core/pacing/due-queue.ts';
import type { PollPace } from '../../core/pacing/pace.ts';
import type { PollTimes } from '../../core/pacing/poll-times.ts';
import type { Clock } from '../../core/ports.ts';
import type { Window } from '../window.ts';
import type { WatchedRequest } from './watched.ts';

export interface NextPoll {
  readonly request: WatchedRequest;
  readonly dueAt: number;
  /** It is made for the window, not because the request may have ended. */
  readonly isProbe: boolean;
}

/** Which request is polled next, when, and by which call. */
export interface PollSchedule {
  set(request: WatchedRequest): void;
  remove(request: WatchedRequest): void;
  next(): NextPoll | null;
  /** By what is known now, the request still waits on the server: the poll that was due would be wasted. */
  isTooSoon(poll: NextPoll, now: Instant): boolean;
  /** The poll is made now. Returns whether it asks for the status, and not for the result at once. */
  begins(poll: NextPoll, now: Instant): boolean;
}

interface PollSchedulePorts {
  readonly requests: ReadonlyMap<JobId, WatchedRequest>;
  readonly times: PollTimes;
  readonly window: Pick<Window, 'nextProbe'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly pace: PollPace;
}

export function pollSchedule(ports: PollSchedulePorts): PollSchedule {
  const { requests, times, window, clock, pace } = ports;
  const due = dueQueue<WatchedRequest>();
  let instantModels = 0;

  function asksStatus(request: WatchedRequest, now: Instant): boolean {
    if (request.asksStatus) return true;
    return pace.everyMs === null ? times.waits(request, now) : !request.target.running;
  }

  function set(request: WatchedRequest): void {
    const now = clock.now();
    request.scheduledAt = now;
    due.set(request, Math.max(request.notBefore, times.dueAt(request, now)));
  }

  return {
    set,
    remove: due.remove,
    next() {
      if (instantModels !== times.instantModels()) {
        instantModels = times.instantModels();
        for (const request of due.items()) set(request);
      }
      const first = due.first();
      const regular = first === null ? null : { request: first.item, dueAt: first.due, isProbe: false };
      const probe = window.nextProbe();
      const request = probe === null ? undefined : requests.get(probe.request.job);
      if (probe === null || request === undefined || request.isPolling) return regular;
      const dueAt = Math.max(probe.dueAt, request.notBefore);
      return regular !== null && regular.dueAt < dueAt ? regular : { request, dueAt, isProbe: true };
    },
    isTooSoon: ({ request, isProbe }, now) => !isProbe && times.isTooSoon(request, now),
    begins({ request, dueAt, isProbe }, now) {
      due.remove(request);
      if (!isProbe) times.wasLate(now - dueAt, dueAt - request.scheduledAt);
      return isProbe || asksStatus(request, now);
    },
  };
}
