import type { Instant } from './job.ts';

/** Results that are not in the run folder, by how long the server still keeps them. */
export interface Expiry {
  /** Those that it deletes within two days. */
  readonly soon: number;
  /** Those that it has deleted by now. */
  readonly over: number;
  /** When the next of them is deleted; null: none is left. */
  readonly nextAt: Instant | null;
}

const dayMs = 24 * 3_600_000;
const soonMs = 2 * dayMs;

/** Counts results by when they were finished, or may have been at the earliest. */
export function expiryCount(keptMs: number, now: Instant): { add(finishedAt: number): void; sum(): Expiry } {
  let [soon, over] = [0, 0];
  let nextAt: number | null = null;
  return {
    add(finishedAt) {
      const at = finishedAt + keptMs;
      if (at <= now) {
        over += 1;
        return;
      }
      if (at - now <= soonMs) soon += 1;
      if (nextAt === null || at < nextAt) nextAt = at;
    },
    sum: () => ({ soon, over, nextAt: nextAt as Instant | null }),
  };
}

/** `7 days` */
export function keptDays(keptMs: number): string {
  const days = Math.max(1, Math.round(keptMs / dayMs));
  return days === 1 ? '1 day' : `${days} days`;
}
