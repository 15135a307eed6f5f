import type { JobId, RequestId } from '../../core/job/job.ts';
import type { Clock, Dice, Ledger, Observer } from '../../core/ports.ts';
import type { ProviderClient } from '../../core/provider.ts';
import type { Gate, GatePorts } from '../../core/sharing/gate.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import type { SharedLedger } from '../../core/sharing/shared-ledger.ts';
import { alarm } from './alarm.ts';
import { announcing } from './announcing.ts';
import { claimWaiting } from './claim-waiting.ts';
import { withFreshAnnouncements } from './freshness.ts';
import { holding } from './holds.ts';
import { keepLeases } from './lease-keeping.ts';
import { ledgerLine, unlessAway } from './ledger-line.ts';
import { pulling } from './pulling.ts';
import { releasing } from './releasing.ts';
import { sharedRecords } from './shared-records.ts';
import { telling } from './telling.ts';
import { wrapUp } from './wrapping-up.ts';

interface SharedRunPorts {
  readonly shared: SharedLedger;
  readonly mirror: Mirror;
  /** As `Ledger.take`, over all jobs that the mirror knows. */
  readonly take: (requestId: RequestId, job: JobId) => JobId | null;
  /** Makes the gate, which is to take in what it is shown by `apply`. */
  readonly gateOf: (apply: GatePorts['apply']) => Gate;
  readonly clock: Clock;
  /** In ms, never set back; it may stand still while the machine sleeps. */
  readonly steadyMs: () => number;
  readonly dice: Dice;
  /** Hears what others did (`elsewhere`), and when the shared ledger is away: what no engine of this run tells of. */
  readonly observe: Observer;
  /** How long the shared ledger may be away before nothing more is submitted in this run; null: for ever. */
  readonly patienceMs: number | null;
}

export interface SharedRunLedger {
  /** For the engine. */
  readonly ledger: Ledger;
  /** What `gateOf` has made. */
  readonly gate: Gate;
  /** To be put around the client that sends submissions, with nothing that takes time between the two. */
  fresh(api: ProviderClient): ProviderClient;
  /** To be given the events of the run: a wait that the server has asked for holds for all runners of the account. */
  readonly hear: Observer;
  /**
   * Tells what is still to be told, as far as the shared ledger can be reached in a while, and gives all jobs back.
   * Returns whether everything was told; else the next process with this mirror does it. To be called before the mirror
   * is closed.
   */
  close(): Promise<{ readonly isAllTold: boolean }>;
}

const pullEveryMs = 2_000;

/**
 * The ledger of an engine that shares its run with others. Nothing is submitted that the shared ledger does not know
 * to be announced; all else that happens is durable in the mirror first, and told to the shared ledger until it is
 * confirmed.
 */
export function sharedRunLedger(ports: SharedRunPorts): SharedRunLedger {
  const { shared, mirror, clock } = ports;
  const ending = new AbortController();
  const over = ending.signal;
  const line = ledgerLine(ports);
  const holds = holding();
  const bell = alarm(clock);
  const puller = pulling({ ...ports, holds, moved: (...moved) => gate.moved(...moved) });
  const gate = ports.gateOf(({ changes, horizon }) => puller.apply(changes, horizon));
  const releases = releasing({ shared, holds });
  let trouble: { readonly error: unknown } | null = null;

  function failed(error: unknown): void {
    if (over.aborted && error === over.reason) return;
    trouble ??= { error };
    bell.ring();
  }

  function throwTrouble(): void {
    if (trouble !== null) throw trouble.error;
  }

  function told(): void {
    bell.ring();
    announcer.wake();
  }

  const linked = { ...ports, gate, line, holds, puller, releases, bell, over, failed, throwTrouble };
  const teller = telling({ ...linked, told });
  const announcer = announcing({ ...linked, teller });
  const claim = claimWaiting(linked);

  async function keepPulling(): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(pullEveryMs, over);
      teller.wake();
      const pulled = line.call(async () => {
        await releases.flush();
        await puller.pull();
      }, over);
      await pulled.catch(unlessAway);
    }
  }

  // What an earlier process with this mirror could not tell.
  teller.wake();
  keepLeases(linked).catch(failed);
  keepPulling().catch(failed);
  holds.onEnded(bell.ring);

  return {
    ledger: {
      claim,
      record: sharedRecords({ ...linked, teller, announcer }),
      take: ports.take,
      tenure: holds.tenure,
    },
    gate,
    fresh: (api) => withFreshAnnouncements(api, { ...ports, holds }),
    hear(event) {
      if (event.type !== 'repeating' || event.call !== 'submit' || event.askedMs === null) return;
      const { askedMs } = event;
      line
        .call(() => shared.pause(askedMs), over)
        .catch(unlessAway)
        .catch(failed);
    },
    async close() {
      try {
        await wrapUp({ ...linked, teller });
      } finally {
        ending.abort(new Error('closed'));
      }
      return { isAllTold: mirror.untold(1).length === 0 };
    },
  };
}
