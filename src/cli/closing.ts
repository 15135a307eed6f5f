import type { Instant } from '../core/job.ts';
import type { Holdings, Tally } from '../core/tally.ts';
import { closingText, type Ending } from '../report/summary.ts';
import { type ExitName, exitCodes, exitOfRun } from './exit.ts';
import { realClock } from './real-clock.ts';
import type { Session } from './session.ts';
import { quoted } from './shell-words.ts';
import type { SignalName } from './surroundings.ts';

export interface Ended {
  readonly tally: Tally;
  readonly startedAt: Instant;
  readonly signal: SignalName | null;
  /** Whether there was anything to do at all. */
  readonly worked: boolean;
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
export function close({ ledger, talk, goOn }: Session, ended: Ended): number {
  const { tally, signal, startedAt, worked } = ended;
  const exit = exitOfRun(tally, signal);
  const dir = quoted(ledger.dir);
  const elapsedMs = realClock.now() - startedAt;
  const { counts } = tally;
  if (worked || exit !== 'done') {
    talk.say(
      closingText(
        {
          ending: endings[exit],
          exitCode: exitCodes[exit],
          tally,
          total: totalOf(tally),
          dir: ledger.dir,
          elapsedMs,
          why: null,
          goOn: isAtRest(tally) ? null : goOn,
          retry: null,
          reconcile: null,
          list:
            counts.failed + counts.cancelled + counts.lost > 0
              ? `rcb ls ${dir} --state failed,cancelled,lost`
              : null,
        },
        talk.terminal,
      ),
    );
  }
  talk.summary({
    dir: ledger.dir,
    exit_code: exitCodes[exit],
    counts: { ...counts },
    cost: tally.spentUsd,
    done_now: tally.doneNow,
    submitted_now: tally.submittedNow,
    elapsed_ms: elapsedMs,
  });
  return exitCodes[exit];
}

/** Jobs of the folder's plan. */
export function totalOf({ counts }: Pick<Holdings, 'counts'>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Nothing is left that a run could go on with. */
export function isAtRest({ counts }: Pick<Holdings, 'counts'>): boolean {
  const { pending, submitting, queued, running, succeeded } = counts;
  return pending + submitting + queued + running + succeeded === 0;
}
