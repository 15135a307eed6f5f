import { type Cancelled, cancelJobs } from '../../app/folder/cancelling.ts';
import { named } from '../../app/folder/order-jobs.ts';
import { withLedger } from '../../app/folder/with-ledger.ts';
import { withFolderApi } from '../../app/running/folder-api.ts';
import { rewriteManifests } from '../../app/running/manifests.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { accessRequestOf } from '../argv/requests.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderAndJobs } from '../folders.ts';
import { outputOf } from '../output.ts';
import { refreshPage } from '../page-beside.ts';
import type { System } from '../system.ts';

/** `rcb cancel [DIR] [JOB…]`: asks the server, and tells per job what really happened. */
export async function cancelCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout } = system;
  const { dir, jobs: prefixes } = folderAndJobs(words);
  let refused = 0;
  await withFolderApi(dir, accessRequestOf(flags, system), truth(flags, 'rehearse'), (api) =>
    withLedger(dir, async (ledger) => {
      const jobs = named(ledger.held(['queued', 'running']), prefixes, 'queued or running');
      if (jobs.length === 0) {
        stdout.write('Nothing to cancel: no job is queued or running.\n');
        return;
      }
      for await (const cancelled of cancelJobs(ledger, jobs, await api.agreed())) {
        if (cancelled.outcome !== 'cancelled') refused += 1;
        stdout.write(`${cancelled.job}  ${outcomeText(cancelled)}\n`);
      }
    }),
  );
  await rewriteManifests(dir);
  await refreshPage(dir, outputOf({}, system), system);
  return refused > 0 ? exitCodes.finished_with_failures : exitCodes.done;
}

function outcomeText({ outcome, message }: Cancelled): string {
  switch (outcome) {
    case 'cancelled':
      return 'cancelled';
    case 'not_cancellable':
      return 'too late to cancel: already started, will be charged and collected by the next run';
    case 'failed':
      return `not cancelled: ${plainText(message ?? '')}`;
  }
}
