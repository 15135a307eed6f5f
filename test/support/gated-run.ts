import type { Job, JobState } from '../../src/core/job/job.ts';
import type { Budget } from '../../src/core/money/budget.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { type Gate, gate } from '../../src/core/sharing/gate.ts';
import type { GateLimits } from '../../src/core/sharing/gate-opening.ts';
import { admissionByGate } from '../../src/engine/admission.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import type { Ports } from '../../src/engine/run-ports.ts';
import type { gatedAccount } from './gated-account.ts';
import { handles } from './running.ts';

export interface GatedRun {
  readonly name: string;
  readonly account: ReturnType<typeof gatedAccount>;
  readonly limits: Limits;
  readonly failures?: GateLimits['failures'];
  readonly budget?: Budget | null;
  readonly inFlight?: readonly { readonly job: Job; readonly state: JobState }[];
  /** All but what the gate brings. */
  readonly ports: Omit<Ports, 'ledger' | 'admission' | 'account'>;
}

/** One engine of several on one account, behind its gate. */
export function gatedRun({
  name,
  account,
  limits,
  failures = null,
  budget = null,
  inFlight = [],
  ports,
}: GatedRun) {
  const { drain, stop } = handles();
  let own: Gate | null = null;
  const heard = (event: RunEvent): void => {
    if (event.type === 'advanced') own?.moved(event.job, event.from, event.state);
  };
  const runner = account.runner(name, heard, (pull) => {
    own = gate({
      limits: {
        maxInFlight: limits.concurrency.max,
        maxSubmissions: limits.maxSubmissions,
        maxSubmissionsPerMinute: limits.maxSubmissionsPerMinute,
        failures,
      },
      ...{ budget, inFlight, apply: pull, drain: (why) => drain.abort(new Error(why)) },
    });
    return own;
  });
  const batch = runBatch(
    {
      ...ports,
      ledger: runner.ledger,
      admission: admissionByGate(runner.gate),
      account: runner.gate,
      observe(event) {
        ports.observe(event);
        if (event.type !== 'repeating' || event.call !== 'submit') return;
        if (event.failure.kind === 'rate_limited' && event.askedMs !== null) account.pause(event.askedMs);
      },
    },
    { ...limits, maxSubmissionsPerMinute: null },
    stop,
  );
  return { ...runner, batch: batch.then(() => runner.end()), drain };
}
