import { accessOf } from '../../app/access/endpoint.ts';
import { type PlanSession, withBatch } from '../../app/planning/plan-session.ts';
import { prepare } from '../../app/planning/preparation.ts';
import type { RunPolicy } from '../../app/policies.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { planAccess, startPlanned, viewAhead } from '../../app/running/starting.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flag-names.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
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
    const ahead = viewAhead(prepared.view, policy.resendsUnknown);
    showPlan(withCanary(withCap(prepared.view, policy.caps), canaryAhead(dir, policy, ahead)), output);
    const access = await planAccess(session, ahead);
    const goOn = `rcb ${system.argv.map(quoted).join(' ')}`;
    const asked = { dir, ahead, access, accessRequest, policy, flags, output, system, goOn };
    return await runAsked(asked, () => startPlanned(session, prepared, policy.resendsUnknown));
  } finally {
    prepared.staged?.stage.discard();
  }
}
