import type { Instant } from '../../core/job/job.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Clock, Observer } from '../../core/ports.ts';
import type { GateAnswer } from '../../core/sharing/gate.ts';

interface HeldNewsPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
}

// A shorter pause is over before anybody has read of it.
const toldFromMs = 3_000;

/** Says when the API has told another runner to wait, which holds for this one too, and when that is over. */
export function heldNews({ clock, observe }: HeldNewsPorts): (answer: GateAnswer | null) => void {
  let since: Instant | null = null;

  return (answer) => {
    if (answer?.waitsFor !== 'pause') {
      if (since !== null) observe({ type: 'resumed', for: 'api', waitedMs: clock.now() - since });
      since = null;
      return;
    }
    if (since !== null || (answer.waitMs ?? 0) < toldFromMs) return;
    since = clock.now();
    const message = `The API has asked a runner of this account to wait, so none of them submits anything for ${showDuration(answer.waitMs ?? 0)}; polling and downloading continue.`;
    observe({ type: 'waiting', for: 'api', message, since, until: null });
  };
}
