import type { Instant } from '../core/job.ts';
import type { Reuse } from '../core/overview.ts';
import { quoted } from '../core/shell-words.ts';
import { isAtRest, type Tally, totalOf } from '../core/tally.ts';
import { quietText } from '../report/quiet-text.ts';
import { closingText, type Ending, type RunClosing } from '../report/summary.ts';
import { type ExitName, exitCodes, exitOfRun } from './exit.ts';
import type { SignalName } from './surroundings.ts';
import type { Talk } from './talk.ts';

/** Who speaks, of what. */
export interface Farewell {
  readonly dir: string;
  readonly talk: Talk;
  /** The command that goes on with the folder. */
  readonly goOn: string;
}

export interface Ended {
  readonly tally: Tally;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly signal: SignalName | null;
  /** Why submitting ended early, if no signal did it. */
  readonly why: string | null;
  /** What was done before and so not paid again; null: there was nothing to do at all. */
  readonly reuse: Reuse | null;
  /** The viewer's page; null: there is none. */
  readonly page: string | null;
}

const endings = {
  done: 'done',
  finished_with_failures: 'failures',
  not_finished: 'unfinished',
  unknown_submits: 'unsettled',
  interrupted: 'left',
  terminated: 'left',
  token_rejected: 'refused',
  api_unreachable: 'refused',
  usage: 'refused',
  invalid_input: 'refused',
  cannot_write: 'refused',
  bug: 'refused',
} as const satisfies Record<ExitName, Ending>;

/** Says how a run ended, to people and to programs, and gives its exit code. */
export function close({ dir, talk, goOn }: Farewell, ended: Ended): number {
  const { tally, signal, startedAt, endedAt, reuse, why, page } = ended;
  const exit = exitOfRun(tally, signal);
  const elapsedMs = endedAt - startedAt;
  const { counts } = tally;
  const endedBadly = counts.failed + counts.cancelled + counts.lost;
  const closing: RunClosing = {
    ending: endings[exit],
    exitCode: exitCodes[exit],
    tally,
    total: totalOf(tally),
    dir,
    page,
    elapsedMs,
    reuse,
    why,
    goOn: isAtRest(tally) ? null : goOn,
    retry: endedBadly > 0 ? `rcb retry ${quoted(dir)}` : null,
    reconcile: counts.unknown > 0 ? `rcb reconcile ${quoted(dir)}` : null,
    list: endedBadly > 0 ? `rcb ls ${quoted(dir)} --state failed,cancelled,lost` : null,
  };
  if (talk.quiet) talk.warn(quietText(closing));
  else if (reuse !== null || exit !== 'done') talk.say(closingText(closing, talk.terminal));
  talk.summary({
    dir,
    exit_code: exitCodes[exit],
    counts: { ...counts },
    cost: tally.spentUsd,
    ...(reuse === null ? {} : { reused: reuse.jobs, reused_cost: reuse.usd }),
    done_now: tally.doneNow,
    submitted_now: tally.submittedNow,
    elapsed_ms: elapsedMs,
    page,
  });
  return exitCodes[exit];
}
