import type { Endings, FailureCap } from '../job/failure-cap.ts';
import type { Instant } from '../job/job.ts';
import type { GateView } from './shared-ledger.ts';

/** The limits that one runner keeps to, each over what all runners do together. */
export interface GateLimits {
  /** Requests of the account in flight. */
  readonly maxInFlight: number;
  /** Submissions of the account under way: what a crash of all runners can leave in doubt. */
  readonly maxSubmissions: number;
  /** Of the account; null: no limit. */
  readonly maxSubmissionsPerMinute: number | null;
  /** Counted from `before` on, since a run may have failures of earlier; null: no limit. */
  readonly failures: { readonly cap: FailureCap; readonly before: Endings } | null;
}

/** Why what may not leave has to wait. */
export type GateReason = 'pause' | 'rate' | 'in_flight' | 'submissions' | 'money';

interface Opening {
  readonly go: number;
  readonly waitsFor: GateReason | null;
  readonly waitMs: number | null;
}

// A turn this near is taken at once: no timer is more precise.
const nearMs = 4;

// Whoever allows itself less than the others have in flight would get no room by what they leave.
const alike = 0.8;

/** What the counts of an account leave open, whatever it costs. */
export function opening(limits: GateLimits) {
  const spacingMs = limits.maxSubmissionsPerMinute === null ? null : 60_000 / limits.maxSubmissionsPerMinute;

  return {
    open(view: GateView, asked: number, ceiling: number): Opening & { readonly isCrowded: boolean } {
      const pausedMs = (view.pausedUntil ?? view.now) - view.now;
      if (pausedMs > 0) return { go: 0, waitsFor: 'pause', waitMs: pausedMs, isCrowded: false };
      const max = Math.min(limits.maxInFlight, ceiling);
      const share = view.rivals === 0 ? max : Math.ceil(max / (view.rivals + 1));
      const room = Math.min(max - view.inFlight, share - view.mine);
      const reasons: readonly (readonly [GateReason, number, number | null])[] = [
        ['in_flight', room, null],
        ['submissions', limits.maxSubmissions - view.unanswered, null],
      ];
      const tightest = reasons.reduce<Opening>(
        (before, [waitsFor, open, waitMs]) =>
          open < before.go ? { go: Math.max(0, open), waitsFor, waitMs } : before,
        byRate(view, asked),
      );
      return { ...tightest, isCrowded: tightest.waitsFor === 'in_flight' && max >= view.inFlight * alike };
    },
    /** From when on the next one may leave after these. */
    nextAt(view: GateView, gone: number): Instant | null {
      if (spacingMs === null) return null;
      return (Math.max(view.nextAt ?? view.now, view.now) + gone * spacingMs) as Instant;
    },
  };

  /** The allowance is spread evenly, since servers count bursts: one at a time. */
  function byRate({ now, nextAt }: GateView, asked: number): Opening {
    const all = { go: asked, waitsFor: null, waitMs: null };
    if (spacingMs === null || asked === 0) return all;
    const waitMs = (nextAt ?? now) - now;
    if (waitMs > nearMs) return { go: 0, waitsFor: 'rate', waitMs };
    return asked === 1 ? all : { go: 1, waitsFor: 'rate', waitMs: waitMs + spacingMs };
  }
}
