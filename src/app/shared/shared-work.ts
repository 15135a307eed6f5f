import { jobStatuses } from '../../core/job/job.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import { endedBadly } from '../../core/job/tally.ts';
import { type Budget, budget } from '../../core/money/budget.ts';
import { type GatePorts, gate } from '../../core/sharing/gate.ts';
import { admissionByGate } from '../../engine/admission.ts';
import { sharedRunLedger } from '../../share/runner/shared-run-ledger.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { estimatorIn } from '../estimates/kept-history.ts';
import { machinePricing, pricing } from '../folder/money.ts';
import type { RunPolicy } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import type { JoinedWork, SharedWork } from '../running/work-ledger.ts';
import type { JoinedFolder } from './joined-folder.ts';
import { agreeOnAccount } from './shared-account.ts';

/** Works on a shared run together with the others. Throws `UserError` for another account than theirs. */
export async function workShared(joined: JoinedFolder, work: SharedWork): Promise<JoinedWork> {
  const { shared, mirror, ledger: own } = joined;
  const { policy, access, stopper, observe, env } = work;
  await agreeOnAccount(joined, access, policy.limits.isAccountMeant === true);
  const files = withReader(own.dir, (reader) => reader.filesPlace().address);
  if (files !== joined.run.files) await joined.place.runs.amend(joined.run.name, { files });
  const { usd } = policy.caps;
  const spending: Budget | null = withReader(own.dir, (reader) =>
    usd === null
      ? null
      : budget(usd, reader.pastAttempts(), pricing(reader), machinePricing(reader, estimatorIn(reader, env))),
  );
  const running = sharedRunLedger({
    ...{ shared, mirror, take: own.take, observe, patienceMs: policy.limits.outageMs },
    ...{ clock: realClock, steadyMs: () => performance.now(), dice: Math.random },
    gateOf: (apply) =>
      gate({
        limits: gateLimits(policy, own),
        budget: spending,
        inFlight: own.held(['submitting', 'queued', 'running', 'succeeded']),
        ...{ apply, drain: stopper.drain },
      }),
  });
  const { ledger, gate: account, fresh, hear } = running;
  return {
    ...{ ledger, account, fresh, hear, admission: admissionByGate(account) },
    close: async () => void (await running.close()),
  };
}

/** Each runner keeps to its own limits, over what all do together. */
function gateLimits({ limits, caps }: RunPolicy, ledger: RunLedger): GatePorts['limits'] {
  const { maxSubmissions, maxSubmissionsPerMinute, concurrency } = limits;
  const { failures: cap } = caps;
  return {
    ...{ maxInFlight: concurrency.max, maxSubmissions, maxSubmissionsPerMinute },
    failures: cap === null ? null : { cap, before: endingsIn(ledger) },
  };
}

/** What had ended before this runner began. */
function endingsIn(ledger: RunLedger) {
  const { counts } = ledger.holdings();
  const atRest = jobStatuses.filter(isAtRest);
  return { ended: atRest.reduce((sum, status) => sum + counts[status], 0), failed: endedBadly(counts) };
}
