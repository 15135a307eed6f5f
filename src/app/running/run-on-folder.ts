import type { CanaryReport } from '../../core/job/canary-report.ts';
import { type Holdings, hasNothingLeft } from '../../core/job/tally.ts';
import { hasUnputFiles } from '../../store/folder/unput-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { agreedAccess, keepingAccount } from '../access/account.ts';
import type { OpenPlace } from '../bucket/file-place.ts';
import { rememberFolder } from '../estimates/history.ts';
import { realClock } from '../real-clock.ts';
import { canaryReportOf } from './canary.ts';
import type { FolderRun, RunEnding } from './folder-run.ts';
import { areManifestsBehind, rewriteManifests } from './manifests.ts';
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
    const place = await placeOf(run, true);
    await place?.close();
    await ledger.close();
    const isChanged = place !== null || (run.taken?.jobs ?? 0) > 0;
    if (isChanged || areManifestsBehind(ledger.dir)) await rewriteManifests(ledger.dir);
    const tally = collectsOnly ? withoutPending(held) : held;
    return {
      ...{
        tally,
        startedAt,
        endedAt: realClock.now(),
        ...recordedIn(ledger.dir, tally, run.accessRequest.env),
      },
      ...{
        why: null,
        reuse: null,
        isLeft: false,
        aftermath: null,
        fault: null,
        logTrouble: null,
        canary: null,
      },
    };
  }
  const agreed = await agreedTo(run);
  const place = await placeOf(agreed, false);
  const { work } = await import('./work.ts');
  const worked = await work(agreed, place).finally(() => place?.close());
  const tally = collectsOnly ? withoutPending(worked.tally) : worked.tally;
  if (worked.aftermath === null) rememberFolder(ledger.dir, run.accessRequest.env);
  const word =
    worked.aftermath === null ? recordedIn(ledger.dir, tally, run.accessRequest.env) : nothingRecorded;
  const canary = canaryEnded(run, worked);
  return { ...worked, ...word, tally, canary, startedAt, endedAt: realClock.now() };
}

/** null: there was none, or something else ended the run before all of its jobs were at rest. */
function canaryEnded(
  { canary, ledger, policy, stopper }: FolderRun,
  { tally, aftermath, fault }: Pick<RunEnding, 'tally' | 'aftermath' | 'fault'>,
): CanaryReport | null {
  if (canary === null || aftermath !== null || fault !== null) return null;
  if (stopper.stop.drain.aborted || tally.halted !== null) return null;
  const report = canaryReportOf(ledger.dir, canary, policy);
  return report.open === 0 && report.remaining > 0 ? report : null;
}

/** Where its files are put besides the folder; null: nowhere. */
async function placeOf(run: FolderRun, isWithoutWork: boolean): Promise<OpenPlace | null> {
  const { ledger, policy } = run;
  try {
    const kept = withReader(ledger.dir, (reader) => reader.filesPlace().address);
    if (policy.files === null && kept === null && !hasUnputFiles(ledger.dir)) return null;
    const { openFilePlace } = await import('../bucket/file-place.ts');
    return await openFilePlace(run, isWithoutWork);
  } catch (error) {
    await ledger.close();
    throw error;
  }
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
