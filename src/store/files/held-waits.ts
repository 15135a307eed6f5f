import { failure, JobFailure } from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Observer } from '../../core/ports.ts';
import { isHeldElsewhere } from '../folder/storage-faults.ts';

/** How a run waits for a ledger that another program holds, such as a database browser with unsaved changes. */
export interface HeldWaits {
  /** The number of ms after which to retry; null: waiting does not help. `isLeft`: the run is being left. */
  held(error: unknown, isLeft: boolean): number | null;
  /** The other program has released the ledger. */
  freed(): void;
  /**
   * Why nothing more is announced in this run: the wait was too long, or the run is being left; null: announcing
   * continues.
   */
  givenUp(): JobFailure | null;
}

interface HeldWorld {
  readonly observe: Observer;
  readonly now: () => Instant;
}

/** How long one attempt waits for the ledger, which blocks everything else. */
export const heldTryMs = 20;

const againMs = 200;
const saidAfterMs = 1_000;
const patienceMs = 5 * 60_000;

export function heldWaits(path: string, { observe, now }: HeldWorld): HeldWaits {
  let since: Instant | null = null;
  let isSaid = false;
  let givenUp: JobFailure | null = null;

  function say(from: Instant): void {
    isSaid = true;
    observe({
      type: 'waiting',
      for: 'ledger',
      message: `${path} is held by another program, such as a database browser with unsaved changes: nothing is submitted until it lets go.`,
      since: from,
      until: (from + patienceMs) as Instant,
    });
  }

  return {
    held(error, isLeft) {
      if (!isHeldElsewhere(error)) return null;
      since ??= now();
      const waitedMs = now() - since;
      if (!isSaid && waitedMs >= saidAfterMs) say(since);
      if (givenUp === null && (isLeft || waitedMs >= patienceMs)) {
        const forLong = `${path} has been held by another program for ${showDuration(waitedMs)}.`;
        givenUp = new JobFailure(failure('ledger_held', forLong));
      }
      return againMs;
    },
    freed() {
      if (since !== null && isSaid) {
        observe({ type: 'resumed', for: 'ledger', waitedMs: Math.max(0, now() - since) });
      }
      since = null;
      isSaid = false;
    },
    givenUp: () => givenUp,
  };
}
