import type { JobId } from '../../core/job/job.ts';
import type { Clock, Observer } from '../../core/ports.ts';
import type { Gate } from '../../core/sharing/gate.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import { movesOf } from '../../core/sharing/missed-attempts.ts';
import type { Horizon, SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { SharedChange, SharedJobRow } from '../../core/sharing/shared-rows.ts';
import { progress } from '../../core/sharing/verdicts.ts';
import type { Hold, Holds } from './holds.ts';

interface PullPorts {
  readonly shared: Pick<SharedLedger, 'changes' | 'read' | 'runner'>;
  readonly mirror: Pick<Mirror, 'apply' | 'horizon' | 'isAhead'>;
  readonly holds: Holds;
  readonly clock: Pick<Clock, 'now'>;
  /** Hear what others did. */
  readonly observe: Observer;
  readonly moved: Gate['moved'];
}

/** Takes over what others did. Each method is to be called from the line of calls. */
export interface Pulling {
  pull(): Promise<void>;
  /** What a call has read besides. */
  apply(changes: readonly SharedChange[], horizon: Horizon | null): void;
  /** The mirror may differ from the shared ledger here: these jobs are read again with the next pull. */
  doubt(jobs: readonly JobId[]): void;
}

const readAtOnce = 500;

/**
 * What a run itself works on is not taken over: it knows that best, until another runner holds it or the engine lets go
 * of it.
 */
export function pulling({ shared, mirror, holds, clock, observe, moved }: PullPorts): Pulling {
  const doubted = new Set<JobId>();
  /** Others have taken these further than this run, which still works on them. */
  const overtaken = new Set<JobId>();

  function isOurs({ job: row }: SharedChange): boolean {
    const id = row.id as JobId;
    const hold = holds.find(id);
    if (hold === null) return false;
    if (isTaken(row, hold, shared.runner)) holds.lose(hold);
    if (hold.lost !== null) return false;
    if (isBeyond(row, hold)) overtaken.add(id);
    return true;
  }

  function apply(changes: readonly SharedChange[], horizon: Horizon | null): void {
    const others = changes.filter((change) => !isOurs(change));
    for (const { job } of others) if (mirror.isAhead(job.id as JobId)) doubted.add(job.id as JobId);
    const byId = new Map(others.map((change) => [change.job.id, change]));
    for (const { job, from, state } of mirror.apply(others, horizon)) {
      for (const each of movesOf({ job, from, state }, byId.get(job.id)))
        moved(each.job, each.from, each.state);
      observe({ type: 'advanced', job, from, state, at: clock.now(), elsewhere: true });
    }
  }

  async function readAgain(): Promise<void> {
    while (true) {
      const jobs = [...doubted].filter((job) => !mirror.isAhead(job)).slice(0, readAtOnce);
      if (jobs.length === 0) return;
      const read = await shared.read(jobs);
      for (const job of jobs) doubted.delete(job);
      apply(read, null);
    }
  }

  holds.onEnded(({ job }) => {
    if (overtaken.delete(job.id)) doubted.add(job.id);
  });

  return {
    async pull() {
      const horizon = await shared.changes(mirror.horizon(), (changes) => apply(changes, null));
      apply([], horizon);
      await readAgain();
    },
    apply,
    doubt(jobs) {
      for (const job of jobs) doubted.add(job);
    },
  };
}

/** Whether somebody else has decided about the job since. Our own announcement may be one that we have no answer to. */
function isTaken(row: SharedJobRow, hold: Hold, runner: string): boolean {
  return row.epoch > hold.epoch && !(row.holder === runner && row.announced === row.epoch);
}

function isBeyond(row: SharedJobRow, { state }: Hold): boolean {
  return row.attempt > state.attempt || progress[row.state] > progress[state.status];
}
