import type { DatabaseSync } from 'node:sqlite';
import type { PlannedJob } from '../../core/job/job.ts';
import { withJob, withWholeId } from '../../core/paths.ts';
import { pathKey, plannedValues } from './planned-rows.ts';
import { stageStatements } from './stage-tables.ts';
import { textNumbers } from './text-numbers.ts';

export interface AddOptions {
  /** Makes the job of this repetition, counted from 1, for a job that is there already. */
  keepDuplicates(rep: number): PlannedJob;
}

/** Puts jobs on the stage. */
export interface Adding {
  /** As the stage's own `add`. */
  add(job: PlannedJob, rank: number, options?: AddOptions): 'new' | 'joined';
  /** Jobs added so far, which are numbered from 1 to this. */
  count(): number;
  /** The number of a job; null: it was not added. */
  numberOf(id: string): number | null;
  /** Gives a job another path, since its own is that of a job in the folder. */
  moveFrom(path: HeldPath): void;
  /** No job has joined rows, and all paths hold the ids of their jobs. */
  isPlain(): boolean;
  /** Whether the user has given some job an id. */
  hasIds(): boolean;
  /** Whether some path does not hold the id of its job, so that other jobs may have it too. */
  hasNames(): boolean;
  /** No job has arrived behind one of a later rank. */
  isInOrder(): boolean;
  /** Commits what was added, since an open transaction would pin an old snapshot of the folder's ledger. */
  commit(): void;
}

/** The path of a job on the stage that another job of the folder has. */
export interface HeldPath {
  readonly num: number;
  readonly id: string;
  readonly path_template: string;
}

/** `db` has the stage's tables, and as `ledger` those of the run folder. */
export function adding(db: DatabaseSync): Adding {
  const insertRow = db.prepare(stageStatements.insert);
  const joinRow = db.prepare(stageStatements.join);
  const isHeld = db.prepare(stageStatements.pathHeld);
  const ownInFolder = db.prepare(stageStatements.ownPath);
  const move = db.prepare(stageStatements.move);
  const nextRep = db.prepare(stageStatements.nextRep);
  const keepNextRep = db.prepare(stageStatements.keepNextRep);
  const textOf = (sql: string): ((num: number) => string | null) => {
    const read = db.prepare(sql);
    return (num) => (read.get(num)?.text ?? null) as string | null;
  };
  const ids = textNumbers(textOf(stageStatements.idOf));
  const paths = textNumbers(textOf(stageStatements.pathKeyOf));
  let isOpen = false;
  let count = 0;
  let hasIds = false;
  let hasNames = false;
  let hasJoined = false;
  let lastRank = Number.NEGATIVE_INFINITY;
  let isInOrder = true;

  function begin(): void {
    if (!isOpen) db.exec('BEGIN');
    isOpen = true;
  }

  /** A path for a job whose own is taken. Two paid results must never be one file. */
  function freePath(template: string, id: string, isTaken: (key: string) => boolean): string {
    let own = withWholeId(template, id);
    while (isTaken(pathKey(own))) own = withJob(own, id, 16);
    return own;
  }

  /** null: the job is new; else the number of the one that has its id. */
  function insert(job: PlannedJob, rank: number): number | null {
    const num = count + 1;
    const known = ids.claim(job.id, num);
    if (known !== null) return known;
    let path = job.pathTemplate;
    let key = pathKey(path);
    // Whether a name can be one file's alone shows when all jobs are there.
    const isNamed = !path.includes(job.id.slice(0, 8));
    // What the folder holds as this job's own stays so: the one that was here first leaves it in the end.
    if (!isNamed && paths.claim(key, num) !== null && ownInFolder.get(key, job.id) === undefined) {
      path = freePath(path, job.id, (each) => paths.find(each) !== null);
      key = pathKey(path);
      paths.claim(key, num);
    }
    insertRow.run(num, rank, ...plannedValues(job), path, isNamed ? null : key, isNamed ? key : null);
    hasIds ||= job.name !== null;
    hasNames ||= isNamed;
    isInOrder &&= rank >= lastRank;
    lastRank = rank;
    count = num;
    return null;
  }

  /** The next free repetition is kept under the job's first one, so that no duplicate searches from the start. */
  function insertAgain(repetition: AddOptions['keepDuplicates'], rank: number): void {
    const family = repetition(1).id;
    let rep = Number(nextRep.get(family)?.rep ?? 2);
    while (insert(repetition(rep), rank) !== null) rep += 1;
    keepNextRep.run(family, rep + 1);
  }

  return {
    add(job, rank, options) {
      begin();
      const known = insert(job, rank);
      if (known === null) return 'new';
      if (options !== undefined) {
        insertAgain(options.keepDuplicates, rank);
        return 'new';
      }
      hasJoined = true;
      const tags = JSON.stringify(job.tags);
      for (const place of job.rows) joinRow.run({ place, num: known, name: job.name, tags });
      return 'joined';
    },
    count: () => count,
    numberOf: ids.find,
    moveFrom({ num, id, path_template: template }) {
      begin();
      const isTaken = (key: string): boolean => paths.find(key) !== null || isHeld.get(key, id) !== undefined;
      const path = freePath(template, id, isTaken);
      paths.claim(pathKey(path), num);
      move.run(path, pathKey(path), num);
    },
    isPlain: () => !hasJoined && !hasNames,
    hasIds: () => hasIds,
    hasNames: () => hasNames,
    isInOrder: () => isInOrder,
    commit() {
      if (!isOpen) return;
      isOpen = false;
      db.exec('COMMIT');
    },
  };
}
