import type { Clock } from '../../core/ports.ts';
import { LedgerAway, type SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Holds } from './holds.ts';
import type { LedgerLine } from './ledger-line.ts';

interface LeasePorts {
  readonly shared: Pick<SharedLedger, 'renew'>;
  readonly line: Pick<LedgerLine, 'beside'>;
  readonly holds: Holds;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly over: AbortSignal;
}

const renewEveryMs = 8_000;
const retryMs = 2_000;

/** Renews the leases until the run is over, and finds out which jobs are lost. It waits for no other call. */
export async function keepLeases({ shared, line, holds, clock, over }: LeasePorts): Promise<void> {
  let waitMs = renewEveryMs;
  while (!over.aborted) {
    await clock.sleep(waitMs, over);
    waitMs = await line.beside(renewed).catch(retried);
  }

  async function renewed(): Promise<number> {
    const held = holds.all();
    const { lost } = await shared.renew();
    for (const job of lost) {
      const hold = holds.find(job);
      holds.forget(job);
      // One that was handed out meanwhile is another claim.
      if (hold !== null && held.has(hold)) holds.lose(hold);
    }
    return renewEveryMs;
  }
}

function retried(error: unknown): number {
  if (error instanceof LedgerAway) return retryMs;
  throw error;
}
