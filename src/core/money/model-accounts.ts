import { type Excess, slackUsd } from './cap-sentences.ts';
import { type ModelCosts, modelCosts } from './model-costs.ts';
import type { PastAttempts, Priced } from './past-attempts.ts';

/** What is known of one model under a cap. */
interface Account {
  readonly costs: ModelCosts;
  /** By base price: the number of attempts of unknown cost that may have been charged. */
  readonly unnamed: Map<number | null, number>;
}

/** What each model's jobs are known to cost, and the attempts of unknown cost. */
export interface Accounts {
  of(model: string): Account;
  /** Adds attempts of unknown cost, or removes them. */
  count(job: Priced, attempts: number): void;
  learn(job: Priced, usd: number, attempts?: number): void;
  /** What all attempts of unknown cost count as. */
  unnamed(): { readonly usd: number; readonly attempts: number };
  /** The job that exceeded its base price by the greatest amount, if any did. */
  excess(): Excess | null;
}

/** `guessOf`: what a job of the model may cost by the time of a machine; null: it is not paid by that. */
export function accountsOf(
  priceOf: (job: Priced) => number | null,
  past: PastAttempts,
  guessOf: (model: string) => number | null,
): Accounts {
  const accounts = new Map<string, Account>();

  function of(model: string): Account {
    const known = accounts.get(model) ?? {
      costs: modelCosts(guessOf(model)),
      unnamed: new Map<number | null, number>(),
    };
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
        ]) =>
          highestExcess === null ? [] : [{ model, isByTime: guessOf(model) !== null, ...highestExcess }],
      );
      return all.filter((each) => above(each) > slackUsd).sort((a, b) => above(b) - above(a))[0] ?? null;
    },
  };
}
