import type { Instant } from '../job/job.ts';
import type { Model } from '../models.ts';

/** What a catalogue says of the machines that a model runs on. It is kept with a plan, as prices are. */
export type Machines = Pick<Model, 'capacity' | 'machines' | 'coldStartMs' | 'keepWarmMs'>;

/** What a job costs where a machine is paid by the second. */
export interface MachineTerms extends Machines {
  readonly usdPerSecond: number;
  /** For how long such jobs have kept a machine busy; null: nobody knows. */
  readonly usualMs: number | null;
}

/** When a request kept a machine busy, as polls have shown it. All instants are of one clock. */
export interface SeenBusy {
  /** It started between these; `latestAt` null: no poll has found it running. */
  readonly earliestAt: Instant;
  readonly latestAt: Instant | null;
  /** When it was last seen unfinished in this run; null: never. */
  readonly unfinishedAt: Instant | null;
}

// What nobody has seen may take this long, with the start of a machine.
const boundMs = 10 * 60_000;

// Polls of one request are a minute apart at most; after a longer time nobody knows when it has ended.
const maxUnseenMs = 90_000;

/** What `ms` of a machine cost, in dollars. */
export function machineUsd({ usdPerSecond }: Pick<MachineTerms, 'usdPerSecond'>, ms: number): number {
  return (usdPerSecond * Math.max(0, ms)) / 1_000;
}

/** The longest that a job is expected to keep a machine busy: as long as such jobs do, else some minutes. */
export function likelyMs({ usualMs, coldStartMs = 0 }: MachineTerms): number {
  return usualMs ?? coldStartMs + boundMs;
}

/**
 * For how long it kept a machine busy, in ms, if it was found to have ended at `endedAt`: the middle of what polls leave
 * room for. If that is more than such jobs take, or if nobody polled it when it ended, since the run had ended or the
 * API was away, it is as long as such jobs take, but no longer and no shorter than polls leave room for.
 */
export function busyMs(
  { earliestAt, latestAt, unfinishedAt }: SeenBusy,
  endedAt: Instant,
  terms: MachineTerms,
): number {
  const mostMs = Math.max(0, endedAt - earliestAt);
  const leastMs = Math.min(
    mostMs,
    latestAt === null ? 0 : Math.max(0, (unfinishedAt ?? latestAt) - latestAt),
  );
  const isSeen = unfinishedAt !== null && endedAt - unfinishedAt <= maxUnseenMs;
  const isNarrow = isSeen && mostMs - leastMs <= (terms.usualMs ?? Number.POSITIVE_INFINITY);
  if (isNarrow) return (leastMs + mostMs) / 2;
  return Math.min(mostMs, Math.max(leastMs, likelyMs(terms)));
}

/** What starting a machine and keeping it warm after its last job cost, beside the jobs themselves. */
export function idleUsd(terms: MachineTerms): number {
  const { coldStartMs = 0, keepWarmMs = 0 } = terms;
  return machineUsd(terms, coldStartMs + keepWarmMs);
}

/** How many machines this many requests at once can keep, as far as is known. */
export function machinesFor({ machines = Number.POSITIVE_INFINITY }: Machines, atOnce: number): number {
  return Math.min(machines, atOnce);
}
