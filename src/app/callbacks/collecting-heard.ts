import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { callbacksFile } from '../../core/callbacks/callback-line.ts';
import { runBatch } from '../../engine/batch.ts';
import type { Ports } from '../../engine/run-ports.ts';
import { realClock } from '../real-clock.ts';
import type { FolderRun } from '../running/folder-run.ts';
import { settleByCallbacks } from './settling-callbacks.ts';

// A submission is called back about as soon as it is queued: an answer that was lost a moment ago is worth this wait.
const [pauses, pauseMs] = [20, 250];

/**
 * Collects what callbacks have told of in the meantime: of submissions that got no answer in this run. Submits nothing.
 * Where a receiver has kept something for this folder, callbacks that are still on their way are waited for.
 */
export async function collectHeard(
  { ledger, access: { provider }, policy: { limits, webhooks }, stopper, tally }: FolderRun,
  ports: Ports,
): Promise<void> {
  const { leave, drain } = stopper.stop;
  const isReceived = webhooks !== null && isKept(join(ledger.dir, callbacksFile));
  let left = isReceived ? pauses : 0;
  while (!leave.aborted && ledger.lost() === null && tally.now().counts.unknown > 0) {
    const hearing = { provider, at: realClock.now(), observe: ports.observe };
    const claims = [...(await settleByCallbacks(ledger, hearing)).claims];
    if (claims.length > 0) {
      const only = { ...ledger, claim: async (limit: number) => claims.splice(0, limit) };
      await runBatch({ ...ports, ledger: only }, limits, { drain: AbortSignal.abort(), leave });
    } else if (left === 0 || drain.aborted) return;
    else {
      left -= 1;
      await realClock.sleep(pauseMs, drain).catch(() => {});
    }
  }
}

function isKept(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
