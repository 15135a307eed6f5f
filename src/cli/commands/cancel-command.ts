import { type Access, tokenOf } from '../../app/access/endpoint.ts';
import { giveOrder, named } from '../../app/folder/order-jobs.ts';
import { goingOn } from '../../app/running/going-on.ts';
import { refreshFolder } from '../../app/running/manifests.ts';
import { UserError } from '../../core/complaints.ts';
import { JobFailure } from '../../core/job/failures.ts';
import { requestOf } from '../../core/provider.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { defaultProvider } from '../../providers/providers.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import type { Call } from '../argv/call.ts';
import { exitCodes } from '../exit.ts';
import { realClock } from '../real-clock.ts';
import type { OutputStream, Surroundings } from '../surroundings.ts';
import { folderAndJobs } from './retry-command.ts';

/** `rcb cancel [DIR] [JOB…]`: asks the server, and tells per job what really happened. */
export async function cancelCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { stdout } = surroundings;
  const { dir, jobs: prefixes } = folderAndJobs(words);
  const world = await goingOn(dir, flags, surroundings);
  let refused = 0;
  let ledger: RunLedger | null = null;
  try {
    ledger = openLedger(dir);
    const chosen = named(ledger.held(['queued', 'running']), prefixes, 'queued or running');
    if (chosen.length === 0) stdout.write('Nothing to cancel: no job is queued or running.\n');
    else refused = await cancelAll(ledger, chosen, await world.agreed(), stdout);
  } finally {
    await ledger?.close();
    await world.close();
  }
  await refreshFolder(dir, surroundings);
  return refused > 0 ? exitCodes.finished_with_failures : exitCodes.done;
}

/** Resolves with how many could not be cancelled. */
async function cancelAll(
  ledger: RunLedger,
  chosen: readonly HeldJob[],
  access: Access,
  stdout: OutputStream,
): Promise<number> {
  const token = tokenOf(access);
  const connections = openConnections({ api: 4, files: 1 }, access.proxies);
  let refused = 0;
  try {
    const transport = transportOver(connections.api, realClock.now);
    const client = defaultProvider.open({ base: access.base, token }, transport);
    for (const held of chosen) {
      const request = requestOf(held.job, held.state);
      if (request === null) continue;
      try {
        const outcome = await client.cancel(request, new AbortController().signal);
        if (outcome === 'cancelled') await giveOrder(ledger, [held], { type: 'cancel' });
        else refused += 1;
        stdout.write(
          outcome === 'cancelled'
            ? `${held.job.id}  cancelled\n`
            : `${held.job.id}  not cancellable: it runs or has ended, and will be charged; the next run collects it\n`,
        );
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        if (error.failure.kind === 'unauthorized') throw new UserError('token', error.message, null, error);
        refused += 1;
        stdout.write(`${held.job.id}  not cancelled: ${plainText(error.message)}\n`);
      }
    }
  } finally {
    await connections.close();
  }
  return refused;
}
