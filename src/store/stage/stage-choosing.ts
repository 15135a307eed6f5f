import type { DatabaseSync } from 'node:sqlite';
import { rows } from '../ledger/sql-rows.ts';
import { pairChanges } from './plan-changes.ts';
import type { Standing } from './plan-standing.ts';
import type { Adding, HeldPath } from './stage-adding.ts';
import { settleNames } from './stage-names.ts';
import { choose, everything, holdsJobs, indexSql, type Selection, stageStatements } from './stage-tables.ts';

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
  const hasHeld = holdsJobs(db);
  let selection = everything;
  let isChosen = false;
  let isPaired = false;
  // The paths of the jobs up to this number have been compared with the folder's.
  let compared = 0;

  function reopen(): void {
    isChosen = false;
    isPaired = false;
  }

  function settle(): void {
    staged.commit();
    if (isChosen) return;
    if (hasHeld) {
      db.exec(indexSql.ids);
      leaveHeldPaths();
    }
    choose(db, selection, staged.isInOrder());
    if (staged.hasNames()) {
      db.exec(indexSql.paths);
      settleNames(db, standing);
    }
    isChosen = true;
  }

  /** A path is hardly ever that of another job of the folder: one query for all takes less than asking for each job. */
  function leaveHeldPaths(): void {
    const held = rows<HeldPath>(db.prepare(stageStatements.heldPaths), compared);
    for (const path of held) staged.moveFrom(path);
    staged.commit();
    compared = staged.count();
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
