import type { DatabaseSync } from 'node:sqlite';
import { rows } from '../ledger/sql-rows.ts';
import { pairChanges } from './plan-changes.ts';
import type { Standing } from './plan-standing.ts';
import type { Adding, HeldPath } from './stage-adding.ts';
import { settleNames } from './stage-names.ts';
import {
  choose,
  everything,
  holdsJobs,
  pathIndexSql,
  recognise,
  type Selection,
  stageStatements,
} from './stage-tables.ts';

/** Chooses the plan among the jobs on the stage, and compares it with the folder's, no more often than is needed. */
interface Choosing {
  select(selection: Selection): void;
  /** What was chosen does not hold any more: a job was added. */
  reopen(): void;
  /** From here on the tables hold the selected plan, its paths included. */
  settle(): void;
  /** The same, with its changes paired. */
  pair(): void;
  /** Pairs again next time: the folder's ledger has changed. */
  unpair(): void;
}

export function choosing(db: DatabaseSync, standing: Standing, staged: Adding): Choosing {
  // Changes with each commit of another connection.
  const version = db.prepare('PRAGMA ledger.data_version');
  let selection = everything;
  let isChosen = false;
  let isPaired = false;
  let known: unknown = null;

  function reopen(): void {
    isChosen = false;
    isPaired = false;
  }

  function settle(): void {
    staged.commit();
    const { data_version: latest } = version.get() as { data_version: number };
    if (isChosen && known === latest) return;
    const hasHeld = holdsJobs(db);
    if (hasHeld) recognise(db);
    known = latest;
    if (isChosen) return;
    if (hasHeld) leaveHeldPaths();
    choose(db, selection, { isInOrder: staged.isInOrder(), isPlain: staged.isPlain() });
    if (staged.hasNames()) {
      db.exec(pathIndexSql);
      settleNames(db, standing);
    }
    isChosen = true;
  }

  /** A path is hardly ever that of another job of the folder: one query for all takes less than asking for each job. */
  function leaveHeldPaths(): void {
    for (const path of rows<HeldPath>(db.prepare(stageStatements.heldPaths))) staged.moveFrom(path);
    staged.commit();
  }

  return {
    select(asked) {
      selection = asked;
      reopen();
    },
    reopen,
    settle,
    pair() {
      settle();
      if (!isPaired) pairChanges(db, standing);
      isPaired = true;
    },
    unpair() {
      isPaired = false;
    },
  };
}
