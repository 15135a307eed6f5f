import type { Instant, Job, JobId, JobState } from '../job/job.ts';
import type { Horizon } from './shared-ledger.ts';
import type { SharedChange } from './shared-rows.ts';
import type { Told } from './verdicts.ts';

/** What another runner did to a job, as a mirror finds it. */
export interface Advance {
  readonly job: Job;
  readonly from: JobState;
  readonly state: JobState;
}

/** An entry of the outbox: what the shared ledger has not confirmed yet. */
export interface Untold extends Told {
  /** Its place in the order in which it came about. */
  readonly num: number;
}

/**
 * A machine's own copy of a shared ledger: what everything but the work itself reads. It also keeps, durably, what this
 * machine knows and the shared ledger does not have yet.
 */
export interface Mirror {
  /**
   * Keeps a state of this runner's own, as `Ledger.record` does, and puts it into the outbox in the same transaction:
   * durable on return, unless the state can be learned again.
   */
  keep(told: Told): Promise<void>;
  /** Keeps a state that the shared ledger has already. Not awaited: it can be pulled again. */
  note(job: JobId, state: JobState, at: Instant): void;
  /** Puts into the outbox at once what is kept a little later. */
  flush(): void;
  /** The oldest entries of the outbox, in their order. */
  untold(limit: number): readonly Untold[];
  /** The shared ledger has dealt with the entries up to this one. */
  told(through: number): void;
  /** Whether the outbox has anything about the job: then what the shared ledger says of it is old. */
  isAhead(job: JobId): boolean;
  /** Takes over what the shared ledger says, except of jobs that this one knows more of. Gives what moved. */
  apply(changes: readonly SharedChange[], horizon: Horizon | null): readonly Advance[];
  /**
   * From where on to read next; null: all there is. It may be behind what was read last: what was put off is read again.
   * One reading at a time: its pages and then its horizon, before those of the next.
   */
  horizon(): Horizon | null;
  /** All that it knows of jobs that were ever announced, for a ledger that has lost its history; streamed. */
  facts(): Iterable<Told>;
}
