import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, PlannedJob } from '../../core/job/job.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PlannedColumns } from '../../core/sharing/shared-rows.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import type { RunLedger } from '../ledger/ledger.ts';
import { address, durability, openForReading } from '../ledger/ledger-access.ts';
import { schemaSql } from '../ledger/ledger-schema.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import {
  idsToSubmitSql,
  pendingBesideSql,
  type SubmitCount,
  submitCounts,
  toSubmitSql,
} from './jobs-to-submit.ts';
import { type JoinedRows, joinedRowsIn, type RepeatedIds, repeatedIdsIn } from './joined-rows.ts';
import { adoptPlan } from './plan-adoption.ts';
import { type AxisSpread, axesIn } from './plan-axes.ts';
import { changesIn, changeTablesSql, type PlanChange } from './plan-changes.ts';
import { differenceIn, type PlanDifference } from './plan-difference.ts';
import type { Standing } from './plan-standing.ts';
import { fromPlannedRow, type PlannedRow, plannedColumns } from './planned-rows.ts';
import { sharedPlan } from './shared-plan.ts';
import { type AddOptions, adding } from './stage-adding.ts';
import { choosing } from './stage-choosing.ts';
import { type SharedNames, sharedNamesIn } from './stage-names.ts';
import { recognise, type Selection, stageStatements, stagingSql } from './stage-tables.ts';

/** What the folder remembers of its plan: by the fingerprint a rerun knows it, from the settings it resumes. */
export interface PlanRecord {
  readonly fingerprint: string;
  readonly settings: JsonObject;
  readonly plannedAt: Instant;
}

/**
 * A plan in the making: outside the run folder, on disk rather than in memory, gone when it is discarded. Everything
 * except `add` and `count` is about the selected jobs only, as if the others had never been added.
 */
export interface Stage {
  /**
   * A job of the same id is joined: its rows are added, with their names and tags, and all else of the first one
   * stays; with `keepDuplicates` the next repetition that is free is added instead. A path that does not hold the
   * job's id may be that of other jobs too, and gets the id only then. The plan's order is by rank, an integer, then
   * by arrival.
   */
  add(job: PlannedJob, rank?: number, options?: AddOptions): 'new' | 'joined';
  /** Jobs added so far, whatever the selection. */
  count(): number;
  /** Applies to what is there and to what is added later, until another selection replaces it. */
  select(selection: Selection): void;
  /** Jobs of the selected plan, in all of its shards. */
  wholeCount(): number;
  difference(): PlanDifference;
  /** Each job counted by `difference().changed`, in plan order. */
  changes(limit?: number): Iterable<PlanChange>;
  axes(): readonly AxisSpread[];
  /** Rows that send the same as their job's first row. */
  joinedRows(): JoinedRows;
  /** null: no two rows of different jobs have one id. */
  repeatedIds(): RepeatedIds | null;
  /** The names that had to get the job's id, with `max` paths. */
  sharedNames(max: number): SharedNames;
  /** Whether the plan has this job. */
  asksFor(job: JobId): boolean;
  /** In plan order. */
  jobs(limit?: number): Iterable<PlannedJob>;
  /**
   * Those that the folder does not know or holds as pending, in plan order, and then such jobs of the folder as stay
   * planned beside them: what a run would submit.
   */
  toSubmit(): Iterable<PlannedJob>;
  /** Their ids in ascending order; `resendsUnknown`: with those of the jobs in doubt. */
  idsToSubmit(resendsUnknown: boolean): Iterable<string>;
  /** The same jobs, counted by model and by what they give for these inputs. */
  countsToSubmit(inputs: readonly string[]): Iterable<SubmitCount>;
  /**
   * Makes this the plan of the ledger's folder, or adds it behind the plan, in one transaction that is durable on
   * return. Jobs that left the plan are dropped if they were never attempted and no other job varies them, otherwise
   * every record of them is kept. A job that is known keeps its parent. `plannedAt` is when the new jobs were
   * planned: by default, when the record was. Call it before the ledger's first claim.
   */
  adopt(ledger: RunLedger, record: PlanRecord, plannedAt?: Instant): void;
  /** The plan that `adopt` would make of the folder, as a shared ledger takes it; streamed. */
  shared(plannedAt: Instant): Iterable<PlannedColumns>;
  discard(): void;
}

const temporary = 'The temporary folder';

