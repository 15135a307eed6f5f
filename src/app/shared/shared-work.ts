import { budget } from '../../core/money/budget.ts';
import { admissionByGate } from '../../engine/admission.ts';
import { sharedRunLedger } from '../../share/runner/shared-run-ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { estimatorIn } from '../estimates/kept-history.ts';
import { machinePricing, pricing } from '../folder/money.ts';
import { realClock } from '../real-clock.ts';
import type { JoinedWork, SharedWork } from '../running/work-ledger.ts';
import type { JoinedFolder } from './joined-folder.ts';
import { agreeOnAccount } from './shared-account.ts';
import { gatedSharing } from './shared-gate.ts';

/** Works on a shared run together with the others. Throws `UserError` for another account than theirs. */
export async function workShared(joined: JoinedFolder, work: SharedWork): Promise<JoinedWork> {
  const { policy, access, stopper, observe, env } = work;
  await agreeOnAccount(joined, access, policy.limits.isAccountMeant === true);
  const { usd } = policy.caps;
  const spending = withReader(joined.ledger.dir, (reader) =>
    usd === null
      ? null
      : budget(usd, reader.pastAttempts(), pricing(reader), machinePricing(reader, estimatorIn(reader, env))),
  );
  const gated = gatedSharing(joined, { policy, budget: spending, drain: stopper.drain });
  const running = sharedRunLedger({
    ...{ shared: gated.shared, mirror: gated.mirror, gate: gated.runGate, take: joined.ledger.take },
    ...{ clock: realClock, steadyMs: () => performance.now(), dice: Math.random, observe },
    patienceMs: policy.limits.outageMs,
  });
  const { ledger } = running;
  return {
    ledger: {
      ...ledger,
      async claim(limit, stop) {
        const claims = await ledger.claim(limit, stop);
        for (const { job } of claims) gated.meet(job);
        return claims;
      },
    },
    admission: admissionByGate(gated.gate),
    account: gated.gate,
    fresh: running.fresh,
    hear: running.hear,
    close: async () => void (await running.close()),
  };
}
