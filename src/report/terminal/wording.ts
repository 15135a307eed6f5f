import { showCount } from '../../core/counts.ts';
import type { Instant, JobStatus } from '../../core/job/job.ts';
import type { StatusCounts } from '../../core/job/tally.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Tone } from './terminal.ts';

export const statusTones = {
  pending: 'dim',
  submitting: 'blue',
  queued: 'blue',
  running: 'cyan',
  succeeded: 'cyan',
  done: 'green',
  failed: 'red',
  cancelled: 'red',
  lost: 'red',
  unknown: 'yellow',
} as const satisfies Record<JobStatus, Tone>;

/** Submitted or being submitted, and not yet safe on disk. */
export function inFlight(counts: StatusCounts): number {
  return counts.submitting + counts.queued + counts.running + counts.succeeded;
}

/**
 * `$24.96`; `≥ $24.96` where the server did not report some costs; `cost unknown` where it reported none; `about $1.23`
 * where some of it is estimated.
 */
export function moneyText(spentUsd: number, unpriced: number, estimatedUsd = 0): string {
  if (unpriced > 0 && spentUsd === 0) return 'cost unknown';
  return `${unpriced > 0 ? '≥ ' : ''}${estimatedUsd > 0 ? 'about ' : ''}${showUsd(spentUsd)}`;
}

/** `, estimated from machine seconds`; empty where the server named all costs. */
export function estimatedText(spentUsd: number, estimatedUsd = 0): string {
  if (estimatedUsd === 0) return '';
  // Sums of fractions differ by a trifle.
  const isAll = spentUsd - estimatedUsd < 1e-6;
  return `, ${isAll ? '' : `${showUsd(estimatedUsd)} of it `}estimated from machine seconds`;
}

/** What an estimate leaves out. */
export const idleRemark = 'starting and idle time of machines is billed on top';

/** `118/min`, `4.2/min`, `9.6/h`; `–` until it is known. */
export function rateText(perMinute: number | null): string {
  if (perMinute === null) return '–/min';
  if (perMinute < 1) return `${(perMinute * 60).toFixed(1)}/h`;
  return perMinute < 10 ? `${perMinute.toFixed(1)}/min` : `${showCount(Math.round(perMinute))}/min`;
}

/** An estimated duration, rounded to what is plausible: `35s`, `3m20s`, `11m`, `2h05m`; `–` until it is known. */
export function etaText(etaMs: number | null): string {
  if (etaMs === null) return '–';
  const seconds = etaMs / 1_000;
  if (seconds <= 57.5) return showDuration(Math.ceil(seconds / 5) * 5_000);
  if (seconds < 595) return showDuration(Math.round(seconds / 10) * 10_000);
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes}m` : showDuration(minutes * 60_000);
}

/** `12:03:20`, in local time. */
export function clockText(at: Instant): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `2026-03-09 23:05`, in local time. `at`: ms since the epoch. */
export function dayText(at: number): string {
  const time = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
