import type { ModelCosts } from './model-costs.ts';
import { caution } from './model-costs.ts';
import { showUsd } from './prices.ts';

/** Sums of prices in binary fractions may be off by this much although nothing more was charged. */
export const slackUsd = 1e-9;

/** How much of a cap in dollars is used. */
export interface CapStanding {
  readonly capUsd: number;
  readonly spentUsd: number;
  /** What attempts of unknown cost count as. */
  readonly unnamedUsd: number;
  readonly unnamedAttempts: number;
  /** What is set aside for machines that start and idle. */
  readonly idleUsd: number;
}

/** A job that cost more than its model's base price; `baseUsd` null: no price was known. */
export interface Excess {
  readonly model: string;
  readonly usd: number;
  readonly baseUsd: number | null;
  /** It is paid by the time of a machine, and its cost may be an estimate. */
  readonly isByTime: boolean;
}

/** Says that a cap was crossed, and why. */
export function crossedSentence({ capUsd, spentUsd }: CapStanding, excess: Excess | null): string {
  const said = `The cap of ${showUsd(capUsd)} was crossed: ${showUsd(spentUsd)}.`;
  if (excess === null) return said;
  const { model, usd, baseUsd, isByTime } = excess;
  const cost = `A job of ${model} cost ${showUsd(usd)}`;
  if (isByTime) return `${said} ${cost} by the time that it kept a machine busy.`;
  return baseUsd === null
    ? `${said} ${cost}, and no price was known for it.`
    : `${said} ${cost}, above its base price of ${showUsd(baseUsd)}.`;
}

interface CappedModel {
  readonly model: string;
  readonly baseUsd: number | null;
  /** What a job of it may cost by the time of a machine; null: it is not paid by that. */
  readonly guessUsd: number | null;
  readonly costs: ModelCosts;
}

/** Says that a cap has no room for another job of the model. `baseUsd` null: its base price is unknown. */
export function noRoomSentence(
  { capUsd, spentUsd, unnamedUsd, unnamedAttempts, idleUsd }: CapStanding,
  { model, baseUsd, guessUsd, costs }: CappedModel,
): string {
  const seen = costs.expectedUsd(baseUsd) ?? guessUsd;
  const next = seen === null ? `at least ${showUsd(baseUsd ?? 0)}` : `up to ${showUsd(seen)}`;
  const attempts = `${unnamedAttempts} ${unnamedAttempts === 1 ? 'attempt' : 'attempts'} of unknown cost`;
  const doubt = unnamedAttempts === 0 ? '' : `, and ${attempts} may have cost ${showUsd(unnamedUsd)}`;
  const asTen =
    unnamedAttempts > 0 && seen === null && baseUsd !== null
      ? ` Until a real cost is known, a job counts as ${caution} times its base price.`
      : '';
  const idle =
    idleUsd === 0 ? '' : `, and ${showUsd(idleUsd)} is set aside for machines to start and to stay warm`;
  return `The cap of ${showUsd(capUsd)} leaves no room for another job of ${model}, which costs ${next}: ${showUsd(spentUsd)} is spent${doubt}${idle}.${asTen}`;
}

/** Says that a cap cannot be kept, since neither the model's price nor the cost of its jobs is known. */
export function blindSentence({ capUsd }: CapStanding, model: string, attempts: number): string {
  return `The cap of ${showUsd(capUsd)} cannot be kept: no price is known for ${model}, and the server has not said what its ${attempts} attempts so far cost.`;
}
