import { failure, JobFailure } from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { Clock, Dice } from '../../core/ports.ts';
import { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import { type AwayNewsPorts, awayNews } from './away-telling.ts';

interface LinePorts extends AwayNewsPorts {
  readonly clock: Clock;
  readonly dice: Dice;
}

/** The calls to the shared ledger, one after the other, so that nobody reads what another call is about to change. */
export interface LedgerLine {
  /**
   * Makes one call when its turn comes; while the ledger is away, after a pause that grows. Rejects with `LedgerAway`,
   * and with the reason of the signal if that fires first.
   */
  call<T>(work: () => Promise<T>, unless: AbortSignal): Promise<T>;
  /** Makes a call at once, beside the others. */
  beside<T>(work: () => Promise<T>): Promise<T>;
  /** Why nothing more is submitted in this run; null: the ledger may come back. */
  givenUp(): JobFailure | null;
}

const firstPauseMs = 500;
const maxPauseMs = 5_000;

export function ledgerLine(ports: LinePorts): LedgerLine {
  const { clock, dice, patienceMs } = ports;
  const news = awayNews(ports);
  let away: { readonly since: Instant; misses: number } | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function beside<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work();
      if (away !== null) news.reached(away.since);
      away = null;
      return answer;
    } catch (error) {
      if (!(error instanceof LedgerAway)) throw error;
      away ??= { since: clock.now(), misses: 0 };
      away.misses += 1;
      news.missed(away.since, away.misses);
      throw error;
    }
  }

  /** Whoever waits for a turn hears in time that the ledger is given up. */
  function longestMs(since: Instant): number {
    if (patienceMs === null) return maxPauseMs * 2;
    return Math.max(firstPauseMs, since + patienceMs - clock.now());
  }

  async function inTurn<T>(work: () => Promise<T>, unless: AbortSignal): Promise<T> {
    if (away !== null) {
      const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(away.misses - 1, 10));
      await clock.sleep(Math.min(pauseMs * (0.5 + dice()), longestMs(away.since)), unless);
    }
    unless.throwIfAborted();
    return beside(work);
  }

  return {
    call(work, unless) {
      const mine = last.then(() => inTurn(work, unless));
      last = mine.catch(() => {});
      return mine;
    },
    beside,
    givenUp() {
      if (away === null || patienceMs === null || clock.now() - away.since < patienceMs) return null;
      const message = `The shared ledger could not be reached for ${showDuration(patienceMs)}.`;
      return new JobFailure(failure('outage', message));
    },
  };
}

/** For calls that are made again anyway. */
export function unlessAway(error: unknown): void {
  if (!(error instanceof LedgerAway)) throw error;
}
