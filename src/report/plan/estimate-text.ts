import { countOf, showCount } from '../../core/counts.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { roundedUsd, showUsd } from '../../core/money/prices.ts';
import { etaText } from '../terminal/wording.ts';

/** An estimate as a plan has it. */
export interface PlanEstimate extends Estimate {
  /** On the disk of the run folder; null: not known. */
  readonly freeBytes: number | null;
  /** false: there is no token, so that no price was asked for. */
  readonly pricesLookedUp: boolean;
}

type Money = Pick<Estimate, 'jobs' | 'usd' | 'unpriced' | 'source' | 'pastJobs' | 'byTime' | 'idleUsd'>;

/** `about $0.96 (base prices)`, `about $640.00 by history (your last 200 jobs)`, `an unknown amount` */
export function costText(estimate: Money): string {
  const { jobs, usd, unpriced } = estimate;
  const idle = idleText(estimate);
  if (jobs > 0 && unpriced === jobs) return `an unknown amount${idle}`;
  return `${unpriced > 0 ? 'more than' : 'about'} ${showUsd(usd)}${historyWord(estimate)} (${basisText(estimate)})${idle}`;
}

/** ` by history` where prices come from past jobs alone; ` by machine time` where their time does. */
export function historyWord({ source, byTime = 0 }: Pick<Estimate, 'source' | 'byTime'>): string {
  if (source !== 'history') return '';
  return byTime > 0 ? ' by machine time' : ' by history';
}

/** `, and up to $0.33 for machines to start and idle`; empty where no machine is paid by the second. */
export function idleText({ idleUsd = 0 }: Pick<Estimate, 'idleUsd'>): string {
  return idleUsd > 0 ? `, and up to ${showUsd(idleUsd)} for machines to start and idle` : '';
}

/** What the prices rest on. */
export function basisText({ source, pastJobs }: Pick<Estimate, 'source' | 'pastJobs'>): string {
  switch (source) {
    case null:
    case 'catalogue':
      return 'base prices';
    case 'history':
      return pastText(pastJobs);
    case 'mixed':
      return `base prices, else ${pastText(pastJobs)} by history`;
  }
}

/** `your last 200 jobs` */
export function pastText(jobs: number): string {
  return jobs === 1 ? 'your last job' : `your last ${showCount(jobs)} jobs`;
}

/** `about 2h at 64 at once`, `about 9.1 GB`: what is known of them. */
export function outlookTexts({ durationMs, window, bytes }: Estimate): readonly string[] {
  return [
    ...(durationMs === null ? [] : [`about ${etaText(durationMs)}${windowText(window)}`]),
    ...(bytes === null ? [] : [`about ${bytesText(bytes)}`]),
  ];
}

function windowText(window: Estimate['window']): string {
  if (window === null || window.atOnce <= 1) return '';
  const { atOnce, perMinute } = window;
  const pace = perMinute === null ? '' : `, ${countOf(perMinute, 'submission')} a minute`;
  return ` at ${showCount(atOnce)} at once${pace}`;
}

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** `120 kB`, `3.4 GB` */
export function bytesText(bytes: number): string {
  let amount = bytes / 1_000;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  return `${amount < 9.95 ? amount.toFixed(1) : showCount(Math.round(amount))} ${units[unit]}`;
}

/** The same for programs. */
export function estimateJson(estimate: Estimate & Partial<PlanEstimate>) {
  const { jobs, usd, unpriced, source, pastJobs, durationMs, window, bytes, freeBytes } = estimate;
  return {
    jobs,
    usd: jobs > 0 && unpriced === jobs ? null : roundedUsd(usd),
    source,
    jobs_without_price: unpriced,
    past_jobs: pastJobs,
    ...(estimate.byTime === undefined ? {} : { jobs_by_machine_time: estimate.byTime }),
    ...(estimate.idleUsd === undefined ? {} : { idle_usd: roundedUsd(estimate.idleUsd) }),
    duration_ms: durationMs === null ? null : Math.round(durationMs),
    at_once: window?.atOnce ?? null,
    bytes: bytes === null ? null : Math.round(bytes),
    ...(freeBytes === undefined ? {} : { free_bytes: freeBytes }),
    ...(estimate.pricesLookedUp === undefined ? {} : { prices_looked_up: estimate.pricesLookedUp }),
  };
}
