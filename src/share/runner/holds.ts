import type { Instant, Job, JobId, JobState } from '../../core/job/job.ts';
import type { Tenure } from '../../core/ports.ts';
import { LeaseLost, type SharedClaim } from '../../core/sharing/shared-ledger.ts';

/** A job that this run works on. */
export interface Hold {
  readonly job: Job;
  /** That of the claim, or of the announcement since. */
  epoch: number;
  /** As this run has recorded it last. */
  state: JobState;
  /** When the call began that announced it, by the wall clock and by the steady one; null: none did. */
  announced: { readonly at: Instant; readonly steadyMs: number } | null;
  /** Another runner holds it by now; null: nobody else does, as far as is known. */
  lost: LeaseLost | null;
}

/** The jobs that this run holds, from the moment they are handed to the engine until it lets go of them. */
export interface Holds {
  find(job: JobId): Hold | null;
  /** Throws for a job that was not handed out. */
  of(job: JobId): Hold;
  /**
   * Claims that the engine may have now, made into holds. One of a job that the engine still works on, since it does
   * not know yet that it has lost it, is kept back until it has let go.
   */
  handOut(claims: readonly SharedClaim[]): readonly SharedClaim[];
  /** Those that were kept back, and can be handed out. */
  cameBack(): readonly SharedClaim[];
  lose(hold: Hold): void;
  /** Whether this run has the job, or is about to. */
  has(job: JobId): boolean;
  /** The claim is not ours any more: it is not handed out. */
  forget(job: JobId): void;
  isEmpty(): boolean;
  /** Those there are now. */
  all(): ReadonlySet<Hold>;
  /** Calls back when the engine has let go of a job. */
  onEnded(hear: (hold: Hold) => void): void;
  readonly tenure: Tenure;
}

export function holding(): Holds {
  const holds = new Map<JobId, Hold>();
  const keptBack = new Map<JobId, SharedClaim>();
  const lostHears: ((lost: LeaseLost) => void)[] = [];
  const endedHears: ((hold: Hold) => void)[] = [];

  function lose(hold: Hold): void {
    if (hold.lost !== null) return;
    const lost = new LeaseLost(hold.job.id);
    hold.lost = lost;
    for (const hear of lostHears) hear(lost);
  }

  function handOut(claims: readonly SharedClaim[]): readonly SharedClaim[] {
    return claims.filter((claim) => {
      const { job, epoch, state } = claim;
      const before = holds.get(job.id);
      if (before === undefined) {
        holds.set(job.id, { job, epoch, state, announced: null, lost: null });
        return true;
      }
      lose(before);
      keptBack.set(job.id, claim);
      return false;
    });
  }

  return {
    find: (job) => holds.get(job) ?? null,
    of(job) {
      const hold = holds.get(job);
      if (hold === undefined) throw new Error(`Job ${job} was not handed out.`);
      return hold;
    },
    handOut,
    cameBack() {
      const free = [...keptBack.values()].filter(({ job }) => !holds.has(job.id));
      for (const { job } of free) keptBack.delete(job.id);
      return handOut(free);
    },
    lose,
    forget: (job) => keptBack.delete(job),
    has: (job) => holds.has(job) || keptBack.has(job),
    all: () => new Set(holds.values()),
    isEmpty: () => holds.size === 0 && keptBack.size === 0,
    onEnded: (hear) => endedHears.push(hear),
    tenure: {
      onLost: (letGo) => lostHears.push(letGo),
      check(job) {
        const lost = holds.get(job)?.lost ?? null;
        if (lost !== null) throw lost;
      },
      ended(job) {
        const hold = holds.get(job);
        if (hold === undefined) return;
        holds.delete(job);
        for (const hear of endedHears) hear(hold);
      },
    },
  };
}
