import type { Environment } from '../../core/environment.ts';
import type { Instant } from '../../core/job/job.ts';
import type { FlatImage, RunAccount } from '../../core/job/overview.ts';
import { type Holdings, hasNothingLeft, totalOf } from '../../core/job/tally.ts';
import { roundedUsd } from '../../core/money/prices.ts';
import { etaMs, paceOf, paceOfOthers } from '../../core/pacing/settling-pace.ts';
import { expiryJson } from '../../report/folder/expiry-text.ts';
import type { LatencyView } from '../../report/folder/overview-text.ts';
import type { StatusView } from '../../report/folder/status-text.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import { estimatedJson, moneyJson } from '../../report/plan/money-text.ts';
import { inFlight } from '../../report/terminal/wording.ts';
import { workerOn } from '../../store/folder/lock.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { providerToTell } from '../access/folder-provider.ts';
import { estimatorIn } from '../estimates/kept-history.ts';
import { windowOf } from '../estimates/run-window.ts';
import { unfetchedIn } from '../expiry/expiring.ts';
import { runPolicy } from '../policies.ts';
import { realClock } from '../real-clock.ts';
import { countedAsToCollect, missingFilesOf } from '../running/done-files.ts';
import { continueCommand } from '../shared/continuing.ts';
import { failuresJson, overviewOf } from './folder-overview.ts';
import { moneyOf } from './money.ts';

// Nobody knows how the next run will be asked to work.
const usualWindow = windowOf(runPolicy({}, {}));

/** A run folder at this moment, also while a run is going on. `others`: machines that work on its run besides. */
export function statusOf(
  reader: LedgerReader,
  flats: readonly FlatImage[],
  env: Environment,
  missing: MissingFiles = missingFilesOf(reader),
  others: readonly string[] = [],
): StatusView {
  const { dir } = reader;
  const now = realClock.now();
  const holdings = countedAsToCollect(reader.holdings(), missing);
  const pid = workerOn(dir);
  const overview = overviewOf(reader, holdings, flats);
  const [run] = overview.runs;
  const isOwn = pid !== null && run !== undefined && run.endedAt === null;
  const isGoing = isOwn || others.length > 0;
  const perMinute = isOwn
    ? paceOf(run.startedAt as Instant, now, reader.settledSince)
    : isGoing
      ? paceOfOthers(now, reader.settledSince)
      : null;
  const oldest = reader.oldestInFlight();
  const estimator = estimatorIn(reader, env);
  const money = moneyOf(reader, holdings, estimator, isGoing ? null : usualWindow);
  return {
    dir,
    holdings,
    missing,
    total: totalOf(holdings),
    pid,
    others,
    perMinute,
    etaMs: isGoing ? etaMs(leftIn(holdings), perMinute) : null,
    oldest: oldest === null ? null : { job: oldest.job, state: oldest.state, ageMs: now - oldest.since },
    goOn: pid === null && !hasNothingLeft(holdings) ? continueCommand(dir) : null,
    account: {
      overview,
      latency: reader.latencies(),
      isGoing: pid !== null,
      tokenVariable: providerToTell(reader.planRecord()).tokens.variables[0],
      unnamed: money.atStake.attempts,
      now,
    },
    money,
    taken: reader.taken(),
    files: reader.filesPlace().address,
    unfetched: pid === null ? unfetchedIn(reader, missing.named) : null,
  };
}

/** Jobs that the run still has to finish. */
function leftIn({ counts }: Holdings): number {
  return counts.pending + inFlight(counts);
}

/** A run folder at one moment, for programs. */
export type FolderStatus = ReturnType<typeof statusJson>;

/** The same for programs: one object, in the words of the manifest. */
export function statusJson({
  dir,
  money,
  holdings,
  missing,
  total,
  pid,
  perMinute,
  etaMs,
  oldest,
  account,
  taken,
  files = null,
  unfetched = null,
}: StatusView) {
  const { overview, latency, isGoing } = account;
  const { duds, totals } = overview;
  return {
    dir,
    jobs: total,
    counts: holdings.counts,
    cost: roundedUsd(holdings.spentUsd),
    ...estimatedJson(holdings),
    jobs_without_cost: holdings.unpriced,
    missing_files: missing?.files ?? 0,
    jobs_missing_files: missing?.jobs ?? 0,
    ...(missing?.elsewhere === undefined
      ? {}
      : { files_elsewhere: missing.elsewhere.map(({ runner, jobs, files }) => ({ runner, jobs, files })) }),
    ...(files === null ? {} : { files_in: files }),
    files_checked_one_in: missing?.sample?.nth ?? 1,
    ...expiryJson(unfetched),
    ...(money === undefined ? {} : moneyJson(money)),
    pid,
    per_minute: perMinute,
    eta_ms: etaMs,
    oldest_in_flight: oldest === null ? null : { job: oldest.job, state: oldest.state, age_ms: oldest.ageMs },
    last_run: runJson(overview.runs[0], isGoing),
    reused: overview.reused,
    reused_cost: roundedUsd(overview.reusedUsd),
    ...(taken === undefined
      ? {}
      : { reused_from_folders: { jobs: taken.jobs, saved_usd: roundedUsd(taken.usd) } }),
    failures: failuresJson(overview.failures),
    jobs_with_failure: totals.failedJobs,
    duds: {
      same_groups: totals.sameGroups,
      same_jobs: totals.sameJobs,
      same: duds.same,
      flat_images: totals.flat,
      flat: duds.flat,
    },
    latency: latencyJson(latency),
  };
}

function runJson(run: RunAccount | undefined, isGoing: boolean) {
  if (run === undefined) return null;
  const { startedAt, endedAt, done, spentUsd, reused, reusedUsd } = run;
  return {
    started_at: new Date(startedAt).toISOString(),
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    is_going: endedAt === null && isGoing,
    done,
    cost: roundedUsd(spentUsd),
    reused,
    reused_cost: roundedUsd(reusedUsd),
  };
}

function latencyJson(latency: LatencyView | null) {
  return latency === null ? null : { jobs: latency.jobs, p50_ms: latency.p50Ms, p95_ms: latency.p95Ms };
}
