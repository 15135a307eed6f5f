import { type Cancelled, cancelJobs } from '../../app/folder/cancelling.ts';
import { named } from '../../app/folder/order-jobs.ts';
import { withLedger } from '../../app/folder/with-ledger.ts';
import { withFolderApi } from '../../app/running/folder-api.ts';
import { rewriteManifests } from '../../app/running/manifests.ts';
import { cancelText } from '../../report/folder/cancel-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderAndJobs } from '../folders.ts';
import { outputOf } from '../output.ts';
import { refreshPage } from '../page-beside.ts';
import type { System } from '../system.ts';

/** `rcb cancel [DIR] [JOB…]`: asks the server, and tells per job what really happened. */
export async function cancelCommand({ flags, words, place }: Call, system: System): Promise<number> {
  const { stdout, stderr } = system;
  const { dir, jobs: prefixes } = folderAndJobs(words);
  const isJson = truth(flags, 'json');
  const all: Cancelled[] = [];
  await withFolderApi(dir, accessRequestOf(flags, system), truth(flags, 'rehearse'), (api) =>
    withLedger(
      dir,
      async (ledger) => {
        const jobs = named(ledger.held(['queued', 'running']), prefixes, 'queued or running');
        if (jobs.length === 0) {
          (isJson ? stderr : stdout).write('Nothing to cancel: no job is queued or running.\n');
          return;
        }
        for await (const cancelled of cancelJobs(ledger, jobs, await api.agreed(), api.estimator())) {
          all.push(cancelled);
          if (isJson) stdout.write(jsonLine(cancelled));
        }
        if (!isJson) stdout.write(cancelText(all, dir));
      },
      place,
    ),
  );
  await rewriteManifests(dir);
  await refreshPage(dir, outputOf({}, system), system);
  const outcomes = new Set(all.map(({ outcome }) => outcome));
  // It may still be cancelled, or finish: who asks again learns which.
  if (outcomes.has('requested')) return exitCodes.not_finished;
  outcomes.delete('cancelled');
  return outcomes.size > 0 ? exitCodes.finished_with_failures : exitCodes.done;
}
