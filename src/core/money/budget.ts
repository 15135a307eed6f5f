import type { Job, JobId, JobState } from '../job/job.ts';
import {
  blindSentence,
  type CapStanding,
  crossedSentence,
  type Excess,
  noRoomSentence,
} from './cap-sentences.ts';
import { type Charge, chargeOf, isSameCharge } from './charges.ts';
import { type ModelCosts, modelCosts } from './model-costs.ts';

/** Whether a job may be submitted under a cap. `wait`: what is in flight has to end first, since it may cost less. */
type Verdict = 'go' | 'wait' | 'stop';

/** What a price depends on. */
export type Priced = Pick<Job, 'model' | 'input'>;

/** Keeps what is spent, and what may still be spent, under a cap in dollars. */
export interface Budget {
  /** Whether the job may be submitted; `go` reserves what it may cost. */
  admit(job: Job): Verdict;
  /** Reserves without asking for a job that was submitted before: it is already paid for. */
  hold(job: Job): void;
  /** The job has another state. */
  advanced(job: Job, from: JobState, state: JobState): void;
  /** Why no more jobs are submitted after `stop` for this one, in a sentence or two. */
  why(job: Job): string;
  /** A sentence or two if more is spent than the cap allows; else null. */
  crossed(): string | null;
}

/** The attempts of all earlier runs of a run folder, without the jobs that are in flight: see `hold`. */
export interface PastAttempts {
  readonly spentUsd: number;
  /** Attempts of named cost; `usd` is the highest of each group. */
  readonly named: readonly (AttemptGroup & { readonly usd: number })[];
  /** Attempts of unknown cost that may have been charged. */
  readonly unnamed: readonly AttemptGroup[];
}

/** Attempts that agree in everything that their price depends on. */
export interface AttemptGroup extends Priced {
  readonly attempts: number;
}

// After this many jobs of unknown cost, the cost of a model without a price is taken to be unknowable.
const blindJobs = 3;

// Sums of prices in binary fractions may be off by this much although nothing more was charged.
const slackUsd = 1e-9;

interface Open {
  readonly model: string;
  readonly baseUsd: number | null;
}

/** What is known of one model under a cap. */
interface Account {
  readonly costs: ModelCosts;
  /** By base price: the number of attempts of unknown cost that may have been charged. */
  readonly unnamed: Map<number | null, number>;
}

/** What each model's jobs are known to cost, and the attempts of unknown cost. */
interface Accounts {
  of(model: string): Account;
  /** Adds attempts of unknown cost, or removes them. */
  count(job: Priced, attempts: number): void;
  learn(job: Priced, usd: number, attempts?: number): void;
  /** What all attempts of unknown cost count as. */
  unnamed(): { readonly usd: number; readonly attempts: number };
  /** The job that exceeded its base price by the greatest amount, if any did. */
  excess(): Excess | null;
}

function accountsOf(priceOf: (job: Priced) => number | null, past: PastAttempts): Accounts {
  const accounts = new Map<string, Account>();

  function of(model: string): Account {
    const known = accounts.get(model) ?? { costs: modelCosts(), unnamed: new Map<number | null, number>() };
    accounts.set(model, known);
    return known;
  }

  function count(job: Priced, attempts: number): void {
    const { unnamed } = of(job.model);
    const baseUsd = priceOf(job);
    unnamed.set(baseUsd, (unnamed.get(baseUsd) ?? 0) + attempts);
  }

  function learn(job: Priced, usd: number, attempts = 1): void {
    of(job.model).costs.learn(priceOf(job), usd, attempts);
  }

  for (const group of past.named) learn(group, group.usd, group.attempts);
  for (const group of past.unnamed) count(group, group.attempts);

  return {
    of,
    count,
    learn,
    unnamed() {
      let [usd, attempts] = [0, 0];
      for (const { costs, unnamed } of accounts.values()) {
        for (const [baseUsd, many] of unnamed) {
          attempts += many;
          if (many > 0) usd += many * (costs.expectedUsd(baseUsd) ?? costs.cautiousUsd(baseUsd) ?? 0);
        }
      }
      return { usd, attempts };
    },
    excess() {
      const above = ({ usd, baseUsd }: Excess): number => usd - (baseUsd ?? 0);
      const all = [...accounts].flatMap(
        ([
          model,
          {
            costs: { highestExcess },
          },
        ]) => (highestExcess === null ? [] : [{ model, ...highestExcess }]),
      );
      return all.filter((each) => above(each) > slackUsd).sort((a, b) => above(b) - above(a))[0] ?? null;
    },
  };
}

