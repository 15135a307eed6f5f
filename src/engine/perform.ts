import { JobFailure } from '../core/job/failures.ts';
import type { Job, RequestId } from '../core/job/job.ts';
import type { JobEvent, Step } from '../core/job/lifecycle.ts';
import type { Clock, FileStore, Stop } from '../core/ports.ts';
import { type ProviderClient, Unsent } from '../core/provider.ts';
import type { Collect } from './collect.ts';
import type { Outage } from './outage.ts';
import type { Watch } from './polling/watch.ts';
import type { Repeats } from './repeats.ts';

interface PerformPorts {
  readonly api: ProviderClient;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly collect: Collect;
  readonly files: FileStore;
  readonly repeats: Repeats;
  readonly outage: Pick<Outage, 'submitted'>;
  readonly stop: Stop;
  /** Fires a while after `stop.leave`, since an answer that is still to come names a request that was paid for. */
  readonly abandon: AbortSignal;
}

/** Performs one step of a job's life. null: the run was stopped before it could. */
export function performer(ports: PerformPorts): (step: Step, job: Job) => Promise<JobEvent | null> {
  const { api, clock, stop, repeats } = ports;

  async function perform(step: Step, job: Job): Promise<JobEvent | null> {
    switch (step.type) {
      case 'announce':
        if (stop.drain.aborted || repeats.waits(job)) return null;
        return { type: 'announced', at: clock.now() };
      case 'submit':
        return submit(job, step.attempt);
      case 'watch':
        return unlessStopped(stop.leave, keepingAnswer(job, step.requestId, ports.watch(job, step)));
      case 'collect':
        return unlessStopped(stop.leave, keepingAnswer(job, step.requestId, ports.collect(job, step)));
    }
  }

  async function submit(job: Job, attempt: number): Promise<JobEvent> {
    try {
      const sent = api.submit(job, ports.abandon, { attempt });
      const request = await unlessStopped(ports.abandon, sent);
      // The client throws the signal's reason only for a request of which no byte has left.
      if (request === null) return { type: 'withdrawn' };
      ports.outage.submitted('accepted');
      repeats.accepted(job);
      const { id: requestId, ref } = request;
      return { type: 'accepted', requestId, ...(ref === null ? {} : { ref }), at: clock.now() };
    } catch (error) {
      if (error instanceof Unsent) return { type: 'withdrawn' };
      if (error instanceof JobFailure) ports.outage.submitted(error);
      if (repeats.takes(job, error)) return { type: 'withdrawn' };
      throw error;
    }
  }

  /** A paid answer without any file is itself kept as a file. */
  async function keepingAnswer(job: Job, requestId: RequestId, work: Promise<JobEvent>): Promise<JobEvent> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof JobFailure) || error.answer === null) throw error;
      const answer = { type: 'document', extension: 'json', text: error.answer } as const;
      const file = await ports.files.save({ job, requestId, index: 0, count: 1 }, answer, stop.leave);
      return { type: 'failed', failure: error.failure, costUsd: error.costUsd, files: [file] };
    }
  }

  return perform;
}

/** The result of the work, or null if it ended because the signal fired. */
async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}
