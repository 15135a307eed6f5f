import { type ExitName, exitCodes, exitOfComplaint, exitOfRun } from '../../cli/exit.ts';
import type { SignalName } from '../../cli/surroundings.ts';
import type { Talk } from '../../cli/talk.ts';
import type { UserError } from '../../core/complaints.ts';
import type { Instant } from '../../core/job/job.ts';
import type { Reuse } from '../../core/job/overview.ts';
import { hasNothingLeft, type Tally, totalOf } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import type { AftermathView } from '../../report/folder/aftermath-text.ts';
import { closingText, type Ending, type RunClosing } from '../../report/folder/summary.ts';
import { type MoneyView, moneyJson } from '../../report/plan/money-text.ts';
import { quietText } from '../../report/progress/quiet-text.ts';
import { type BadEndings, openReader } from '../../store/ledger/reader.ts';

/** Who speaks, of what. */
export interface Farewell {
  readonly dir: string;
  readonly talk: Talk;
  /** The command that goes on with the folder. */
  readonly goOn: string;
  /** What further commands need so that they speak to the same API; begins with a space, or is empty. */
  readonly there: string;
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
  /** What the folder may have cost beyond what was named, and how its cap stands. */
  readonly money: MoneyView;
  /** The viewer's page; null: there is none. */
  readonly page: string | null;
  /** Files of done jobs that were missing when it began. */
  readonly missing?: number;
  /** What became of a folder that was lost meanwhile: then what it says comes after this. */
  readonly aftermath?: AftermathView | null;
  /** What kept the last records from being written: then it is told after this. */
  readonly fault?: UserError | null;
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
  cannot_write: 'unwritable',
  bug: 'refused',
} as const satisfies Record<ExitName, Ending>;

function endingsOf(dir: string, endedBadly: number): BadEndings {
  if (endedBadly === 0) return { retried: 0, refused: 0, withoutOutput: 0 };
  const reader = openReader(dir);
  try {
    return reader.badEndings();
  } finally {
    reader.close();
  }
}

/** Says how a run ended, to people and to programs, and gives its exit code. */
export function close({ dir, talk, goOn, there }: Farewell, ended: Ended): number {
  const { tally, startedAt, endedAt, reuse, page, money, aftermath = null } = ended;
  const exit = exitOf(ended);
  const elapsedMs = endedAt - startedAt;
  const { counts } = tally;
  const endedBadly = counts.failed + counts.cancelled + counts.lost;
  const { retried, refused, withoutOutput } = endingsOf(dir, aftermath === null ? endedBadly : 0);
  const closing: RunClosing = {
    ending: endings[exit],
    exitCode: exitCodes[exit],
    tally,
    total: totalOf(tally),
    dir,
    page,
    elapsedMs,
    reuse,
    why: aftermath === null ? ended.why : aftermath.sentence,
    money,
    goOn: hasNothingLeft(tally) || aftermath !== null ? null : goOn,
    retry: retried > 0 ? `rcb retry ${quoted(dir)}${there}` : null,
    notRetried: refused + withoutOutput,
    lookAgain: withoutOutput > 0 ? `rcb fetch ${quoted(dir)}${there}` : null,
    askAgain: counts.lost > 0 ? `rcb fetch ${quoted(dir)}${there}` : null,
    reconcile: counts.unknown > 0 ? `rcb reconcile ${quoted(dir)}${there}` : null,
    list: endedBadly > 0 ? `rcb ls ${quoted(dir)} --state failed,cancelled,lost` : null,
  };
  if (talk.quiet) talk.warn(quietText(closing));
  else if (reuse !== null || exit !== 'done') talk.say(closingText(closing, talk.terminal));
  talk.summary({
    dir,
    exit_code: exitCodes[exit],
    counts: { ...counts },
    cost: tally.spentUsd,
    ...moneyJson(money),
    ...(reuse === null ? {} : { reused: reuse.jobs, reused_cost: reuse.usd }),
    done_now: tally.doneNow,
    submitted_now: tally.submittedNow,
    missing_files: ended.missing ?? 0,
    elapsed_ms: elapsedMs,
    page,
    ...(aftermath === null ? {} : { folder_lost: aftermathJson(aftermath) }),
  });
  return exitCodes[exit];
}

function exitOf({ tally, signal, aftermath, fault }: Ended): ExitName {
  if (aftermath) return 'cannot_write';
  return fault ? exitOfComplaint(fault.about) : exitOfRun(tally, signal);
}

function aftermathJson({ sentence, goOn, rescued, inFlight }: AftermathView) {
  const requests = inFlight.map(({ job, requestId }) => ({ job, request_id: requestId }));
  return { message: sentence, go_on: goOn, rescued, in_flight: requests };
}
