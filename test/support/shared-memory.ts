import type { Instant, Job, JobId, JobState } from '../../src/core/job/job.ts';
import { resumed } from '../../src/core/job/lifecycle.ts';
import { failureOf, isAtRest } from '../../src/core/job/state-facts.ts';
import type { Claimed, SharedClaim } from '../../src/core/sharing/shared-ledger.ts';
import { type Standing, type Told, type Verdict, verdictOn } from '../../src/core/sharing/verdicts.ts';

/** A job in memory, as all runners share it. */
export interface HeldInMemory extends Standing {
  readonly job: Job;
  readonly state: JobState;
  readonly holder: string | null;
  /** By the clock of the ledger: when the lease on it ends. */
  readonly until: Instant;
}

/** The rules of a shared ledger over a map: what `SharedLedger` promises, without a database. */
export function sharedMemory(now: () => Instant, leaseMs: number) {
  const jobs = new Map<JobId, HeldInMemory>();

  const isFree = ({ holder, until }: HeldInMemory): boolean => holder === null || until <= now();

  function set(id: JobId, change: Partial<HeldInMemory>): HeldInMemory {
    const changed = { ...(jobs.get(id) as HeldInMemory), ...change };
    jobs.set(id, changed);
    return changed;
  }

  /** Stalled jobs are left to a later run. */
  const isOpen = ({ state }: HeldInMemory): boolean => !isAtRest(state.status) && failureOf(state) === null;

  return {
    jobs,
    put(job: Job): void {
      const state: JobState = { status: 'pending', attempt: 1, stalled: null };
      jobs.set(job.id, { job, state, epoch: 0, announced: null, holder: null, until: 0 as Instant });
    },
    claim(runner: string, limit: number): Claimed {
      const claims: SharedClaim[] = [];
      const inOrder = [...jobs.values()].sort(
        (a, b) => Number(a.state.status === 'pending') - Number(b.state.status === 'pending'),
      );
      for (const held of inOrder) {
        if (claims.length >= limit) break;
        if (!isOpen(held) || !isFree(held)) continue;
        const epoch = held.epoch + 1;
        const state = resumed(held.state);
        const isClaimed = !isAtRest(state.status);
        const until = (now() + leaseMs) as Instant;
        set(held.job.id, { state, epoch, holder: isClaimed ? runner : null, until });
        if (isClaimed) claims.push({ job: held.job, epoch, state });
      }
      const heldByOthers = [...jobs.values()].filter(
        (held) => isOpen(held) && held.holder !== null && held.holder !== runner,
      ).length;
      return { claims, heldByOthers };
    },
    tell({ job, epoch, state }: Told): Verdict {
      const held = jobs.get(job);
      if (held === undefined) throw new Error(`There is no job ${job}.`);
      const verdict = verdictOn(held, { state, epoch });
      if (verdict !== 'taken') return verdict;
      const isHeld = held.epoch === epoch && !isAtRest(state.status);
      set(job, { state, ...(isHeld ? {} : { holder: null }) });
      return verdict;
    },
  };
}
