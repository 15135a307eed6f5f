import { webhooksFor } from '../../app/callbacks/webhook-base.ts';
import { giveOrder } from '../../app/folder/order-jobs.ts';
import { retriesIn } from '../../app/folder/retries.ts';
import { orderedLedger } from '../../app/folder/with-ledger.ts';
import { noneMissing } from '../../app/running/done-files.ts';
import { withFolderApi } from '../../app/running/folder-api.ts';
import { continueCommand } from '../../app/shared/continuing.ts';
import { retryText } from '../../report/folder/retry-text.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { policiesOf } from '../argv/run-policies.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { runSession } from '../folder-session.ts';
import { folderAndJobs } from '../folders.ts';
import { outputOf } from '../output.ts';
import { maySpend } from '../shown-plan.ts';
import type { System } from '../system.ts';

/** `rcb retry [DIR] [JOB…]`: new attempts for what failed, was cancelled or is lost; then the run goes on. */
export async function retryCommand(call: Call, system: System): Promise<number> {
  const { flags, words, place } = call;
  const policy = policiesOf(call, system)(null);
  const output = outputOf(flags, system);
  const { dir, jobs: prefixes } = folderAndJobs(words);
  const accessRequest = accessRequestOf(flags, system);
  return withFolderApi(dir, accessRequest, truth(flags, 'rehearse'), async (api) => {
    webhooksFor(policy.webhooks, api.access.provider);
    let exit: number = exitCodes.done;
    const estimator = api.estimator();
    const ordered = await orderedLedger(
      dir,
      async (ledger) => {
        const { jobs, view, spending } = retriesIn(ledger, prefixes, estimator);
        output.say(retryText(view));
        if (jobs.length === 0) return null;
        const access = await api.agreed();
        if (await maySpend(spending, access, flags, system)) {
          await giveOrder(ledger, jobs, { type: 'retry' });
          return access;
        }
        exit = exitCodes.usage;
        return null;
      },
      place,
    );
    if (ordered === null) return exit;
    const { ledger, given: access } = ordered;
    const start = { ledger, missing: noneMissing };
    const goOn = continueCommand(dir);
    return runSession({ start, access, accessRequest, policy, flags, output, system, goOn });
  });
}
