import type { Instant } from './job.ts';

/** How many in flight the server bears, learned from submits that it refuses for that. */
export interface Ceiling {
  /** Infinite as long as too little was refused. */
  at(now: Instant): number;
  /** A submit was accepted; `inFlight` counts it. */
  accepted(inFlight: number): void;
  /** A submit was refused beside so many in flight. */
  refused(inFlight: number, now: Instant): void;
  /** What was refused just now was refused for something else. */
  excused(now: Instant): void;
}

/** What became of the latest submits beside so many in flight. */
interface Level {
  tried: number;
  refused: number;
}

// Some servers refuse a submit now and then, and some that have ended unseen make room beyond the limit: of the latest
// submits beside so many in flight, this share and this number have to be refused before it counts as too many.
const tooMany = { share: 0.25, refused: 1.5 } as const;
// How much of what was known of a level stays when there is news of it.
const memory = 0.9;
// Levels are told apart this finely, and one by one where they are small.
const levelsPerDoubling = 16;
// Whether it still holds is tried, at first soon, then more and more rarely while it does.
const firstTrialMs = 2_000;
const rarestTrialMs = 5 * 60_000;
// A little more than it is accepted as well while some have ended that nobody has seen yet: that proves nothing.
const proof = { share: 1.25, jobs: 2 } as const;
// Refusals so near each other have one cause.
export const sameCauseMs = 1_500;

export function ceiling(): Ceiling {
  const levels = new Map<number, Level>();
  let height = Number.POSITIVE_INFINITY;
  // What it was when it was last met.
  let metAt = 0;
  let trialMs = firstTrialMs;
  let trialAt = Number.POSITIVE_INFINITY;
  let last: { readonly key: number; readonly at: Instant } | null = null;

  function note(inFlight: number, isRefused: boolean): void {
    const key = keyOf(inFlight);
    const { tried, refused } = levels.get(key) ?? { tried: 0, refused: 0 };
    levels.set(key, { tried: tried * memory + 1, refused: refused * memory + (isRefused ? 1 : 0) });
  }

  /** The lowest level that is too much. */
  function found(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const [key, { tried, refused }] of levels) {
      if (refused >= tooMany.refused && refused > tried * tooMany.share) lowest = Math.min(lowest, key);
    }
    return Math.max(1, lowest);
  }

  return {
    at: (now) => (now >= trialAt ? height + 1 : height),
    accepted(inFlight) {
      note(inFlight - 1, false);
      if (Number.isFinite(height)) height = found();
    },
    refused(inFlight, now) {
      note(inFlight, true);
      last = { key: keyOf(inFlight), at: now };
      height = found();
      if (!Number.isFinite(height)) return;
      const isNews = height > metAt * proof.share + proof.jobs || height < metAt / proof.share - proof.jobs;
      if (isNews) trialMs = firstTrialMs;
      else if (now >= trialAt) trialMs = Math.min(trialMs * 2, rarestTrialMs);
      metAt = height;
      trialAt = now + trialMs;
    },
    excused(now) {
      if (last === null || now - last.at > sameCauseMs) return;
      levels.delete(last.key);
      height = found();
    },
  };
}

function keyOf(inFlight: number): number {
  if (inFlight < 2 * levelsPerDoubling) return Math.max(0, inFlight);
  const rung = Math.floor(Math.log2(inFlight) * levelsPerDoubling);
  return Math.ceil(2 ** (rung / levelsPerDoubling));
}
