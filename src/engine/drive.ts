import { JobFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobState } from '../core/job/job.ts';
import { evolve, type JobEvent, nextStep, type Stage, type Step } from '../core/job/lifecycle.ts';
import { type AnnouncementStop, type Clock, type Ledger, type Observer, Withdrawn } from '../core/ports.ts';

export interface Driving {
  readonly ledger: Pick<Ledger, 'record' | 'tenure'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  /** Does a step. null: the run was stopped, and the job stays as it is. */
  perform(step: Step, job: Job): Promise<JobEvent | null>;
  /** The same event, without a cost that cannot be believed, and with an estimate where the server names none. */
  costed(event: JobEvent, job: Job, state: JobState, at: Instant): JobEvent;
  readonly stop: AnnouncementStop;
}

/**
 * Takes a job through one stage of its life: what comes next is asked of its state, done, and recorded before anything
 * else happens; what the server can be asked again may be on disk a little later (see `Ledger.record`). Ends where the
 * stage ends, or the job rests, or the run is stopped; throws `LeaseLost` where another runner holds the job by now.
 */
export async function drive(job: Job, from: JobState, stage: Stage, driving: Driving): Promise<JobState> {
  let state = from;
  for (let step = nextStep(state); step?.stage === stage; step = nextStep(state)) {
    // What was announced is submitted, or found out never to have left.
    if (step.type !== 'submit') driving.ledger.tenure?.check(job.id);
    const event = await performed(step, job, driving);
    if (event === null) break;
    const before = state;
    const at = driving.clock.now();
    const kept = await recorded(job, evolve(before, driving.costed(event, job, before, at)), at, driving);
    if (kept === null) break;
    state = kept instanceof JobFailure ? evolve(before, failedBy(kept)) : kept;
    const since = state.status === 'submitting' ? state.since : at;
    driving.observe({ type: 'advanced', job, from: before, state, at: since });
  }
  return state;
}

/** The state, once it is on record; of an announcement also why it was refused, or null: it was withdrawn before. */
async function recorded(
  job: Job,
  state: JobState,
  at: Instant,
  { ledger, stop }: Driving,
): Promise<JobState | JobFailure | null> {
  try {
    const since = await ledger.record(job.id, state, at, stop);
    return state.status === 'submitting' ? { ...state, since } : state;
  } catch (error) {
    if (state.status !== 'submitting') throw error;
    if (error instanceof JobFailure) return error;
    if (error instanceof Withdrawn) return null;
    if (stop.drain.aborted && error === stop.drain.reason) return null;
    throw error;
  }
}

async function performed(step: Step, job: Job, driving: Driving): Promise<JobEvent | null> {
  try {
    return await driving.perform(step, job);
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    return failedBy(error);
  }
}

function failedBy({ failure, costUsd }: JobFailure): JobEvent {
  return { type: 'failed', failure, costUsd };
}
