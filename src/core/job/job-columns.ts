import type { Job, JobId } from './job.ts';
import type { InputNames } from './named-inputs.ts';

/** A job as a row of a ledger has it. `input` and `names` hold JSON. */
export interface JobColumns {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  /** null, as nearly always: its inputs are called by their keys. */
  readonly names: string | null;
  readonly rep: number;
  readonly path_template: string;
}

export function jobFromColumns(row: JobColumns): Job {
  return {
    id: row.id as JobId,
    model: row.model,
    input: JSON.parse(row.input) as Job['input'],
    ...namesIn(row.names),
    rep: row.rep,
    pathTemplate: row.path_template,
  };
}

/** What the column holds, as a job has it. */
export function namesIn(json: string | null): { readonly names?: InputNames } {
  return json === null ? {} : { names: JSON.parse(json) as InputNames };
}
