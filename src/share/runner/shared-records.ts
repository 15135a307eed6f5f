import { isRecoverable } from '../../core/job/recoverable-states.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import type { Announcing } from './announcing.ts';
import type { Holds } from './holds.ts';
import type { Telling } from './telling.ts';

interface RecordPorts {
  readonly mirror: Pick<Mirror, 'keep'>;
  readonly holds: Holds;
  readonly teller: Telling;
  readonly announcer: Announcing;
  readonly clock: Clock;
  readonly over: AbortSignal;
  /** Throws what went wrong in the background. */
  readonly throwTrouble: () => void;
  readonly failed: (error: unknown) => void;
}

// A mirror keeps what can be learned again a little later, and it is told then.
const lateMs = 150;

/** Records as `Ledger` says: announcements in the shared ledger, and everything else in the mirror first. */
export function sharedRecords(ports: RecordPorts): Ledger['record'] {
  const { mirror, holds, teller, announcer, clock, over, throwTrouble, failed } = ports;
  let isLate = false;

  function tellLater(): void {
    if (isLate) return;
    isLate = true;
    clock.sleep(lateMs, over).then(() => {
      isLate = false;
      teller.wake();
    }, failed);
  }

  return async (job, state, at, stop) => {
    const hold = holds.of(job);
    if (state.status === 'submitting') {
      throwTrouble();
      if (hold.lost !== null) throw hold.lost;
      return announcer.announce(hold, state, stop);
    }
    // What has happened is kept first, whatever else has gone wrong.
    await mirror.keep({ job, epoch: hold.epoch, state, at });
    hold.state = state;
    if (isRecoverable(state.status)) tellLater();
    else teller.wake();
    throwTrouble();
    return at;
  };
}
