import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, PlannedJob } from '../../core/job/job.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import type { JsonObject } from '../../core/json.ts';
import { withJob, withWholeId } from '../../core/paths.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import type { RunLedger } from '../ledger/ledger.ts';
import { address, durability, openForReading } from '../ledger/ledger-access.ts';
import { schemaSql } from '../ledger/ledger-schema.ts';
import { isUniqueViolation } from '../ledger/transactions.ts';
import { type JoinedRows, joinedRowsIn, type RepeatedIds, repeatedIdsIn } from './joined-rows.ts';
import { adoptPlan } from './plan-adoption.ts';
import { type AxisSpread, axesIn } from './plan-axes.ts';
import { changesIn, changeTablesSql, type PlanChange, pairChanges } from './plan-changes.ts';
import { differenceIn, type PlanDifference } from './plan-difference.ts';
import { type Standing, staysSql } from './plan-standing.ts';
import { fromPlannedRow, type PlannedRow, pathKey, plannedColumns, toPlannedRow } from './planned-rows.ts';
import { type SharedNames, settleNames, sharedNamesIn } from './stage-names.ts';
import { choose, everything, type Selection, stageStatements, stagingSql } from './stage-tables.ts';

/** What the folder remembers of its plan: by the fingerprint a rerun knows it, from the settings it resumes. */
export interface PlanRecord {
  readonly fingerprint: string;
  readonly settings: JsonObject;
  readonly plannedAt: Instant;
}

export interface AddOptions {
  /** Makes the job of this repetition, counted from 1, for a job that is there already. */
  keepDuplicates(rep: number): PlannedJob;
}

/**
 * A plan in the making: outside the run folder, on disk rather than in memory, gone when it is discarded. All but
 * `add` and `count` speak of the selected jobs only; the others are as if they had never been added.
 */
export interface Stage {
  /**
   * A job of the same id is joined: its rows are added, with their names and tags, and all else of the first one
   * stays; with `keepDuplicates` the next repetition that is free is added instead. A path that does not hold the
   * job's id may be that of other jobs too, and gets the id only then.  The plan's order is by rank, an integer, then by arrival.
   */
  add(job: PlannedJob, rank?: number, options?: AddOptions): 'new' | 'joined';
  /** Jobs added so far, whatever the selection. */
  count(): number;
  /** Holds for what is there and for what is added later; another one takes its place. */
  select(selection: Selection): void;
  difference(): PlanDifference;
  /** Each job counted by `difference().changed`, in plan order. */
  changes(limit?: number): Iterable<PlanChange>;
  axes(): readonly AxisSpread[];
  /** Rows that differ from that of their job in nothing that is sent. */
  joinedRows(): JoinedRows;
  /** null: no two rows of different jobs have one id. */
  repeatedIds(): RepeatedIds | null;
  /** The names that had to get the job's id, with so many paths. */
  sharedNames(most: number): SharedNames;
  /** Whether the plan has this job. */
  asksFor(job: JobId): boolean;
  /** In plan order. */
  jobs(limit?: number): Iterable<PlannedJob>;
  /**
   * Those that the folder does not know or holds as pending, in plan order, and then such jobs of the folder as stay
   * planned beside them: what a run would submit.
   */
  toSubmit(): Iterable<PlannedJob>;
  /**
   * Makes this the plan of the ledger's folder, or adds it behind the plan, in one transaction that is durable on
   * return. Jobs that left the plan are dropped if they were never attempted and no other job varies them, otherwise
   * every record of them is kept. A job that is known keeps its parent. `plannedAt` is told of the new jobs; left
   * out, it is the record's. Call it before the ledger's first claim.
   */
  adopt(ledger: RunLedger, record: PlanRecord, plannedAt?: Instant): void;
  discard(): void;
}

const temporary = 'The temporary folder';

const toSubmitSql = `WHERE coalesce(
  (SELECT state FROM ledger.job AS held WHERE held.id = planned.id), 'pending') = 'pending' ORDER BY seq`;

const pendingBesideSql = (standing: Standing): string =>
  `SELECT ${plannedColumns} FROM ledger.job AS job WHERE state = 'pending' AND ${staysSql[standing]} ORDER BY seq`;

/**
 * A stage for a plan of the run folder `dir`, or of no folder yet; `extends`: for what is to be added to the folder's
 * plan. It reads the folder's ledger and writes nothing
 * into the folder until `adopt`, so it works while a run is going on.
 * Throws UserError('usage') for a ledger that is not ours to read.
 */
