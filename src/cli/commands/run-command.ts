import { accessOf } from '../../app/access/endpoint.ts';
import { ownAccount } from '../../app/access/source-account.ts';
import { type PlanSession, withBatch } from '../../app/planning/plan-session.ts';
import { prepare } from '../../app/planning/preparation.ts';
import type { RunPolicy } from '../../app/policies.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { withReusable } from '../../app/running/reusable.ts';
import { planAccess, startPlanned, viewAhead } from '../../app/running/starting.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { toldCommand } from '../argv/told-words.ts';
import { runAsked } from '../asked-run.ts';
import { type Output, outputOf } from '../output.ts';
import { identityAsked, refuse, showPlan } from '../shown-plan.ts';
import type { System } from '../system.ts';
import { planCommand } from './plan-command.ts';

/** `rcb run`: makes sure that every generation of the input exists in the folder. */
export async function runCommand(call: Call, system: System): Promise<number> {
  const { flags } = call;
  if (truth(flags, 'dry-run')) return planCommand(call, system);
  // A mistake in a flag is found before the input is read.
  const policyOf = policiesOf(call, system);
  const output = outputOf(flags, system);
  const warn = (sentence: string): void => output.warn(`${plainText(sentence)}\n`);
  const identifies = identityAsked(flags, policyOf(null).resendsUnknown);
  const manner = { access: accessRequestOf(flags, system), keepsPlan: true, warn, identifies, policyOf };
  return withBatch(batchRequestOf(call, system), manner, (session) =>
    runPlanned(session, policyOf(session.batch.sweep), flags, output, system),
  );
}

async function runPlanned(
  session: PlanSession,
  policy: RunPolicy,
  flags: Flags,
  output: Output,
  system: System,
): Promise<number> {
  const { accessRequest, rehearsed, dir } = session;
  const base_url = rehearsed ? null : accessOf(accessRequest).base.href;
  const prepared = await prepare(session, { base_url, rehearse: rehearsed });
  if (prepared.type === 'refused') return refuse(prepared, output);
  try {
    const own = () => ownAccount(accessRequest, { rehearsed });
    const { view } = prepared;
    const stage = prepared.staged?.stage ?? null;
    return await withReusable({ dir, view, stage, own }, policy, async (whole, reusable) => {
      const ahead = viewAhead(whole, policy.resendsUnknown);
      showPlan(withCanary(withCap(whole, policy.caps), canaryAhead(dir, policy, ahead)), output);
      const access = await planAccess(session, ahead);
      const goOn = toldCommand(system.argv);
      const asked = { dir, ahead, access, accessRequest, policy, flags, output, system, goOn };
      const taking = { reusable, observe: output.observe };
      return runAsked(asked, () => startPlanned(session, prepared, policy.resendsUnknown, taking));
    });
  } finally {
    prepared.staged?.stage.discard();
  }
}
