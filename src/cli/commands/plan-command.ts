import { ownAccount } from '../../app/access/source-account.ts';
import { withBatch } from '../../app/planning/plan-session.ts';
import { prepare } from '../../app/planning/preparation.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { withReusable } from '../../app/running/reusable.ts';
import { viewAhead } from '../../app/running/starting.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { exitCodes } from '../exit.ts';
import { outputOf } from '../output.ts';
import { sharedPlanning } from '../shared/shared-plans.ts';
import { identityAsked, printPlan, refuse } from '../shown-plan.ts';
import type { System } from '../system.ts';

/** `rcb plan`: everything before the first submission. Sends no POST and writes nothing. */
export function planCommand(call: Call, system: System): Promise<number> {
  const { flags } = call;
  // A mistake in a flag is found before the input is read.
  const policyOf = policiesOf(call, system);
  const output = outputOf(flags, system);
  const warn = (sentence: string): void => output.warn(`${plainText(sentence)}\n`);
  const identifies = identityAsked(flags, policyOf(null).resendsUnknown);
  const shared = sharedPlanning(call.place);
  const access = accessRequestOf(flags, system);
  const { prepareFolder } = shared;
  const manner = { access, keepsPlan: false, warn, identifies, policyOf, prepareFolder };
  return withBatch(batchRequestOf(call, system), manner, async (session) => {
    const policy = policyOf(session.batch.sweep);
    const prepared = await prepare(session);
    if (prepared.type === 'refused') return refuse(prepared, output);
    const { dir, rehearsed, accessRequest } = session;
    const stage = prepared.staged?.stage ?? null;
    const own = () => ownAccount(accessRequest, { rehearsed });
    try {
      return await withReusable({ dir, view: prepared.view, stage, own }, policy, async (whole) => {
        const ahead = viewAhead(whole, policy.resendsUnknown);
        const view = withCap(whole, policy.caps);
        printPlan(withCanary(view, canaryAhead(dir, policy, ahead)), flags, system);
        output.say(await shared.line());
        return exitCodes.done;
      });
    } finally {
      stage?.discard();
    }
  });
}