/**
 * A cap over the life of a run folder, whose `past` counts against it. Until a real cost of a model has been seen, each
 * of its jobs counts as ten times its base price, and if that leaves no room one job may go alone. After that a job
 * counts as the highest cost seen, for as many jobs in flight as there is evidence for that. An attempt of unknown cost
 * counts the same, for good. If there is no price either, one job goes alone to find out; after a few of unknown cost,
 * none does. `priceOf`: dollars at the base price, above 0; null: unknown.
 */
export function budget(capUsd: number, past: PastAttempts, priceOf: (job: Priced) => number | null): Budget {
  const accounts = accountsOf(priceOf, past);
  const open = new Map<JobId, Open>();
  let spent = past.spentUsd;

  function openUsd(): number {
    let usd = 0;
    const before = new Map<string, number>();
    for (const job of open.values()) {
      const ahead = before.get(job.model) ?? 0;
      before.set(job.model, ahead + 1);
      usd += reservedUsd(job, ahead);
    }
    return usd;
  }

  /** `ahead`: how many jobs of the model were submitted before it and are still in flight. */
  function reservedUsd({ model, baseUsd }: Open, ahead: number): number {
    const { costs } = accounts.of(model);
    const usd = ahead < costs.evidence ? costs.expectedUsd(baseUsd) : costs.cautiousUsd(baseUsd);
    return usd ?? Number.POSITIVE_INFINITY;
  }

  function isBlind({ model, baseUsd }: Open): boolean {
    const { costs, unnamed } = accounts.of(model);
    return baseUsd === null && costs.evidence === 0 && (unnamed.get(null) ?? 0) >= blindJobs;
  }

  /** Whether a job of a model without any known cost may go while nothing else is in flight. */
  function mayGoAlone(asked: Open, committedUsd: number): boolean {
    if (accounts.of(asked.model).costs.evidence > 0 || isBlind(asked)) return false;
    if (asked.baseUsd === null) return committedUsd < capUsd;
    return committedUsd + asked.baseUsd <= capUsd + slackUsd;
  }

  function move(job: Job, before: Charge, after: Charge): void {
    if (before.type === 'named') spent -= before.usd;
    else if (before.type === 'unnamed') accounts.count(job, -1);
    if (after.type === 'open') open.set(job.id, { model: job.model, baseUsd: priceOf(job) });
    else open.delete(job.id);
    if (after.type === 'unnamed') accounts.count(job, 1);
    if (after.type !== 'named') return;
    spent += after.usd;
    accounts.learn(job, after.usd);
  }

  function standing(): CapStanding {
    const { usd, attempts } = accounts.unnamed();
    return { capUsd, spentUsd: spent, unnamedUsd: usd, unnamedAttempts: attempts };
  }

  const isCrossed = (): boolean => spent > capUsd + slackUsd;

  return {
    admit(job) {
      const asked = { model: job.model, baseUsd: priceOf(job) };
      const isFirst = open.size === 0;
      const committedUsd = spent + accounts.unnamed().usd;
      open.set(job.id, asked);
      if (committedUsd + openUsd() <= capUsd + slackUsd) return 'go';
      if (isFirst && mayGoAlone(asked, committedUsd)) return 'go';
      open.delete(job.id);
      return isFirst ? 'stop' : 'wait';
    },
    hold: (job) => move(job, { type: 'none' }, { type: 'open' }),
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
      return noRoomSentence(standing(), { model, baseUsd, costs });
    },
    crossed: () => (isCrossed() ? crossedSentence(standing(), accounts.excess()) : null),
  };
}
