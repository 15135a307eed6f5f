import type { Instant, Job, JobId } from '../job/job.ts';
import { type ServerQueue, serverQueue } from './server-queue.ts';

/** A request that is at the server, for all that is known. */
export interface Place {
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
  knows(job: JobId): boolean;
  /** Where the job stands; one that is new takes the last place. */
  placeOf(job: Job, acceptedAt: Instant, now: Instant): Place;
  /** It was seen to have ended, or nobody looks at it any more. */
  left(job: JobId, lagMs: number | null, at: Instant): void;
  inFlight(): number;
  /** How many of these may have ended that nobody has seen yet. */
  unseen(at: Instant): number;
  /** The newest requests of the models that are being submitted, with the newest of all last. */
  newest(): readonly Place[];
}

// A model of which nothing was among so many of the latest submits has no part in how many more there should be.
const latestSubmits = 64;

export function serverView(): ServerView {
  const queues = new Map<string, ServerQueue>();
  const places = new Map<JobId, Place>();
  const newest = new Map<string, { place: Place; nth: number }>();
  let submits = 0;

  function queueOf(model: string): ServerQueue {
    const queue = queues.get(model) ?? serverQueue();
    queues.set(model, queue);
    return queue;
  }

  return {
    knows: (job) => places.has(job),
    placeOf(job, acceptedAt, now) {
      const known = places.get(job.id);
      if (known !== undefined) return known;
      const queue = queueOf(job.model);
      const number = queue.accepted(acceptedAt, now);
      const place: Place = { job: job.id, model: job.model, queue, number, acceptedAt };
      places.set(job.id, place);
      submits += 1;
      newest.delete(job.model);
      newest.set(job.model, { place, nth: submits });
      return place;
    },
    left(job, lagMs, at) {
      const place = places.get(job);
      if (place === undefined) return;
      places.delete(job);
      place.queue.ended(place.number, lagMs, at);
    },
    inFlight: () => places.size,
    unseen(at) {
      const expected = [...queues.values()].reduce((sum, queue) => sum + queue.rate(at) * queue.lagMs(), 0);
      return Math.ceil(expected + 2 * Math.sqrt(expected));
    },
    newest: () =>
      [...newest.values()].filter(({ nth }) => nth > submits - latestSubmits).map(({ place }) => place),
  };
}
