import { isAtRest, totalOf } from '../core/tally.ts';
import { jsonLine } from '../report/json-line.ts';
import type { StatusView } from '../report/status-text.ts';
import { statusText } from '../report/status-text.ts';
import { terminalOf } from '../report/terminal.ts';
import { workerOn } from '../store/lock.ts';
import { type LedgerReader, openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import { folderOf } from './folders.ts';
import { realClock } from './real-clock.ts';
import { truth } from './settings.ts';
import { quoted } from './shell-words.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb status [DIR]`: works while a run is going on. */
export async function statusCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { stdout, env } = surroundings;
  const reader = openReader(folderOf(words));
  try {
    const terminal = terminalOf(stdout, env);
    function show(): void {
      const view = statusOf(reader);
      const text = truth(flags, 'json') ? jsonLine(statusJson(view)) : statusText(view, terminal);
      stdout.write(terminal.live && truth(flags, 'watch') ? `${clearScreen}${text}` : text);
    }
    show();
    if (truth(flags, 'watch')) await again(show, () => !isAtRest(reader.holdings()), surroundings);
    return exitCodes.done;
  } finally {
    reader.close();
  }
}

const clearScreen = '\u001b[H\u001b[2J';
const watchMs = 2_000;

/** Shows it again and again, until there is nothing more to see or the user has seen enough. */
async function again(show: () => void, goesOn: () => boolean, surroundings: Surroundings): Promise<void> {
  const enough = new AbortController();
  const release = surroundings.onSignal('SIGINT', () => enough.abort());
  try {
    while (goesOn()) {
      await realClock.sleep(watchMs, enough.signal);
      show();
    }
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    release();
  }
}

const recentMs = 10 * 60_000;

function statusOf(reader: LedgerReader): StatusView {
  const { dir } = reader;
  const now = realClock.now();
  const holdings = reader.holdings();
  const pid = workerOn(dir);
  const finished = reader.finishedSince((now - recentMs) as typeof now);
  const perMinute = finished === 0 ? null : finished / (recentMs / 60_000);
  const { counts } = holdings;
  const left = counts.pending + counts.submitting + counts.queued + counts.running;
  const oldest = reader.oldestInFlight();
  return {
    dir,
    holdings,
    total: totalOf(holdings),
    pid,
    perMinute,
    etaMs: perMinute === null ? null : (left / perMinute) * 60_000,
    oldest: oldest === null ? null : { job: oldest.job, state: oldest.state, ageMs: now - oldest.since },
    goOn: pid === null && !isAtRest(holdings) ? `rcb resume ${quoted(dir)}` : null,
  };
}

function statusJson({ dir, holdings, total, pid, perMinute, etaMs, oldest }: StatusView) {
  return {
    dir,
    jobs: total,
    counts: holdings.counts,
    cost: holdings.spentUsd,
    jobs_without_cost: holdings.unpriced,
    pid,
    per_minute: perMinute,
    eta_ms: etaMs,
    oldest_in_flight: oldest === null ? null : { job: oldest.job, state: oldest.state, age_ms: oldest.ageMs },
  };
}
