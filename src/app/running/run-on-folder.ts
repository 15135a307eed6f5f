import { type Holdings, hasNothingLeft } from '../../core/job/tally.ts';
import { agreedAccess, keepingAccount } from '../access/account.ts';
import { realClock } from '../real-clock.ts';
import type { FolderRun, RunEnding } from './folder-run.ts';
import { nothingRecorded, recordedIn, withoutPending } from './run-ending.ts';

/** Whether the folder has nothing for such a run to do. */
export function isIdle(holdings: Pick<Holdings, 'counts'>, collectsOnly: boolean): boolean {
  return hasNothingLeft(collectsOnly ? withoutPending(holdings) : holdings);
}

/**
 * Works on a folder until everything is done or the run is stopped. Closes the ledger and writes the manifests. Throws
 * what ended the batch; what goes wrong after it is given back, so that how it ended is told all the same.
 */
export async function runFolder(run: FolderRun): Promise<RunEnding> {
  const { ledger, collectsOnly } = run;
  const startedAt = realClock.now();
  const held = run.tally.now();
  if (isIdle(held, collectsOnly)) {
    await ledger.close();
    const tally = collectsOnly ? withoutPending(held) : held;
    return {
      ...{ tally, startedAt, endedAt: realClock.now(), ...recordedIn(ledger.dir, tally) },
      ...{ why: null, reuse: null, isLeft: false, aftermath: null, fault: null, logTrouble: null },
    };
  }
  const agreed = await agreedTo(run);
  const { work } = await import('./work.ts');
  const worked = await work(agreed);
  const tally = collectsOnly ? withoutPending(worked.tally) : worked.tally;
  const word = worked.aftermath === null ? recordedIn(ledger.dir, tally) : nothingRecorded;
  return { ...worked, ...word, tally, startedAt, endedAt: realClock.now() };
}

/** The same run, once its API may be used for the folder. */
async function agreedTo(run: FolderRun): Promise<FolderRun> {
  const { ledger, accessRequest, collectsOnly } = run;
  try {
    const access = await agreedAccess(run.access, ledger.dir, accessRequest);
    return { ...run, access, ledger: collectsOnly ? ledger : await keepingAccount(ledger, access) };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
