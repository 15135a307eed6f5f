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
export type Verdict = 'go' | 'wait' | 'stop';

/** What a price depends on. */
export type Priced = Pick<Job, 'model' | 'input'>;

/** Keeps what is spent, and what may still be, under a cap in dollars. */
export interface Budget {
  /** Asks for a job that is to be submitted; `go` reserves what it may cost. */
  admit(job: Job): Verdict;
  /** Reserves, unasked, for a job that was submitted before: it is paid for already. */
  hold(job: Job): void;
  /** The job has another state. */
  advanced(job: Job, from: JobState, state: JobState): void;
  /** Why no job goes any more, after `stop` for this one: a whole sentence or two. */
  why(job: Job): string;
  /** A sentence or two once more is spent than the cap allows. */
  crossed(): string | null;
}

/** What a folder knows of its attempts in all runs before this one. Jobs that are in flight are left out: see `hold`. */
export interface PastAttempts {
  readonly spentUsd: number;
  /** Attempts of named cost; `usd` is the highest of each group. */
  readonly named: readonly (AttemptGroup & { readonly usd: number })[];
  /** Attempts that may have been charged without anybody naming the cost. */
  readonly unnamed: readonly AttemptGroup[];
}

/** Attempts that are alike in what their price depends on. */
export interface AttemptGroup extends Priced {
  readonly attempts: number;
}

export const nothingPast: PastAttempts = { spentUsd: 0, named: [], unnamed: [] };

// After so many jobs of a model without a price that nobody said the cost of, it will not be known.
const blindJobs = 3;

// Sums of prices in binary fractions may be off by this much without anybody paying more.
const slackUsd = 1e-9;

interface Open {
  readonly model: string;
  readonly baseUsd: number | null;
}

/** What is known of one model under a cap. */
interface Account {
  readonly costs: ModelCosts;
  /** By base price: how many attempts may have been charged, nobody says how much. */
  readonly unnamed: Map<number | null, number>;
}

/** What is known of each model's costs, and which attempts nobody has named the cost of. */
interface Accounts {
  of(model: string): Account;
  /** Attempts of unnamed cost: some more, or fewer. */
  count(job: Priced, attempts: number): void;
  learn(job: Priced, usd: number, attempts?: number): void;
  /** What all attempts of unnamed cost count as. */
  unnamed(): { readonly usd: number; readonly attempts: number };
  /** The job that cost most beyond its base price, if any did. */
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
            costs: { dearest },
          },
        ]) => (dearest === null ? [] : [{ model, ...dearest }]),
      );
      return all.filter((each) => above(each) > slackUsd).sort((a, b) => above(b) - above(a))[0] ?? null;
    },
  };
}

/**
 * A cap over the life of a folder, whose `past` counts against it. Until a real cost of a model has been seen, each of
 * its jobs counts as ten times its base price, and one may go alone where that leaves no room; then as the highest
 * cost seen, for as many jobs in flight as costs speak for it. What nobody names the cost of counts likewise, for ever.
 * Where there is no price either one job goes alone to find out; after a few of unnamed cost, none does.
 * `priceOf`: dollars at the base price, above 0; null: not known.
 */
export function budget(capUsd: number, past: PastAttempts, priceOf: (job: Priced) => number | null): Budget {
  const accounts = accountsOf(priceOf, past);
  const open = new Map<JobId, Open>();
  let spent = past.spentUsd;

  function openUsd(): number {
    let usd = 0;
    const before = new Map<string, number>();
    for (const job of open.values()) {
      const place = before.get(job.model) ?? 0;
      before.set(job.model, place + 1);
      usd += reservedUsd(job, place);
    }
    return usd;
  }

  /** `place`: how many jobs of the model went before it and are still in flight. */
  function reservedUsd({ model, baseUsd }: Open, place: number): number {
    const { costs } = accounts.of(model);
    const usd = place < costs.evidence ? costs.expectedUsd(baseUsd) : costs.cautiousUsd(baseUsd);
    return usd ?? Number.POSITIVE_INFINITY;
  }

  function isBlind({ model, baseUsd }: Open): boolean {
    const { costs, unnamed } = accounts.of(model);
    return baseUsd === null && costs.evidence === 0 && (unnamed.get(null) ?? 0) >= blindJobs;
  }

  /** Whether a job of which no cost was ever seen may go while nothing else is in flight. */
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
      // It only waits to be submitted again, and keeps its place.
      if (state.status === 'pending' && state.stalled === null) return;
      const [before, after] = [chargeOf(from), chargeOf(state)];
      // Whoever was let in has its place already, and what is known is not learned twice.
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
