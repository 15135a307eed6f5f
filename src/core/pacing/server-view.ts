import type { Instant, Job, JobId } from '../job/job.ts';
import { type ServerQueue, serverQueue } from './server-queue.ts';

/** A request that is in flight, as far as is known. */
export interface TrackedRequest {
  readonly job: JobId;
  readonly model: string;
  readonly queue: ServerQueue;
  /** Among the requests of its model, in the order of acceptance. */
  readonly number: number;
  readonly acceptedAt: Instant;
}

/** The server's queues of all models, and the requests in them. */
export interface ServerView {
  isTracked(job: JobId): boolean;
  /** The job's request; a new one joins the end of its model's queue. */
  track(job: Job, acceptedAt: Instant, now: Instant): TrackedRequest;
  /** A poll found it ended, or it is no longer polled. */
  left(job: JobId, lagMs: number | null, at: Instant): void;
  inFlight(): number;
  /** How many of them may have ended without having been seen to. */
  unseen(at: Instant): number;
  /** The newest requests of the models that are being submitted, with the newest of all last. */
  newest(): readonly TrackedRequest[];
}

// A model with no request among this many of the latest has no part in the size of the window.
const latestRequests = 64;

export function serverView(): ServerView {
  const queues = new Map<string, ServerQueue>();
  const requests = new Map<JobId, TrackedRequest>();
  const newest = new Map<string, { tracked: TrackedRequest; nth: number }>();
  let count = 0;

  function queueOf(model: string): ServerQueue {
    const queue = queues.get(model) ?? serverQueue();
    queues.set(model, queue);
    return queue;
  }

  return {
    isTracked: (job) => requests.has(job),
    track(job, acceptedAt, now) {
      const known = requests.get(job.id);
      if (known !== undefined) return known;
      const queue = queueOf(job.model);
      const number = queue.accepted(acceptedAt, now);
      const tracked: TrackedRequest = { job: job.id, model: job.model, queue, number, acceptedAt };
      requests.set(job.id, tracked);
      count += 1;
      newest.delete(job.model);
      newest.set(job.model, { tracked, nth: count });
      return tracked;
    },
    left(job, lagMs, at) {
      const tracked = requests.get(job);
      if (tracked === undefined) return;
      requests.delete(job);
      tracked.queue.ended(tracked.number, lagMs, at);
    },
    inFlight: () => requests.size,
    unseen(at) {
      const expected = [...queues.values()].reduce((sum, queue) => sum + queue.rate(at) * queue.lagMs(), 0);
      return Math.ceil(expected + 2 * Math.sqrt(expected));
    },
    newest: () =>
      [...newest.values()].filter(({ nth }) => nth > count - latestRequests).map(({ tracked }) => tracked),
  };
}
