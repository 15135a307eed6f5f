import { accessOf } from '../../app/access/endpoint.ts';
import { ownAccount } from '../../app/access/source-account.ts';
import { type PlanSession, withBatch } from '../../app/planning/plan-session.ts';
import { prepare } from '../../app/planning/preparation.ts';
import type { RunPolicy } from '../../app/policies.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { withReusable } from '../../app/running/reusable.ts';
import { planAccess, startPlanned, viewAhead } from '../../app/running/starting.ts';
import { PlanMoved } from '../../app/running/work-ledger.ts';
import { limitsOf } from '../../app/shared/run-limits.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { UserError } from '../../core/complaints.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { toldCommand } from '../argv/told-words.ts';
import { runAsked } from '../asked-run.ts';
import { type Output, outputOf } from '../output.ts';
import { type SharedPlanning, sharedPlanning } from '../shared/shared-plans.ts';
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
  const access = accessRequestOf(flags, system);
  for (;;) {
    const shared = sharedPlanning(call.place);
    const { prepareFolder } = shared;
    const manner = { access, keepsPlan: true, warn, identifies, policyOf, prepareFolder };
    try {
      return await withBatch(batchRequestOf(call, system), manner, (session) =>
        runPlanned(session, policyOf(session.batch.sweep), { flags, output, system, shared }),
      );
    } catch (error) {
      if (!(error instanceof PlanMoved)) throw error;
      tellMoved(call, output);
    }
  }
}

/** The plan is compared with the new one, and shown again. Throws where the input can be read only once. */
function tellMoved({ words }: Call, output: Output): void {
  const sentence = 'Another machine has changed the plan of this run meanwhile.';
  if (words.includes('-')) throw new UserError('usage', sentence, 'Run the same command again.');
  output.say(`${sentence} Here is what is left to do:\n`);
}

interface RunWays {
  readonly flags: Flags;
  readonly output: Output;
  readonly system: System;
  readonly shared: SharedPlanning;
}

async function runPlanned(
  session: PlanSession,
  policy: RunPolicy,
  { flags, output, system, shared }: RunWays,
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
      output.say(await shared.line());
      const access = await planAccess(session, ahead);
      const goOn = toldCommand(system.argv);
      const asked = { dir, ahead, access, accessRequest, policy, flags, output, system, goOn };
      const taking = { reusable, observe: output.observe };
      const plan = shared.plan();
      const sharing = plan && { ...plan, limits: limitsOf(policy) };
      return runAsked(asked, () => startPlanned(session, prepared, policy.resendsUnknown, taking, sharing));
    });
  } finally {
    prepared.staged?.stage.discard();
  }
}
