import { accessOf } from '../../app/access/endpoint.ts';
import { ownAccount } from '../../app/access/source-account.ts';
import { keptFolder } from '../../app/planning/kept-folder.ts';
import { canaryAhead, withCanary } from '../../app/running/canary.ts';
import { startRehearsal } from '../../app/running/rehearsal.ts';
import { withReusable } from '../../app/running/reusable.ts';
import { mayCollect, planAccess, startKept, viewAhead } from '../../app/running/starting.ts';
import { continueCommand } from '../../app/shared/continuing.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { runAsked } from '../asked-run.ts';
import { folderOf } from '../folders.ts';
import { outputOf } from '../output.ts';
import { joinedDir } from '../shared/joined-dir.ts';
import { identityAsked, showPlan } from '../shown-plan.ts';
import type { System } from '../system.ts';

/** `rcb resume [DIR]`: continues the folder's own plan, without the input. `onStart`: called once it holds the folder. */
export async function resumeCommand(
  call: Call,
  system: System,
  onStart: () => void = () => {},
): Promise<number> {
  const { flags, place } = call;
  const policy = policiesOf(call, system)(null);
  const output = outputOf(flags, system);
  const dir = place === undefined ? folderOf(call.words) : await joinedDir(call, output, place);
  const request = accessRequestOf(flags, system);
  const identifies = identityAsked(flags, policy.resendsUnknown);
  const kept = await keptFolder(dir, truth(flags, 'rehearse'), request, { policy, identifies });
  const { view, rehearsed, address, provider } = kept;
  const own = () => ownAccount({ ...request, provider }, { rehearsed, kept: address });
  return withReusable({ dir, view, stage: null, own }, policy, async (whole, reusable) => {
    const ahead = viewAhead(whole, policy.resendsUnknown);
    showPlan(withCanary(withCap(whole, policy.caps), canaryAhead(dir, policy, ahead)), output);
    const accessRequest = { ...request, provider };
    const rehearsal = rehearsed && mayCollect(ahead) ? await startRehearsal(provider, dir) : null;
    try {
      const named = async () => rehearsal?.access ?? accessOf(accessRequest, address);
      const access = await planAccess({ access: named, accessRequest, dir }, ahead, address);
      const goOn = continueCommand(dir);
      const asked = { dir, ahead, access, accessRequest, policy, flags, output, system, goOn };
      const taking = { reusable, observe: output.observe };
      return await runAsked(asked, async () => {
        const unclear = { resendsUnknown: policy.resendsUnknown, provider };
        const start = await startKept(dir, view, unclear, taking, place);
        onStart();
        return start;
      });
    } finally {
      await rehearsal?.close();
    }
  });
}
