import type { DatabaseSync } from 'node:sqlite';
import type { JobId } from '../../core/job/job.ts';
import type { Advance } from '../../core/sharing/mirror.ts';
import type { Horizon } from '../../core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import { applying, dropLeftJobs } from './applying.ts';
import { firstPull } from './first-pull.ts';
import { horizonKey, keepMeta, metaIn, removeMeta } from './mirror-mark.ts';
import type { Outbox } from './outbox.ts';
import { putOff } from './put-off.ts';
import { refuseOdd } from './shared-columns.ts';

/** Takes over what the shared ledger says, in the caller's transaction. */
interface TakingOver {
  /** For the connection, outside of the transaction. */
  prepare(): void;
  apply(changes: readonly SharedChange[], horizon: Horizon | null): readonly Advance[];
  horizon(): Horizon | null;
  /** Forgets how far the mirror was pulled. */
  restart(): void;
}

export function takingOver(db: DatabaseSync, outbox: Outbox, runner: () => string): TakingOver {
  const apply = applying(db, runner);
  const later = putOff(metaIn(db, horizonKey));
  const first = firstPull(db);

  function take(change: SharedChange): Advance | 'left' | null {
    const id = change.job.id as JobId;
    refuseOdd(change);
    if (outbox.isAhead(id)) {
      later.put(id, false);
      return null;
    }
    const applied = apply(change, later.isRead(id));
    if (applied === 'older') {
      later.put(id, true);
      return null;
    }
    if (typeof applied === 'object' && 'at' in applied) {
      later.put(id, true);
      outbox.expect(id);
      outbox.put([{ ...applied, epoch: change.job.epoch }]);
      return null;
    }
    later.settle(id);
    return applied === 'same' ? null : applied;
  }

  function keepHorizon(): void {
    const horizon = later.from();
    if (horizon === null) removeMeta(db, horizonKey);
    else keepMeta(db, horizonKey, horizon);
  }

  return {
    prepare: first.prepare,
    apply(changes, horizon) {
      if (later.from() === null) first.begin();
      const became = changes.map(take);
      outbox.put([]);
      if (became.includes('left')) dropLeftJobs(db);
      if (horizon !== null) {
        first.end();
        later.reach(horizon);
        keepHorizon();
      }
      return became.filter((each) => each !== null && each !== 'left');
    },
    horizon: later.from,
    restart() {
      later.restart();
      keepHorizon();
    },
  };
}

const neverAttempted = `state = 'pending' AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.job = job.num)`;

/** Marks the jobs that a plan which was never adopted may have left: those that are read next are not. */
export function beginRebuild(db: DatabaseSync): void {
  db.exec(`UPDATE job SET epoch = -1 WHERE ${neverAttempted}`);
}

/** Removes those that were not read since. */
export function finishRebuild(db: DatabaseSync): void {
  db.exec(`DELETE FROM job WHERE epoch = -1 AND ${neverAttempted}`);
}
