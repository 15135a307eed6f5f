import { showCount } from '../../core/counts.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { type Price, priceText, showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { padText, textWidth } from '../terminal/text-width.ts';
import { historyWord, outlookTexts, type PlanEstimate, pastText } from './estimate-text.ts';
import { machineLines, type PlanCapacity } from './machine-text.ts';

export interface ModelShare {
  readonly model: string;
  /** Jobs of the plan. */
  readonly jobs: number;
  /** Jobs that would be submitted. */
  readonly toSubmit: number;
  readonly price: Price | null;
  /** What the submissions would cost at the base price, in dollars; null: unknown. */
  readonly baseUsd: number | null;
  /** The same by the base price, else by past jobs; left out: no past jobs were asked about. */
  readonly estimate?: Estimate;
}

/** What the lines of a plan about money are made of. */
interface PricedPlan {
  readonly models: readonly ModelShare[];
  readonly estimate?: PlanEstimate;
  readonly capacity?: PlanCapacity;
  readonly balanceUsd: number | null;
  readonly rehearsed?: boolean;
  /** One is asked for already. */
  readonly canary?: object;
}

type Money = Pick<Estimate, 'jobs' | 'usd' | 'unpriced' | 'source' | 'pastJobs' | 'byTime'>;

/** What each model and all of them cost, and on the line of the total how long it takes and what room. */
export function priceLines(plan: PricedPlan, terminal: Terminal): string[] {
  const sent = plan.models.filter(({ toSubmit }) => toSubmit > 0);
  if (sent.length === 0) return ['  Nothing would be submitted.'];
  const names = Math.min(50, Math.max(...sent.map(({ model }) => textWidth(plainText(model)))));
  const digits = Math.max(...sent.map(({ toSubmit }) => showCount(toSubmit).length));
  const lines = sent.map(
    (share) =>
      `  ${padText(plainText(share.model), names)}   ${showCount(share.toSubmit).padStart(digits)} × ${shareText(share)}`,
  );
  const total = sent.map(moneyOf).reduce(together);
  return [
    ...lines,
    totalLine(total, plan, terminal),
    ...machineLines(plan),
    ...balanceLines(total, plan, terminal),
  ];
}

/** Without past jobs, a base price is all that is known. */
function moneyOf({ estimate, toSubmit, baseUsd }: ModelShare): Money {
  if (estimate !== undefined) return estimate;
  const isKnown = baseUsd !== null;
  return {
    jobs: toSubmit,
    usd: baseUsd ?? 0,
    unpriced: isKnown ? 0 : toSubmit,
    source: isKnown ? 'catalogue' : null,
    pastJobs: 0,
  };
}

function together(one: Money, other: Money): Money {
  const [source, ...more] = new Set([one.source, other.source].filter((each) => each !== null));
  return {
    jobs: one.jobs + other.jobs,
    usd: one.usd + other.usd,
    unpriced: one.unpriced + other.unpriced,
    source: more.length > 0 ? 'mixed' : (source ?? null),
    pastJobs: Math.max(one.pastJobs, other.pastJobs),
    byTime: (one.byTime ?? 0) + (other.byTime ?? 0),
  };
}

/** `$0.08 per output = $0.96`, `about $0.08 (your last 200 jobs) = $640.00` */
function shareText(share: ModelShare): string {
  const { price } = share;
  const money = moneyOf(share);
  const each = price === null ? eachText(money) : `${priceText(price)}${busyText(price, money)}`;
  return money.unpriced > 0 ? each : `${each} = ${showUsd(money.usd)}`;
}

/** `, about 8s each (your last 20 jobs)`, where a machine is paid by the second and somebody knows. */
function busyText({ usd, unit }: Price, { jobs, usd: all, unpriced, pastJobs }: Money): string {
  if (unit !== 'machine_second' || unpriced > 0 || jobs === 0) return '';
  return `, about ${showDuration((all / jobs / usd) * 1_000)} each (${pastText(pastJobs)})`;
}

function eachText({ jobs, usd, unpriced, pastJobs }: Money): string {
  const priced = jobs - unpriced;
  return priced === 0 ? 'price unknown' : `about ${showUsd(usd / priced)} (${pastText(pastJobs)})`;
}

/** Jobs of a canary, where the price has to be found out. */
const canaryJobs = 4;

function totalLine(
  total: Money,
  { estimate, rehearsed = false, canary }: PricedPlan,
  terminal: Terminal,
): string {
  const outlook = estimate === undefined ? [] : outlookTexts(estimate);
  const say = (text: string): string => `  ${toned(terminal, 'bold', text)}`;
  const more = outlook.map((text) => ` · ${text}`).join('');
  if (total.unpriced === total.jobs)
    return `${say('Price unknown')}${whyUnknown(total, estimate, canary !== undefined)}${more}`;
  const amount = `${total.unpriced === 0 ? 'About' : 'More than'} ${showUsd(total.usd)}`;
  const basis = toned(terminal, 'dim', basisRemark(total, rehearsed, outlook.length > 0));
  return `${say(`${amount}${historyWord(total)}`)}${basis}${more}`;
}

/** Empty where there is nothing to add. */
function whyUnknown(
  { jobs, byTime = 0 }: Money,
  estimate: PlanEstimate | undefined,
  hasCanary: boolean,
): string {
  if (estimate === undefined) return '';
  if (!estimate.pricesLookedUp) return ': no token, so prices were not looked up';
  const why = byTime === jobs ? ': nobody knows yet how long a job takes' : '';
  return jobs > canaryJobs && !hasCanary
    ? `${why}; find out with ${canaryJobs} jobs: add --canary ${canaryJobs}`
    : why;
}

// Everything about the total stays on its line.
function basisRemark({ source }: Money, rehearsed: boolean, isShort: boolean): string {
  if (rehearsed) return isShort ? ' (simulated, free)' : ' (simulated prices; a rehearsal is free)';
  if (source === 'history') return '';
  const words = source === 'mixed' ? 'base prices, else by history' : 'base prices';
  return isShort ? ` (${words})` : ` (${words}; the actual charge may differ)`;
}

function balanceLines({ usd: sum, source }: Money, { balanceUsd }: PricedPlan, terminal: Terminal): string[] {
  if (balanceUsd === null) return [];
  const balance = `Balance ${showUsd(balanceUsd)}`;
  if (balanceUsd > 0 && balanceUsd >= sum) return [`  ${balance}`];
  const short =
    balanceUsd > 0
      ? `less than the ${source === 'catalogue' ? 'base price' : 'estimate'} of ${showUsd(sum)}`
      : 'it is empty';
  return [
    `  ${toned(terminal, 'yellow', 'warning:')} ${balance}: ${short}; jobs that it does not cover stay pending`,
  ];
}