/**
 * A stage for a plan of the run folder `dir`, or of no folder yet; `extends`: for what is to be added to the folder's
 * plan. It reads the folder's ledger and writes nothing into the folder until `adopt`, so it works beside a run.
 * Throws UserError('usage') for a ledger that is not ours to read.
 */
export function openStage(dir: string | null, standing: Standing = 'replaces'): Stage {
  const path = dir === null ? temporary : join(dir, ledgerFile);
  const held = dir === null ? null : blamingDisk(path, () => openForReading(path));
  const db = besideLedger(path, held !== null);
  const staged = adding(db);
  const chosen = choosing(db, standing, staged);
  const asked = db.prepare(stageStatements.asked);
  const wholeCount = db.prepare(stageStatements.wholeCount);

  function chosenOnly<T>(look: () => T): T {
    return blamingDisk(temporary, () => {
      chosen.settle();
      return look();
    });
  }

  function* planned(which: string, ...values: number[]): Iterable<PlannedJob> {
    blamingDisk(temporary, chosen.settle);
    yield* jobsIn(db, `SELECT ${plannedColumns} FROM planned ${which}`, ...values);
  }

  return {
    add: (job, rank = 0, options) =>
      blamingDisk(temporary, () => {
        chosen.reopen();
        return staged.add(job, rank, options);
      }),
    count: staged.count,
    select: chosen.select,
    wholeCount: () => chosenOnly(() => Number(wholeCount.get()?.n)),
    difference: () =>
      blamingDisk(path, () => {
        chosen.pair();
        return differenceIn(db, standing);
      }),
    *changes(limit = -1) {
      blamingDisk(path, chosen.pair);
      yield* changesIn(db, limit);
    },
    axes: () => chosenOnly(() => axesIn(db, 'planned', 'true')),
    joinedRows: () => chosenOnly(() => joinedRowsIn(db)),
    repeatedIds: () => (staged.hasIds() ? chosenOnly(() => repeatedIdsIn(db)) : null),
    sharedNames: (max) => chosenOnly(() => sharedNamesIn(db, max)),
    asksFor: (job) => chosenOnly(() => asked.get(staged.numberOf(job)) !== undefined),
    jobs: (limit = -1) => planned(`ORDER BY seq LIMIT ?`, limit),
    *toSubmit() {
      yield* planned(`WHERE ${toSubmitSql('planned')} ORDER BY seq`);
      yield* jobsIn(db, `SELECT ${plannedColumns} FROM ${pendingBesideSql(standing)} ORDER BY seq`);
    },
    *idsToSubmit(resendsUnknown) {
      blamingDisk(temporary, chosen.settle);
      for (const { id } of eachRow<Pick<PlannedRow, 'id'>>(
        db.prepare(idsToSubmitSql(standing, resendsUnknown)),
      )) {
        yield id;
      }
    },
    countsToSubmit: (inputs) => chosenOnly(() => submitCounts(db, standing, inputs)),
    adopt(ledger, record, plannedAt = record.plannedAt) {
      const target = join(ledger.dir, ledgerFile);
      blamingDisk(target, () => {
        chosen.settle();
        chosen.unpair();
        db.exec('DETACH ledger');
        db.prepare('ATTACH ? AS ledger').run(address(target, 'rw'));
        db.exec(durability('ledger'));
        // What the folder knows is known already, unless there was none.
        if (held === null || ledger.dir !== dir) recognise(db);
        adoptPlan(db, standing, JSON.stringify(record), plannedAt);
      });
    },
    *shared(plannedAt) {
      blamingDisk(path, chosen.settle);
      yield* sharedPlan(db, standing, plannedAt);
    },
    discard() {
      if (!db.isOpen) return;
      db.close();
      held?.close();
    },
  };
}

/** A database with the stage's tables, and as `ledger` that of the run folder, or an empty one. */
function besideLedger(path: string, isThere: boolean): DatabaseSync {
  // An empty name: SQLite's own temporary file, which is deleted however the process ends.
  const db = new DatabaseSync('', { timeout: 10_000 });
  blamingDisk(path, () => {
    db.exec(stagingSql + changeTablesSql);
    if (isThere) db.prepare('ATTACH ? AS ledger').run(address(path, 'ro'));
    else db.exec(`ATTACH ':memory:' AS ledger;${schemaSql('ledger')}`);
  });
  return db;
}

function* jobsIn(db: DatabaseSync, sql: string, ...values: number[]): Iterable<PlannedJob> {
  for (const row of eachRow<PlannedRow>(db.prepare(sql), ...values)) yield fromPlannedRow(row);
}
