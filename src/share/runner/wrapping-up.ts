import type { Clock } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import type { SharedLedger } from '../../core/sharing/shared-ledger.ts';
import { type LedgerLine, unlessAway } from './ledger-line.ts';
import type { Pulling } from './pulling.ts';
import type { Telling } from './telling.ts';

interface WrapUpPorts {
  readonly shared: Pick<SharedLedger, 'release'>;
  readonly mirror: Pick<Mirror, 'flush'>;
  readonly line: LedgerLine;
  readonly teller: Telling;
  readonly puller: Pick<Pulling, 'pull'>;
  readonly clock: Clock;
}

const patienceMs = 10_000;

/** Tells what is still to be told, takes over what others did, and gives all jobs back, as far as that is possible. */
export async function wrapUp({ shared, mirror, line, teller, puller, clock }: WrapUpPorts): Promise<void> {
  const limit = new AbortController();
  const { signal } = limit;
  clock.sleep(patienceMs, signal).then(
    () => limit.abort(new Error('The shared ledger is away.')),
    () => {},
  );

  async function leave(): Promise<boolean> {
    while (await teller.step(signal));
    await line.call(puller.pull, signal);
    await line.call(() => shared.release(null), signal);
    return true;
  }

  try {
    mirror.flush();
    // One more try at least.
    while (!(await leave().catch(unlessAway)) && line.givenUp() === null);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    limit.abort(new Error('closed'));
  }
}
