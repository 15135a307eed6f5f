import type { DatabaseSync } from 'node:sqlite';
import { pairChanges } from './plan-changes.ts';
import type { Standing } from './plan-standing.ts';
import type { Adding } from './stage-adding.ts';
import { settleNames } from './stage-names.ts';
import { choose, everything, type Selection } from './stage-tables.ts';

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
  let selection = everything;
  let isChosen = false;
  let isPaired = false;

  function reopen(): void {
    isChosen = false;
    isPaired = false;
  }

  function settle(): void {
    staged.commit();
    if (isChosen) return;
    choose(db, selection);
    if (staged.hasNames()) settleNames(db, standing);
    isChosen = true;
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
