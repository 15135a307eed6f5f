import type { Mirror } from '../../core/sharing/mirror.ts';
import { LedgerAway, type SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Holds } from './holds.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Pulling } from './pulling.ts';

interface TellPorts {
  readonly shared: Pick<SharedLedger, 'tell'>;
  readonly mirror: Pick<Mirror, 'untold' | 'told'>;
  readonly line: LedgerLine;
  readonly holds: Holds;
  readonly puller: Pick<Pulling, 'doubt'>;
  /** The run is over. */
  readonly over: AbortSignal;
  readonly failed: (bug: unknown) => void;
  /** Hears when the shared ledger knows more than before. */
  readonly told: () => void;
}

/** Tells the shared ledger what the outbox holds, in its order. */
export interface Telling {
  /** There is something new to tell: it is told in the background. */
  wake(): void;
  /** Tells one group. Returns whether there is more. Rejects with `LedgerAway`. */
  step(unless: AbortSignal): Promise<boolean>;
}

const toldAtOnce = 500;

export function telling({ shared, mirror, line, holds, puller, over, failed, told }: TellPorts): Telling {
  let isRunning = false;

  async function tellSome(): Promise<boolean> {
    const entries = mirror.untold(toldAtOnce);
    const last = entries.at(-1);
    if (last === undefined) return false;
    const verdicts = await shared.tell(entries);
    mirror.told(last.num);
    for (const [index, { job, epoch }] of entries.entries()) {
      const verdict = verdicts[index];
      if (verdict === 'taken') continue;
      // Another one has told more: what the mirror believes may be old.
      puller.doubt([job]);
      const hold = holds.find(job);
      if (verdict !== 'known' && hold?.epoch === epoch) holds.lose(hold);
    }
    told();
    return entries.length === toldAtOnce || mirror.untold(1).length > 0;
  }

  /** Where there is nothing to tell, there is no call that could show whether the ledger is there. */
  const step = async (unless: AbortSignal): Promise<boolean> =>
    mirror.untold(1).length > 0 && line.call(tellSome, unless);

  async function run(): Promise<void> {
    isRunning = true;
    try {
      for (let more = true; more; ) more = await step(over).catch(keepOn);
    } finally {
      isRunning = false;
    }
  }

  function keepOn(error: unknown): boolean {
    if (error instanceof LedgerAway) return true;
    if (over.aborted && error === over.reason) return false;
    throw error;
  }

  return {
    wake() {
      if (!isRunning) run().catch(failed);
    },
    step,
  };
}
