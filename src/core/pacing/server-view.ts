import type { Instant, Job, JobId } from '../job/job.ts';
import { type ServerQueue, serverQueue } from './server-queue.ts';

/** A request that is at the server, for all that is known. */
export interface TrackedRequest {
  readonly job: JobId;
  readonly model: string;
  readonly queue: ServerQueue;
  /** In the order of acceptance, among those of its model. */
  readonly number: number;
  readonly acceptedAt: Instant;
}

/** The queues of all models at the server, and who stands where. */
export interface ServerView {
  /** Whether it has a place. */
  isTracked(job: JobId): boolean;
  /** Where the job stands; one that is new takes the last place. */
  track(job: Job, acceptedAt: Instant, now: Instant): TrackedRequest;
  /** It was seen to have ended, or nobody looks at it any more. */
  left(job: JobId, lagMs: number | null, at: Instant): void;
  inFlight(): number;
  /** How many of these may have ended that nobody has seen yet. */
  unseen(at: Instant): number;
  /** The newest requests of the models that are being submitted, with the newest of all last. */
  newest(): readonly TrackedRequest[];
}

// A model of which nothing was among so many of the latest submits has no part in how many more there should be.
const latestSubmits = 64;

export function serverView(): ServerView {
  const queues = new Map<string, ServerQueue>();
  const requests = new Map<JobId, TrackedRequest>();
  const newest = new Map<string, { tracked: TrackedRequest; nth: number }>();
  let submits = 0;

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
      submits += 1;
      newest.delete(job.model);
      newest.set(job.model, { tracked, nth: submits });
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
      [...newest.values()].filter(({ nth }) => nth > submits - latestSubmits).map(({ tracked }) => tracked),
  };
}
