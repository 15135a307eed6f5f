import { type Failure, failure } from '../core/job/failures.ts';
import type { Instant } from '../core/job/job.ts';
import type { OpenBreaker } from '../core/pacing/breaker.ts';
import { showDuration } from '../core/pacing/pace.ts';
import type { Clock, Observer } from '../core/ports.ts';

interface OutageNewsPorts {
  readonly wallClock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly outageMs: number;
}

/** Says when submissions wait, why, and when they leave again. */
interface OutageNews {
  /** A submission failed: the reason that is given from now on. */
  failed(reason: Failure): void;
  /** null: there is no outage, or none any more. */
  tell(outage: OpenBreaker | null, at: Instant): void;
  /** Why submitting ends. */
  givenUp(outage: OpenBreaker | null): Failure;
}

export function outageNews({ wallClock, observe, outageMs }: OutageNewsPorts): OutageNews {
  let reason = 'no answer';
  let told: { readonly at: Instant; readonly saidAway: boolean } | null = null;

  return {
    failed({ kind, http }) {
      reason = http === null ? (kind === 'unreachable' ? 'no connection' : 'no answer') : `HTTP ${http}`;
    },
    tell(outage, at) {
      if (outage === null) {
        if (told === null) return;
        observe({ type: 'resumed', for: 'api', waitedMs: wallClock.now() - told.at });
        told = null;
        return;
      }
      // The API may be seen to be away and there by turns: only the change for the worse is reported.
      if (told !== null && (told.saidAway || outage.isThere)) return;
      const since = told?.at ?? wallClock.now();
      told = { at: since, saidAway: !outage.isThere };
      const until = (wallClock.now() + outage.until - at) as Instant;
      observe({ type: 'waiting', for: 'api', message: waitingText(outage, reason, outageMs), since, until });
    },
    givenUp(outage) {
      const lost = outage?.unanswered ?? 0;
      const message =
        lost === 0
          ? `The API could not be reached for ${showDuration(outageMs)} (${reason}).`
          : `The API left submissions unanswered (${reason}), and ${lost} of them need a decision. To put no more jobs at risk, nothing else is submitted.`;
      return failure('outage', message);
    },
  };
}

function waitingText({ isThere }: OpenBreaker, reason: string, outageMs: number): string {
  const until = `The run gives up after ${showDuration(outageMs)} (--outage).`;
  return isThere
    ? `The API leaves submissions unanswered (${reason}). Until it answers again, a single one is tried now and then; polling and downloading continue. ${until}`
    : `The API does not answer (${reason}). Nothing is submitted until it does. ${until}`;
}
