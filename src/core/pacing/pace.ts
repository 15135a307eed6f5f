import type { Instant } from '../job/job.ts';

/** Growing waits between repetitions of one call. `retries` is how many repetitions there may be. */
export interface Backoff {
  readonly retries: number;
  readonly firstMs: number;
  readonly limitMs: number;
}

export const defaultBackoff: Backoff = { retries: 5, firstMs: 1_000, limitMs: 60_000 };

/** A server's Retry-After is obeyed up to this; a job that is asked to wait longer is left to the next run. */
export const maxRetryAfterMs = 15 * 60_000;

/** The part of a server's Retry-After that is obeyed. */
export function obeyedMs(askedMs: number | null): number | null {
  return askedMs === null ? null : Math.min(askedMs, maxRetryAfterMs);
}

/**
 * How long to wait before repetition `n` (from 1): doubled each time, with the upper half random so that many jobs do
 * not come back together, and never less than what the server asked for.
 */
export function backoffMs(n: number, backoff: Backoff, askedMs: number | null, roll: number): number {
  const full = Math.min(backoff.firstMs * 2 ** (n - 1), backoff.limitMs);
  const drawn = full / 2 + (full / 2) * roll;
  return askedMs === null ? drawn : Math.max(askedMs + drawn / 4, drawn);
}

/**
 * The wait that a Retry-After header asks for (RFC 9110, 10.2.3: whole seconds, or a date), never negative;
 * null where it is absent or unreadable.
 */
export function retryAfterMs(header: string | null | undefined, now: Instant): number | null {
  if (header === null || header === undefined) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  if (!/[A-Za-z]{3}/.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** How often one job is polled. */
export interface PollPace {
  /** A fixed interval that the user gave; null: learned from how long jobs take. */
  readonly everyMs: number | null;
}

const minPollMs = 50;
const maxPollMs = { unknown: 10_000, known: 60_000 } as const;
const maxPriceFactor = 1_000;

/**
 * The wait before a poll, within bounds: never a flood, and never longer than a minute, since an age is wrong after a
 * clock was set. While little is known of how long requests take, it is at most ten seconds or an eighth of the age.
 */
export function withinPollBounds(delayMs: number, ageMs: number, isKnown: boolean): number {
  const { unknown, known } = maxPollMs;
  const maxMs = isKnown ? known : Math.min(Math.max(unknown, ageMs / 8), known);
  return Math.min(Math.max(delayMs, minPollMs), maxMs);
}

/**
 * The factor on the price of a poll from now on, at least 1: it rises when a poll had to queue for longer than a third
 * of its intended wait, since a late poll is worth less than one that is never made; else it falls back slowly.
 */
export function priceFactorAfter(priceFactor: number, queuedMs: number, delayMs: number): number {
  return queuedMs > delayMs / 3
    ? Math.min(priceFactor * 1.02, maxPriceFactor)
    : Math.max(1, priceFactor * 0.98);
}

/** A request that was accepted this recently may not be visible to reads yet: a 404 then means 'poll again'. */
export const visibilityGraceMs = 60_000;

/** `90`, `90s`, `30m`, `8h`, `2d`, `500ms`, `1h30m`; null for anything else. */
export function parseDurationMs(text: string): number | null {
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return total;
}

/** `4s`, `3m20s`, `2h05m`, `1d3h`: two units are enough. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  return `${Math.floor(minutes / 1_440)}d${Math.floor((minutes % 1_440) / 60)}h`;
}
