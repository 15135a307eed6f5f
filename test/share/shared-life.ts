// One life of a runner on a shared run, composed as the program does, with room for coats: `Worked` for `composedRun`.
import { hostname } from 'node:os';
import { realClock } from '../../src/app/real-clock.ts';
import type { Ledger } from '../../src/core/ports.ts';
import { gate } from '../../src/core/sharing/gate.ts';
import type { Mirror } from '../../src/core/sharing/mirror.ts';
import type { SharedLedger } from '../../src/core/sharing/shared-ledger.ts';
import { openSharedRuns } from '../../src/share/postgres/postgres-runs.ts';
import { sharedRunLedger } from '../../src/share/runner/shared-run-ledger.ts';
import { openMirror } from '../../src/store/mirror/opened-mirror.ts';
import type { Worked } from '../kill/composed-run.ts';
import { diceOf } from '../support/dice.ts';

export interface SharedSpec {
  readonly url: string;
  readonly run: string;
  readonly key: string;
  readonly runner: string;
  readonly dir: string;
  /** Requests in flight of the account. */
  readonly inFlight: number;
}

export interface SharedCoats {
  readonly shared?: (inner: SharedLedger) => SharedLedger;
  readonly mirror?: (inner: Mirror) => Mirror;
  readonly ledger?: (inner: Ledger) => Ledger;
}

export async function sharedLife(spec: SharedSpec, coats: SharedCoats = {}): Promise<Worked> {
  const { url, run, key, runner, dir, inFlight } = spec;
  const runs = await openSharedRuns(url, process.env);
  const opened = openMirror(dir, { address: runs.address, run, key, runner, planVersion: 1 });
  const joined = await runs.join(
    run,
    { name: runner, host: hostname(), version: '0.0.0' },
    opened.mirror.horizon(),
  );
  const shared = (coats.shared ?? same)(joined);
  const mirror = (coats.mirror ?? same)(opened.mirror);
  const sharing = sharedRunLedger({
    shared,
    mirror,
    take: opened.ledger.take,
    gateOf: (apply) =>
      gate({
        limits: { maxInFlight: inFlight, maxSubmissions: 100, maxSubmissionsPerMinute: null, failures: null },
        ...{ budget: null, inFlight: [], apply, drain: () => {} },
      }),
    clock: realClock,
    steadyMs: () => performance.now(),
    dice: diceOf(process.pid),
    observe: () => {},
    patienceMs: null,
  });
  return {
    account: sharing.gate,
    ledger: sharing.ledger,
    api: (inner) => sharing.fresh(inner),
    hear: sharing.hear,
    async close() {
      await sharing.close();
      await opened.ledger.close();
      await runs.close();
    },
  };
}

const same = <T>(inner: T): T => inner;
