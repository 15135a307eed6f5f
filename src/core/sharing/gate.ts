import { tooManyFailed } from '../job/failure-cap.ts';
import { type Failure, failure } from '../job/failures.ts';
import type { Job, JobState } from '../job/job.ts';
import type { Budget } from '../money/budget.ts';
import { type GateLimits, type GateReason, opening } from './gate-opening.ts';
import type { Announced, GateDecision, GateView } from './shared-ledger.ts';
import { type SharedSpending, sharedSpending } from './shared-spending.ts';

export interface GatePorts {
  readonly limits: GateLimits;
  /** Of the whole run, its past included; null: there is no spending cap. */
  readonly budget: Budget | null;
  /** What is in flight when this runner begins, whoever holds it. */
  readonly inFlight: Iterable<{ readonly job: Job; readonly state: JobState }>;
  /** Takes in what has changed, before anything is decided: of each job that moves, the gate hears by `moved`. */
  readonly apply: (view: Pick<GateView, 'changes' | 'horizon'>) => void;
  /** Submits nothing more, because of this. Whatever waits to be announced is withdrawn. */
  readonly drain: (why: string) => void;
}

export interface GateAnswer extends GateDecision {
  /** Why the first of those that may not leave has to wait; null: all may, or `capped` says why. */
  readonly waitsFor: GateReason | null;
  /** When it is worth asking again, from now on; null: when something has ended. */
  readonly waitMs: number | null;
  /** The first of those that may not leave never may, for this reason: the cap on cost has no room for it. */
  readonly capped: Failure | null;
  /**
   * How many of those that wait, from the last one on, should rather be given back: this runner may have no room for what
   * nobody looks after, and as long as nobody does, the gate stays closed.
   */
  readonly giveBack: number;
}

/** The account whose requests others have in flight too, as one runner sees it. */
export interface SharedAccount {
  /** What others have in flight, as of the latest decision. */
  others(): number;
  /** What the account should not have more of in flight, as this runner has learned from refusals meanwhile. */
  bound(ceiling: () => number): void;
}

/** Decides what this runner may submit, by all that the runners of the account have in flight and of the run have done. */
export interface Gate extends SharedAccount {
  /** Decides on these, which may be announced at all. To be called from `SharedLedger.announce`, as often as that likes. */
  decide(view: GateView, asked: readonly Job[]): GateAnswer;
  /** The announcement has succeeded, and these are its answers. */
  settled(
    asked: readonly { readonly job: Job; readonly state: JobState }[],
    answers: readonly Announced[],
  ): void;
  /** A job has moved, whoever moved it and however it was heard: by a pull, by `apply`, or from this runner's engine. */
  moved(job: Job, from: JobState, state: JobState): void;
  /** This runner takes over a job that is in flight. */
  hold(job: Job, state: JobState): void;
  /** Whether there is a spending cap. */
  readonly isCapped: boolean;
  /** A sentence or two if more is spent than the cap allows; else null. */
  crossed(): string | null;
}

export function gate({ limits, budget, inFlight, apply, drain }: GatePorts): Gate {
  const spending: SharedSpending | null = budget === null ? null : sharedSpending(budget);
  const counts = opening(limits);
  let others = 0;
  let ceiling = (): number => Number.POSITIVE_INFINITY;

  for (const { job, state } of inFlight) spending?.hold(job, state);

  function failedSince(view: GateView): string | null {
    if (limits.failures === null) return null;
    const { cap, before } = limits.failures;
    const since = (now: number, then: number): number => Math.max(0, now - then);
    return tooManyFailed(cap, {
      ended: since(view.ended, before.ended),
      failed: since(view.failed, before.failed),
    });
  }

  /** How many of them the budget lets through, and what it says to the next one. */
  function affordable(jobs: readonly Job[]): { count: number; verdict: 'go' | 'wait' | 'stop' } {
    let count = 0;
    for (const job of jobs) {
      const verdict = spending?.admit(job) ?? 'go';
      if (verdict !== 'go') return { count, verdict };
      count += 1;
    }
    return { count, verdict: 'go' };
  }

  return {
    decide(view, asked) {
      apply(view);
      others = Math.max(0, view.inFlight - view.mine);
      // Whoever holds the lock sees all that was announced: what is not there never was.
      spending?.release(null);
      const why = failedSince(view);
      if (why !== null) {
        drain(why);
        return { go: 0, nextAt: null, waitsFor: 'in_flight', waitMs: null, capped: null, giveBack: 0 };
      }
      const open = counts.open(view, asked.length, ceiling());
      const { count, verdict } = affordable(asked.slice(0, open.go));
      const go = {
        go: count,
        nextAt: count === 0 ? null : counts.nextAt(view, count),
        giveBack: Math.min(view.orphaned, asked.length - count),
        isCrowded: open.isCrowded,
      };
      if (verdict === 'go') return { ...go, waitsFor: open.waitsFor, waitMs: open.waitMs, capped: null };
      const next = asked[count] as Job;
      const capped = verdict === 'stop' ? failure('capped', budget?.why(next) ?? '') : null;
      return { ...go, waitsFor: capped === null ? 'money' : null, waitMs: null, capped };
    },
    settled(asked, answers) {
      asked.forEach(({ job, state }, place) => {
        if (answers[place]?.answer === 'go') spending?.announced(job, state);
      });
      spending?.release(asked.map(({ job }) => job));
    },
    moved: (job, from, state) => spending?.moved(job, from, state),
    hold: (job, state) => spending?.hold(job, state),
    others: () => others,
    bound(learned) {
      ceiling = learned;
    },
    isCapped: budget !== null,
    crossed: () => budget?.crossed() ?? null,
  };
}
