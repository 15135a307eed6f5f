import { failure, failureRule } from '../core/job/failures.ts';
import type { Job, JobState } from '../core/job/job.ts';
import { nextStep } from '../core/job/lifecycle.ts';
import { costOf, failureOf } from '../core/job/state-facts.ts';
import type { Claim, Ledger } from '../core/ports.ts';
import { LeaseLost } from '../core/sharing/shared-ledger.ts';
import type { Admission } from './admission.ts';
import { drive } from './drive.ts';
import { claimedAtOnce, type Lanes } from './lanes.ts';
import type { Stopping } from './stopping.ts';
import type { Wiring } from './wiring.ts';

interface FeedPorts {
  readonly ledger: Pick<Ledger, 'claim' | 'tenure'>;
  readonly admission: Admission | null;
  readonly lanes: Pick<Lanes, 'slots' | 'collecting'>;
  readonly wiring: Wiring;
  readonly stopping: Stopping;
}

interface Feed {
  /** Resolves once the ledger has no more jobs, or no more may enter. */
  all(): Promise<void>;
  /** Resolves once nothing is under way any more. */
  idle(): Promise<void>;
}

/** Takes jobs from the ledger, each as soon as there is a slot for it, and through the three lanes. */
export function feeding({ ledger, admission, lanes, wiring, stopping }: FeedPorts): Feed {
  const { slots, collecting } = lanes;
  const { account, driving, enter, halt, observe } = wiring;
  const { drain, leave } = stopping;
  const underWay = new Set<Promise<void>>();

  async function all(): Promise<void> {
    while (!leave.aborted) {
      const claims = await ledger.claim(await claimable(), stopping);
      if (claims.length === 0) return;
      for (const { job, state } of claims) account.meet(job, state);
      for (const claim of claims) {
        if (leave.aborted) return;
        const enters = nextStep(claim.state)?.stage === 'enter';
        if (enters && !(await mayEnter(claim.job))) return;
        // What the server has named as its cost is counted already.
        if (!enters && costOf(claim.state) === null) admission?.hold(claim.job, claim.state);
        await start(claim);
      }
    }
  }

  /** Of jobs that others could take, none is held without a slot for it. */
  async function claimable(): Promise<number> {
    if (ledger.tenure === undefined) return claimedAtOnce;
    await slots(() => {});
    const free = slots.concurrency - slots.activeCount - slots.pendingCount;
    return Math.max(1, Math.min(free, claimedAtOnce));
  }

  async function mayEnter(job: Job): Promise<boolean> {
    if (drain.aborted || !(await account.mayEnter())) return false;
    if (admission === null || (await admission.admit(job, drain))) return true;
    if (!drain.aborted) observe({ type: 'halted', failure: failure('capped', admission.why(job)) });
    return false;
  }

  /** Resolves once the job has a slot. */
  function start(claim: Claim): Promise<void> {
    return new Promise((begun) => {
      const work = through(claim, begun)
        .catch(unlessLost)
        .finally(() => {
          underWay.delete(work);
          ledger.tenure?.ended(claim.job.id);
        });
      underWay.add(work);
    });
  }

  function unlessLost(error: unknown): void {
    if (error instanceof LeaseLost) wiring.letGo(error);
    else stopping.crash(error);
  }

  async function through(claim: Claim, begun: () => void): Promise<void> {
    const work = (): Promise<JobState> => {
      begun();
      return inSlot(claim);
    };
    const ended = await (takesSlot(claim) ? slots(work) : work());
    haltOn(ended);
    haltOn(await collecting.through(drive(claim.job, ended, 'collect', driving)));
  }

  /**
   * What another runner has submitted is in flight already. Were it to wait for a slot, all slots might be held by jobs
   * that may not leave before it has ended.
   */
  function takesSlot({ state }: Claim): boolean {
    return ledger.tenure === undefined || nextStep(state)?.stage === 'enter';
  }

  async function inSlot({ job, state }: Claim): Promise<JobState> {
    // What the server has does not wait where submissions are held back.
    const entered = nextStep(state)?.stage === 'enter' ? await enter(job, state) : state;
    const ended = await drive(job, entered, 'watch', driving);
    await collecting.room();
    return ended;
  }

  function haltOn(state: JobState): void {
    const reason = failureOf(state);
    if (reason !== null && failureRule(reason.kind).halts) halt(reason);
  }

  return {
    all,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
