import { UserError } from '../../core/complaints.ts';
import { type JobState, jobStatuses, type SavedFile } from '../../core/job/job.ts';
import { fromColumns } from '../../core/job/state-columns.ts';
import type { SharedAttemptRow, SharedChange, SharedJobRow } from '../../core/sharing/shared-rows.ts';
import { plainParts } from '../folder/folder-bounds.ts';

/** The columns of `job` that the shared ledger says, in the order of `jobValues`. */
export const jobColumns = [
  ...['id', 'in_plan', 'seq', 'model', 'input', 'rep', 'name', 'rows', 'tags', 'axes', 'parent'],
  ...['path_template', 'path_key', 'planned_at', 'also', 'names', 'state', 'attempt', 'request_id', 'since'],
  ...['cost', 'failure', 'notes', 'ref', 'epoch', 'announced', 'holder'],
] as const;

export function jobValues(job: SharedJobRow) {
  return [
    ...[job.id, job.in_plan, job.seq, job.model, job.input, job.rep, job.name, job.rows, job.tags, job.axes],
    ...[job.parent, job.path_template, job.path_key, job.planned_at, job.also, job.names, job.state],
    ...[job.attempt, job.request_id, job.since, job.cost, job.failure, job.notes, job.ref],
    ...[job.epoch, job.announced, job.holder],
  ] as const;
}

/** The columns of `attempt` behind `job` and `attempt`, in the order of `attemptValues`. */
export const attemptColumnsShared = [
  ...['state', 'request_id', 'submitted_at', 'started_at', 'finished_at', 'done_at', 'cost', 'failure'],
  ...['ref', 'estimated', 'runner'],
] as const;

export function attemptValues(row: SharedAttemptRow) {
  return [
    ...[row.state, row.request_id, row.submitted_at, row.started_at, row.finished_at, row.done_at],
    ...[row.cost, row.failure, row.ref, row.estimated, row.runner],
  ] as const;
}

export function filesIn(outputs: string | null): readonly SavedFile[] {
  return outputs === null ? [] : (JSON.parse(outputs) as SavedFile[]);
}

/** Where a job of the shared ledger stands. */
export function stateOf({ job, attempts }: SharedChange): JobState {
  const current = attempts.find(({ attempt }) => attempt === job.attempt);
  const { state, attempt, request_id, ref, since, cost, failure, notes } = job;
  return fromColumns(
    {
      ...{ state, attempt, request_id, ref, since, cost, failure, notes },
      estimated: current?.estimated === 1 ? 1 : null,
      started_at: current?.started_at ?? null,
    },
    filesIn(current?.outputs ?? null),
  );
}

const id = /^[0-9a-f]{16}$/;
const requestIds = /^[A-Za-z0-9_-]{1,128}$/;
const statuses: ReadonlySet<string> = new Set(jobStatuses);

/**
 * Throws `UserError` for a row that no runner can have written: whoever may write to the database must not lead this
 * program to files outside the run folder.
 */
export function refuseOdd({ job, attempts }: SharedChange): void {
  const isJob =
    id.test(job.id) && statuses.has(job.state) && isPlainPath(job.path_template) && isOwnId(job.request_id);
  if (!isJob) throw oddRow(job.id);
  for (const row of attempts) {
    const isAttempt = row.job === job.id && statuses.has(row.state) && isOwnId(row.request_id);
    if (!isAttempt || !filesIn(row.outputs).every(({ path }) => isPlainPath(path))) throw oddRow(job.id);
  }
}

function isOwnId(requestId: string | null): boolean {
  return requestId === null || requestIds.test(requestId);
}

function isPlainPath(path: string): boolean {
  try {
    return plainParts(path)[0] === 'files';
  } catch {
    return false;
  }
}

function oddRow(job: string): UserError {
  return new UserError(
    'usage',
    `The shared ledger holds a record that no run can have written: that of job ${JSON.stringify(job.slice(0, 40))}.`,
    'Check who else can write to that database, and whether it was damaged.',
  );
}
