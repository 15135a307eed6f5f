import { accessOf } from '../../app/access/endpoint.ts';
import { keptFolder } from '../../app/planning/kept-folder.ts';
import { runPolicy } from '../../app/policies.ts';
import { startRehearsal } from '../../app/running/rehearsal.ts';
import { planAccess, startKept, viewAhead } from '../../app/running/starting.ts';
import { withCap } from '../../app/spending-ceiling.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { runPoliciesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { runSession } from '../folder-session.ts';
import { folderOf } from '../folders.ts';
import { outputOf } from '../output.ts';
import { mayRun, showPlan } from '../shown-plan.ts';
import type { System } from '../system.ts';

/** `rcb resume [DIR]`: goes on from the folder's own plan, without the input. */
export async function resumeCommand({ flags, words }: Call, system: System): Promise<number> {
  const policy = runPolicy(runPoliciesOf(flags), system.env);
  const output = outputOf(flags, system);
  const dir = folderOf(words);
  const request = accessRequestOf(flags, system);
  const { view, rehearsed, address, provider } = keptFolder(dir, truth(flags, 'rehearse'), request);
  showPlan(withCap(view, policy.caps), output);
  const ahead = viewAhead(view, policy.resendsUnknown);
  const accessRequest = { ...request, provider };
  const rehearsal = rehearsed && !hasNothingLeft(ahead) ? await startRehearsal(dir) : null;
  try {
    const named = async () => rehearsal?.access ?? accessOf(accessRequest, address);
    const access = await planAccess({ access: named, accessRequest, dir }, ahead, address);
    if (!(await mayRun(ahead, access, flags, system))) return exitCodes.usage;
    const start = await startKept(dir, view, policy.resendsUnknown);
    const goOn = `rcb resume ${quoted(dir)}`;
    return await runSession({ start, access, accessRequest, policy, flags, output, system, goOn });
  } finally {
    await rehearsal?.close();
  }
}
