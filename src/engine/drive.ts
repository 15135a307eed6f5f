import { JobFailure } from '../core/failures.ts';
import type { Job, JobState } from '../core/job.ts';
import { evolve, type JobEvent, nextStep, type Stage, type Step } from '../core/lifecycle.ts';
import type { Clock, Ledger, Observer } from '../core/ports.ts';

export interface Driving {
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  /** Does a step. null: the run was stopped, and the job stays as it is. */
  perform(step: Step, job: Job): Promise<JobEvent | null>;
  /** The same event, without a cost that cannot be believed. */
  credible(event: JobEvent, job: Job): JobEvent;
}

/**
 * Takes a job through one stage of its life: what comes next is asked of its state, done, and recorded before anything
 * else happens; what the server can be asked again may be on disk a little later (see `Ledger.record`). Ends where the
 * stage ends, or the job rests, or the run is stopped.
 */
export async function drive(job: Job, from: JobState, stage: Stage, driving: Driving): Promise<JobState> {
  let state = from;
  for (let step = nextStep(state); step?.stage === stage; step = nextStep(state)) {
    const event = await performed(step, job, driving);
    if (event === null) break;
    const before = state;
    state = evolve(before, driving.credible(event, job));
    const at = driving.clock.now();
    await driving.ledger.record(job.id, state, at);
    driving.observe({ type: 'advanced', job, from: before, state, at });
  }
  return state;
}

async function performed(step: Step, job: Job, driving: Driving): Promise<JobEvent | null> {
  try {
    return await driving.perform(step, job);
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    return { type: 'failed', failure: error.failure, costUsd: error.costUsd };
  }
}
