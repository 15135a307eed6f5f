import type { Place } from '../../core/complaints.ts';

/** A job that somebody has starred, and where a file says so. */
export interface StarredJob {
  /** As written; whether there is such a job is decided elsewhere. */
  readonly job: string;
  readonly place: Place;
  /** The run folder of this one, where the page compared several. */
  readonly folder?: string;
}

export interface PickedJobs {
  /** The run folder that they were picked in, as the file names it; null: it does not. */
  readonly folder: string | null;
  readonly starred: readonly StarredJob[];
}
