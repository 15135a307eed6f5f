import { roundedUsd } from '../../core/money/prices.ts';
import type { AftermathView } from '../../report/folder/aftermath-text.ts';
import { canaryJson } from '../../report/folder/canary-text.ts';
import { expiryJson } from '../../report/folder/expiry-text.ts';
import { estimatedJson, moneyJson } from '../../report/plan/money-text.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { failureGroups, failuresJson } from '../folder/folder-overview.ts';
import type { RunEnding } from './folder-run.ts';

/** How a run ended, for programs, in the words of the manifest. */
export type RunSummary = ReturnType<typeof runSummary>;

/** `missing`: files of done jobs that were missing when it began; `page`: the viewer's, null where there is none. */
export function runSummary(
  ending: RunEnding,
  { page, missing }: { readonly page: string | null; readonly missing: number },
) {
  const { tally, reuse, aftermath } = ending;
  return {
    counts: { ...tally.counts },
    cost: roundedUsd(tally.spentUsd),
    ...estimatedJson(tally),
    ...moneyJson(ending.money),
    ...(reuse === null ? {} : { reused: reuse.jobs, reused_cost: roundedUsd(reuse.usd) }),
    ...(ending.canary === null ? {} : { canary: canaryJson(ending.canary) }),
    done_now: tally.doneNow,
    submitted_now: tally.submittedNow,
    missing_files: missing,
    ...expiryJson(ending.unfetched),
    elapsed_ms: ending.endedAt - ending.startedAt,
    page,
    ...(aftermath === null ? {} : { folder_lost: aftermathJson(aftermath) }),
  };
}

/** What went wrong in a folder so far, for programs. */
export function failuresOf(dir: string): ReturnType<typeof failuresJson> {
  return withReader(dir, (reader) => failuresJson(failureGroups(reader, reader.holdings().counts)));
}

function aftermathJson({ sentence, goOn, rescued, inFlight }: AftermathView) {
  const requests = inFlight.map(({ job, requestId }) => ({ job, request_id: requestId }));
  return { message: sentence, go_on: goOn, rescued, in_flight: requests };
}
