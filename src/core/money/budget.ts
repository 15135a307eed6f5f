import type { Job, JobId, JobState } from '../job/job.ts';
import {
  blindSentence,
  type CapStanding,
  crossedSentence,
  noRoomSentence,
  slackUsd,
} from './cap-sentences.ts';
import { type Charge, chargeOf, isSameCharge } from './charges.ts';
import { type IdleReserve, idleReserve } from './idle-reserve.ts';
import { likelyMs, type MachineTerms, machineUsd } from './machine-time.ts';
import { type Accounts, accountsOf } from './model-accounts.ts';
import type { PastAttempts, Priced } from './past-attempts.ts';

/** Whether a job may be submitted under a cap. `wait`: what is in flight has to end first, since it may cost less. */
type Verdict = 'go' | 'wait' | 'stop';

/** Keeps what is spent, and what may still be spent, under a cap in dollars. */
export interface Budget {
  /** Whether the job may be submitted; `go` reserves what it may cost. */
  admit(job: Job): Verdict;
  /** Reserves without asking for a job that was submitted before: it is already paid for. */
  hold(job: Job): void;
  /** Gives back what was reserved for a job that is not submitted after all. */
  release(job: Job): void;
  /** The job has another state. */
  advanced(job: Job, from: JobState, state: JobState): void;
  /** Why no more jobs are submitted after `stop` for this one, in a sentence or two. */
  why(job: Job): string;
  /** A sentence or two if more is spent than the cap allows; else null. */
  crossed(): string | null;
}

// After this many jobs of unknown cost, the cost of a model without a price is taken to be unknowable.
const blindJobs = 3;

interface Open {
  readonly model: string;
  readonly baseUsd: number | null;
}

/** The jobs that are in flight, each with what it may cost. */
function openJobs({ of }: Accounts, idle: IdleReserve) {
  const open = new Map<JobId, Open>();

  /** `ahead`: how many jobs of the model were submitted before it and are still in flight. */
  function reservedUsd({ model, baseUsd }: Open, ahead: number): number {
    const { costs } = of(model);
    const usd = ahead < costs.evidence ? costs.expectedUsd(baseUsd) : costs.cautiousUsd(baseUsd);
    return usd ?? Number.POSITIVE_INFINITY;
  }

  return {
    isEmpty: () => open.size === 0,
    has: (id: JobId) => open.has(id),
    add(id: JobId, job: Open): void {
      open.set(id, job);
      idle.seen(job.model, [...open.values()].filter(({ model }) => model === job.model).length);
    },
    remove: (id: JobId) => open.delete(id),
    /** What all of them may cost with this one, and the machines that they keep. */
    usdWith(id: JobId, job: Open): number {
      let usd = 0;
      const before = new Map<string, number>();
      for (const each of new Map(open).set(id, job).values()) {
        const ahead = before.get(each.model) ?? 0;
        before.set(each.model, ahead + 1);
        usd += reservedUsd(each, ahead);
      }
      return usd + idle.usd(before);
    },
  };
}

/**
 * A cap over the life of a run folder, whose `past` counts against it. Until a real cost of a model has been seen, each
 * of its jobs counts as ten times its base price, and if that leaves no room one job may go alone. After that a job
 * counts as the highest cost seen, for as many jobs in flight as there is evidence for that. An attempt of unknown cost
 * counts the same, for good. If there is no price either, one job goes alone to find out; after a few of unknown cost,
 * none does. `priceOf`: dollars at the base price, above 0; null: unknown. A job that is paid by the time of a machine
 * counts as ten times what it may take until the first one has ended, and machines that start and idle count as well.
 */
export function budget(
  capUsd: number,
  past: PastAttempts,
  priceOf: (job: Priced) => number | null,
  machinesOf: (model: string) => MachineTerms | null = () => null,
): Budget {
  const guessOf = (model: string): number | null => {
    const terms = machinesOf(model);
    return terms === null ? null : machineUsd(terms, likelyMs(terms));
  };
  const accounts = accountsOf(priceOf, past, guessOf);
  const idle = idleReserve(machinesOf, past);
  const open = openJobs(accounts, idle);
  let spent = past.spentUsd;

  function isBlind({ model, baseUsd }: Open): boolean {
    const { costs, unnamed } = accounts.of(model);
    const isUnknown = baseUsd === null && guessOf(model) === null;
    return isUnknown && costs.evidence === 0 && (unnamed.get(null) ?? 0) >= blindJobs;
  }

  /** Whether a job of a model without any known cost may go while nothing else is in flight. */
  function mayGoAlone(asked: Open, committedUsd: number): boolean {
    if (accounts.of(asked.model).costs.evidence > 0 || isBlind(asked)) return false;
    const usd = asked.baseUsd ?? guessOf(asked.model);
    if (usd === null) return committedUsd < capUsd;
    return committedUsd + usd + idle.usd(new Map([[asked.model, 1]])) <= capUsd + slackUsd;
  }

  function move(job: Job, before: Charge, after: Charge): void {
    if (before.type === 'named') spent -= before.usd;
    else if (before.type === 'unnamed') accounts.count(job, -1);
    if (after.type === 'unnamed' && open.has(job.id)) idle.doubted(job.model);
    if (after.type === 'open') open.add(job.id, { model: job.model, baseUsd: priceOf(job) });
    else open.remove(job.id);
    if (after.type === 'unnamed') accounts.count(job, 1);
    if (after.type !== 'named') return;
    spent += after.usd;
    accounts.learn(job, after.usd);
  }

  function standing(): CapStanding {
    const { usd, attempts } = accounts.unnamed();
    return { capUsd, spentUsd: spent, unnamedUsd: usd, unnamedAttempts: attempts, idleUsd: idle.usd() };
  }

  const isCrossed = (): boolean => spent > capUsd + slackUsd;

  return {
    admit(job) {
      const asked = { model: job.model, baseUsd: priceOf(job) };
      const isFirst = open.isEmpty();
      const committedUsd = spent + accounts.unnamed().usd;
      const fits = committedUsd + open.usdWith(job.id, asked) <= capUsd + slackUsd;
      if (!fits && !(isFirst && mayGoAlone(asked, committedUsd))) return isFirst ? 'stop' : 'wait';
      open.add(job.id, asked);
      return 'go';
    },
    hold(job) {
      idle.held(job.model);
      move(job, { type: 'none' }, { type: 'open' });
    },
    release(job) {
      move(job, { type: 'none' }, { type: 'none' });
    },
    advanced(job, from, state) {
      // It only waits to be submitted again, and keeps its reservation.
      if (state.status === 'pending' && state.stalled === null) return;
      const [before, after] = [chargeOf(from), chargeOf(state)];
      // An admitted job has its reservation already, and a known cost is not learned twice.
      if (after.type === 'open' ? open.has(job.id) : before.type !== 'none' && isSameCharge(before, after))
        return;
      move(job, before, after);
    },
    why({ model, input }) {
      if (isCrossed()) return crossedSentence(standing(), accounts.excess());
      const baseUsd = priceOf({ model, input });
      const { costs, unnamed } = accounts.of(model);
      if (isBlind({ model, baseUsd })) return blindSentence(standing(), model, unnamed.get(null) ?? 0);
      return noRoomSentence(
        { ...standing(), idleUsd: idle.usd(new Map([[model, 1]])) },
        { model, baseUsd, guessUsd: guessOf(model), costs },
      );
    },
    crossed: () => (isCrossed() ? crossedSentence(standing(), accounts.excess()) : null),
  };
}
