import type { Environment } from '../../core/environment.ts';
import type { CanaryReport } from '../../core/job/canary-report.ts';
import { endedBadly, type Holdings, type Tally, tallying } from '../../core/job/tally.ts';
import { nothingAtStake } from '../../core/money/at-stake.ts';
import type { BadEndings } from '../../store/ledger/queries/folder-figures.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { estimatorIn } from '../estimates/kept-history.ts';
import { unfetchedIn } from '../expiry/expiring.ts';
import { moneyOf } from '../folder/money.ts';
import { realClock } from '../real-clock.ts';
import type { RunEnding } from './folder-run.ts';

/** What is read off the folder when a run has ended. */
export function recordedIn(
  dir: string,
  { spentUsd, counts }: Pick<Tally, 'spentUsd' | 'counts'>,
  env: Environment,
): Pick<RunEnding, 'money' | 'badEndings' | 'unfetched'> {
  return withReader(dir, (reader) => ({
    money: moneyOf(reader, { spentUsd, counts }, estimatorIn(reader, env)),
    badEndings: endedBadly(counts) === 0 ? noBadEndings : reader.badEndings(),
    unfetched: unfetchedIn(reader),
  }));
}

/** Of a run that did nothing, since its canary had run before and nobody agreed to the rest. */
export function endingAtRest(dir: string, canary: CanaryReport, env: Environment): RunEnding {
  const tally = tallying(withReader(dir, (reader) => reader.holdings())).now();
  const at = realClock.now();
  return {
    ...{ tally, startedAt: at, endedAt: at, ...recordedIn(dir, tally, env), canary },
    ...{ why: null, reuse: null, isLeft: false, aftermath: null, fault: null, logTrouble: null },
  };
}

const noBadEndings: BadEndings = { retried: 0, refused: 0, withoutOutput: 0 };

/** Of a folder that was lost meanwhile, which cannot be asked. */
export const nothingRecorded: Pick<RunEnding, 'money' | 'badEndings' | 'unfetched'> = {
  unfetched: null,
  money: { atStake: nothingAtStake, capUsd: null, crossed: null },
  badEndings: noBadEndings,
};

/** Jobs that were never submitted are no concern of a run that only collects. */
export function withoutPending<T extends Pick<Holdings, 'counts'>>(holdings: T): T {
  return { ...holdings, counts: { ...holdings.counts, pending: 0 } };
}
