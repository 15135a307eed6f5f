import type { RunEnding } from '../app/running/folder-run.ts';
import { failuresOf, runSummary } from '../app/running/run-summary.ts';
import { UserError } from '../core/complaints.ts';
import { endedBadly, hasNothingLeft, totalOf } from '../core/job/tally.ts';
import { quoted } from '../core/shell-words.ts';
import { noticeText } from '../report/folder/notice-text.ts';
import { closingText, type Ending, type RunClosing } from '../report/folder/summary.ts';
import { quietText } from '../report/progress/quiet-text.ts';
import { plainText } from '../report/terminal/terminal.ts';
import { factsOf } from './complaint.ts';
import { type ExitName, exitCodes, exitOfComplaint, exitOfRun } from './exit.ts';
import type { Output } from './output.ts';
import type { Notice } from './run-notices.ts';
import type { SignalName } from './system.ts';

/** Where a run ended and how to continue it. */
export interface EndedFolder {
  readonly dir: string;
  readonly output: Output;
  /** The command that continues the folder. */
  readonly goOn: string;
  /** What further commands need so that they speak to the same API; begins with a space, or is empty. */
  readonly there: string;
}

export interface Ended extends RunEnding {
  readonly signal: SignalName | null;
  /** The viewer's page; null: there is none. */
  readonly page: string | null;
  /** Files of done jobs that were missing when it began. */
  readonly missing: number;
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

/** Tells people how a run ended. */
export function tellEnding(folder: EndedFolder, ended: Ended): void {
  const { output } = folder;
  const exit = exitOf(ended);
  const closing = closingOf(folder, ended, exit);
  if (output.quiet) output.warn(quietText(closing));
  else if (ended.reuse !== null || exit !== 'done') output.say(closingText(closing, output.terminal));
}

/** Tells programs how a run ended, last of all, and gives its exit code. */
export function closeRun(folder: EndedFolder, ended: Ended): number {
  const outcome = exitOf(ended);
  if (folder.output.isTold) folder.output.summary(summaryOf(folder, ended, outcome));
  return exitCodes[outcome];
}

/** How a run ended, for whoever is not looking. */
export function noticeOf(folder: EndedFolder, ended: Ended): Notice {
  const outcome = exitOf(ended);
  return {
    text: noticeText(closingOf(folder, ended, outcome)),
    facts: () => ({ event: 'summary', ...summaryOf(folder, ended, outcome) }),
    dir: folder.dir,
    outcome,
    exitCode: exitCodes[outcome],
  };
}

/** The same of a run that an error has ended. */
export function noticeOfError(error: unknown, dir: string, goOn: string): Notice {
  const facts = factsOf(error);
  const outcome = error instanceof UserError ? exitOfComplaint(error.about) : 'bug';
  return {
    text: plainText(`${dir} has stopped. ${facts.message}`),
    facts: () => ({ event: 'error', dir, outcome, ...facts, next: [goOn] }),
    ...{ dir, outcome, exitCode: facts.exit_code },
  };
}

function summaryOf(folder: EndedFolder, ended: Ended, outcome: ExitName): object {
  const { dir } = folder;
  const { aftermath, fault } = ended;
  const exit_code = exitCodes[outcome];
  const closing = closingOf(folder, ended, outcome);
  const { exit_code: _, ...error } = fault === null ? { exit_code } : factsOf(fault);
  return {
    ...{ dir, outcome, exit_code, ...runSummary(ended, ended) },
    stopped: closing.why ?? ended.tally.halted?.message ?? null,
    failures: aftermath === null ? failuresOf(dir) : [],
    next: [
      ...new Set(
        [closing.goOn, closing.retry, closing.lookAgain, closing.askAgain, closing.reconcile].flatMap(
          (command) => command ?? [],
        ),
      ),
    ],
    ...(fault === null ? {} : { error }),
  };
}

function closingOf({ dir, goOn, there }: EndedFolder, ended: Ended, exit: ExitName): RunClosing {
  const { tally, aftermath, badEndings } = ended;
  const { counts } = tally;
  const { retried, refused, withoutOutput } = badEndings;
  const command = (verb: string, flags = there): string => `rcb ${verb} ${quoted(dir)}${flags}`;
  return {
    ending: endings[exit],
    exitCode: exitCodes[exit],
    tally,
    total: totalOf(tally),
    dir,
    page: ended.page,
    elapsedMs: ended.endedAt - ended.startedAt,
    reuse: ended.reuse,
    why: aftermath === null ? ended.why : aftermath.sentence,
    money: ended.money,
    unfetched: ended.unfetched,
    goOn: hasNothingLeft(tally) || aftermath !== null ? null : goOn,
    retry: retried > 0 ? command('retry') : null,
    notRetried: refused + withoutOutput,
    lookAgain: withoutOutput > 0 ? command('fetch') : null,
    askAgain: counts.lost > 0 ? command('fetch') : null,
    reconcile: counts.unknown > 0 ? command('reconcile') : null,
    list: endedBadly(counts) > 0 ? command('ls', ' --state failed,cancelled,lost') : null,
  };
}

function exitOf({ tally, signal, aftermath, fault }: Ended): ExitName {
  if (aftermath) return 'cannot_write';
  return fault ? exitOfComplaint(fault.about) : exitOfRun(tally, signal);
}
