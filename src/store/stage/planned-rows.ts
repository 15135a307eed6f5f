import type { JobId, PlannedJob } from '../../core/job/job.ts';
import { jobFromColumns } from '../../core/job/job-columns.ts';
import { namesShown, withNames } from '../../core/job/named-inputs.ts';

/** What `job` has beside these: other rows that ask for the same, as `AlsoRow`s in JSON; null: there are none. */
export const alsoColumn = 'also';

/** A planned job as columns, the same in `staged`, `planned` and `job`. */
export interface PlannedRow {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly rep: number;
  readonly name: string | null;
  readonly rows: string;
  readonly tags: string;
  readonly axes: string;
  readonly parent: string | null;
  /** JSON; null, as nearly always: its inputs are called by their keys. */
  readonly names: string | null;
  readonly path_template: string;
  /** The path as file systems without cases compare it. */
  readonly path_key: string;
}

export const plannedColumns =
  'id, model, input, rep, name, rows, tags, axes, parent, names, path_template, path_key';

const beyondAscii = /[^\0-\x7f]/;

export function pathKey(pathTemplate: string): string {
  if (!beyondAscii.test(pathTemplate)) return pathTemplate.toLowerCase();
  // Twice, since some letters are equal in upper case only.
  return pathTemplate.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** The columns of a planned job except for its paths, in the order of `plannedColumns`. */
export function plannedValues(job: PlannedJob) {
  const { id, model, input, rep, name, rows, tags, axes, parent } = job;
  const names = namesShown(job);
  return [
    ...[id, model, JSON.stringify(input), rep, name],
    ...[JSON.stringify(rows), JSON.stringify(tags), JSON.stringify(withNames(axes, names)), parent],
    names === null ? null : JSON.stringify(names),
  ] as const;
}

export function fromPlannedRow(row: PlannedRow): PlannedJob {
  return {
    ...jobFromColumns(row),
    name: row.name,
    rows: JSON.parse(row.rows) as string[],
    tags: JSON.parse(row.tags) as PlannedJob['tags'],
    axes: JSON.parse(row.axes) as PlannedJob['axes'],
    parent: row.parent as JobId | null,
  };
}