export function openStage(dir: string | null, standing: Standing = 'replaces'): Stage {
  const path = dir === null ? temporary : join(dir, ledgerFile);
  const held = dir === null ? null : blamingDisk(path, () => openForReading(path));
  // An empty name: SQLite's own temporary file, which is deleted however the process ends.
  const db = new DatabaseSync('', { timeout: 10_000 });
  let staging = false;
  let count = 0;
  let selection = everything;
  let isChosen = false;
  let isPaired = false;
  let hasNames = false;

  blamingDisk(path, () => {
    db.exec(stagingSql + changeTablesSql);
    if (held !== null) db.prepare('ATTACH ? AS ledger').run(address(path, 'ro'));
    else db.exec(`ATTACH ':memory:' AS ledger;${schemaSql('ledger')}`);
  });
  const hasHeld = db.prepare('SELECT EXISTS (SELECT 1 FROM ledger.job) AS held').get()?.held === 1;
  const statements = {
    insert: db.prepare(stageStatements.insert),
    join: db.prepare(stageStatements.join),
    asked: db.prepare(stageStatements.asked),
    taken: db.prepare(stageStatements.pathTaken),
    nextRep: db.prepare(stageStatements.nextRep),
    keepNextRep: db.prepare(stageStatements.keepNextRep),
  };

  // Two paid results must never be one file. Whether a name is, is seen when all jobs are there.
  function withOwnPath(job: PlannedJob): PlannedJob {
    const isTaken = ({ pathTemplate }: PlannedJob): boolean =>
      statements.taken.get({ key: pathKey(pathTemplate), id: job.id })?.taken === 1;
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
      return statements.insert.run({ rank, ...row, ...keys }).changes !== 0;
    };
    const isNew = isNamed || !hasHeld ? addOrElse(add, job) : add(withOwnPath(job));
    if (!isNew) return false;
    hasNames ||= isNamed;
    count += 1;
    return true;
  }

  /** What is free is remembered under the job's first repetition, so that no duplicate searches from the start. */
  function insertAgain(repetition: AddOptions['keepDuplicates'], rank: number): void {
    const family = repetition(1).id;
    let rep = Number(statements.nextRep.get(family)?.rep ?? 2);
    while (!insert(repetition(rep), rank)) rep += 1;
    statements.keepNextRep.run(family, rep + 1);
  }

  /** Ends the transaction of `add`, since an open one would pin an old snapshot of the folder's ledger. */
  function settle(): void {
    if (staging) {
      staging = false;
      db.exec('COMMIT');
    }
    if (isChosen) return;
    choose(db, selection);
    if (hasNames) settleNames(db, standing);
    isChosen = true;
  }

  function pair(): void {
    settle();
    if (!isPaired) pairChanges(db, standing);
    isPaired = true;
  }

  function unsettle(): void {
    isChosen = false;
    isPaired = false;
  }

  function chosenOnly<T>(look: () => T): T {
    return blamingDisk(temporary, () => {
      settle();
      return look();
    });
  }

  function* planned(which: string, ...values: number[]): Iterable<PlannedJob> {
    blamingDisk(temporary, settle);
    yield* jobsIn(`SELECT ${plannedColumns} FROM planned ${which}`, ...values);
  }

  function* jobsIn(sql: string, ...values: number[]): Iterable<PlannedJob> {
    const rows = db.prepare(sql).iterate(...values);
    for (const row of rows) yield fromPlannedRow(row as unknown as PlannedRow);
  }

  return {
    add: (job, rank = 0, options) =>
      blamingDisk(temporary, () => {
        if (!staging) db.exec('BEGIN');
        staging = true;
        unsettle();
        if (insert(job, rank)) return 'new';
        if (options !== undefined) {
          insertAgain(options.keepDuplicates, rank);
          return 'new';
        }
        for (const place of job.rows) {
          statements.join.run({ place, id: job.id, name: job.name, tags: JSON.stringify(job.tags) });
        }
        return 'joined';
      }),
    count: () => count,
    select(asked) {
      selection = asked;
      unsettle();
    },
    difference: () =>
      blamingDisk(path, () => {
        pair();
        return differenceIn(db, standing);
      }),
    *changes(limit = -1) {
      blamingDisk(path, pair);
      yield* changesIn(db, limit);
    },
    axes: () => chosenOnly(() => axesIn(db, 'planned', 'true')),
    joinedRows: () => chosenOnly(() => joinedRowsIn(db)),
    repeatedIds: () => chosenOnly(() => repeatedIdsIn(db)),
    sharedNames: (most) => chosenOnly(() => sharedNamesIn(db, most)),
    asksFor: (job) => chosenOnly(() => statements.asked.get(job) !== undefined),
    jobs: (limit = -1) => planned(`ORDER BY seq LIMIT ?`, limit),
    *toSubmit() {
      yield* planned(toSubmitSql);
      yield* jobsIn(pendingBesideSql(standing));
    },
    adopt(ledger, record, plannedAt = record.plannedAt) {
      const target = join(ledger.dir, ledgerFile);
      blamingDisk(target, () => {
        settle();
        isPaired = false;
        db.exec('DETACH ledger');
        db.prepare('ATTACH ? AS ledger').run(address(target, 'rw'));
        db.exec(durability('ledger'));
        adoptPlan(db, standing, JSON.stringify(record), plannedAt);
      });
    },
    discard() {
      if (!db.isOpen) return;
      db.close();
      held?.close();
    },
  };
}
