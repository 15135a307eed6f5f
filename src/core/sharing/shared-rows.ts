import type { JobStatus } from '../job/job.ts';

/*
 * The rows of a shared ledger are those of a mirror, column for column (`store/ledger/ledger-schema.ts`), so that
 * neither side translates the other. `input`, columns named in the plural, `also`, `failure` and `ref` are text that
 * holds JSON, byte for byte as the plan wrote it. Instants are milliseconds since the epoch, money US dollars.
 */

/** The columns that the plan sets. */
export interface PlannedColumns {
  readonly id: string;
  readonly in_plan: number;
  readonly seq: number;
  readonly model: string;
  readonly input: string;
  readonly rep: number;
  readonly name: string | null;
  readonly rows: string;
  readonly tags: string;
  readonly axes: string;
  readonly parent: string | null;
  readonly path_template: string;
  readonly path_key: string;
  readonly planned_at: number;
  readonly also: string | null;
  readonly names: string | null;
}

/** A job with where it stands now. */
export interface SharedJobRow extends PlannedColumns {
  readonly state: JobStatus;
  readonly attempt: number;
  readonly request_id: string | null;
  readonly since: number | null;
  readonly cost: number | null;
  readonly failure: string | null;
  readonly notes: string | null;
  readonly ref: string | null;
  /** See `Standing`. */
  readonly epoch: number;
  readonly announced: number | null;
  /** The runner that holds it; null: nobody does. */
  readonly holder: string | null;
}

/** An attempt as the columns of a ledger have it, without its job. */
export interface AttemptColumns {
  readonly attempt: number;
  readonly state: JobStatus;
  readonly request_id: string | null;
  readonly submitted_at: number | null;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly done_at: number | null;
  readonly cost: number | null;
  readonly failure: string | null;
  readonly ref: string | null;
  readonly estimated: number | null;
}

/** One announced submission, and what came of it. */
export interface SharedAttemptRow extends AttemptColumns {
  /** The id of its job. */
  readonly job: string;
  /** The runner in whose folder its files lie; null: it has none, or they lie in the run's common place. */
  readonly runner: string | null;
  /** JSON of its `SavedFile`s; null: it has none. */
  readonly outputs: string | null;
}

/** What has changed about one job: its row, and all of its attempts. */
export interface SharedChange {
  readonly job: SharedJobRow;
  readonly attempts: readonly SharedAttemptRow[];
}
