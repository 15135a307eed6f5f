import type { DatabaseSync } from 'node:sqlite';
import type { PlannedJob } from '../../core/job/job.ts';
import { withJob, withWholeId } from '../../core/paths.ts';
import { isUniqueViolation } from '../ledger/transactions.ts';
import { pathKey, toPlannedRow } from './planned-rows.ts';
import { stageStatements } from './stage-tables.ts';

export interface AddOptions {
  /** Makes the job of this repetition, counted from 1, for a job that is there already. */
  keepDuplicates(rep: number): PlannedJob;
}

/** Puts jobs on the stage. */
export interface Adding {
  /** As the stage's own `add`. */
  add(job: PlannedJob, rank: number, options?: AddOptions): 'new' | 'joined';
  /** Jobs added so far. */
  count(): number;
  /** Whether some path does not hold the id of its job, so that other jobs may have it too. */
  hasNames(): boolean;
  /** Commits what was added, since an open transaction would pin an old snapshot of the folder's ledger. */
  commit(): void;
}

/** `db` has the stage's tables, and as `ledger` those of the run folder. */
export function adding(db: DatabaseSync): Adding {
  const hasHeld = db.prepare('SELECT EXISTS (SELECT 1 FROM ledger.job) AS held').get()?.held === 1;
  const insertRow = db.prepare(stageStatements.insert);
  const joinRow = db.prepare(stageStatements.join);
  const taken = db.prepare(stageStatements.pathTaken);
  const nextRep = db.prepare(stageStatements.nextRep);
  const keepNextRep = db.prepare(stageStatements.keepNextRep);
  let isOpen = false;
  let count = 0;
  let hasNames = false;

  const isTaken = ({ pathTemplate, id }: PlannedJob): boolean =>
    taken.get({ key: pathKey(pathTemplate), id })?.taken === 1;

  // Two paid results must never be one file. Whether a name can be one file's alone shows when all jobs are there.
  function withOwnPath(job: PlannedJob): PlannedJob {
    if (!isTaken(job)) return job;
    let own = { ...job, pathTemplate: withWholeId(job.pathTemplate, job.id) };
    while (isTaken(own)) own = { ...own, pathTemplate: withJob(own.pathTemplate, job.id, 16) };
    return own;
  }

  /** A path is hardly ever taken in a new folder, where the table itself refuses it: asking costs a tenth of a plan. */
  function addOrElse(add: (job: PlannedJob) => boolean, job: PlannedJob): boolean {
    try {
      return add(job);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return add(withOwnPath(job));
    }
  }

  function insert(job: PlannedJob, rank: number): boolean {
    const isNamed = !job.pathTemplate.includes(job.id.slice(0, 8));
    const add = (own: PlannedJob): boolean => {
      const row = toPlannedRow(own);
      const keys = isNamed ? { path_key: null, name_key: row.path_key } : { name_key: null };
      return insertRow.run({ rank, ...row, ...keys }).changes !== 0;
    };
    const isNew = isNamed || !hasHeld ? addOrElse(add, job) : add(withOwnPath(job));
    if (!isNew) return false;
    hasNames ||= isNamed;
    count += 1;
    return true;
  }

  /** The next free repetition is kept under the job's first one, so that no duplicate searches from the start. */
  function insertAgain(repetition: AddOptions['keepDuplicates'], rank: number): void {
    const family = repetition(1).id;
    let rep = Number(nextRep.get(family)?.rep ?? 2);
    while (!insert(repetition(rep), rank)) rep += 1;
    keepNextRep.run(family, rep + 1);
  }

  return {
    add(job, rank, options) {
      if (!isOpen) db.exec('BEGIN');
      isOpen = true;
      if (insert(job, rank)) return 'new';
      if (options !== undefined) {
        insertAgain(options.keepDuplicates, rank);
        return 'new';
      }
      for (const place of job.rows) {
        joinRow.run({ place, id: job.id, name: job.name, tags: JSON.stringify(job.tags) });
      }
      return 'joined';
    },
    count: () => count,
    hasNames: () => hasNames,
    commit() {
      if (!isOpen) return;
      isOpen = false;
      db.exec('COMMIT');
    },
  };
}
