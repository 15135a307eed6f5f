import { countOf, showCount } from '../../core/counts.ts';
import { failureRule } from '../../core/job/failures.ts';
import type { Reuse } from '../../core/job/overview.ts';
import { endedBadly, type Tally } from '../../core/job/tally.ts';
import { type AtStake, nothingAtStake } from '../../core/money/at-stake.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { atStakeText, leftText, type MoneyView } from '../plan/money-text.ts';
import { plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';
import { estimatedText, idleRemark, inFlight, moneyText, rateText } from '../terminal/wording.ts';
import { expirySentences, type UnfetchedView } from './expiry-text.ts';

/** How a run ended, in the order of the exit codes 0, 1, 75, 76, 130 or 143, 69 or 77, and 73. */
export type Ending = 'done' | 'failures' | 'unfinished' | 'unsettled' | 'left' | 'refused' | 'unwritable';

/** What the summary of a run is made of. Commands are ready to paste into a shell; null where none applies. */
export interface RunClosing {
  readonly ending: Ending;
  readonly exitCode: number;
  readonly tally: Tally;
  /** Jobs of the plan. */
  readonly total: number;
  /** The run folder as the user would write it. */
  readonly dir: string;
  /** The viewer's page as the user would write it; null: there is none. */
  readonly page: string | null;
  readonly elapsedMs: number;
  /** Jobs that were done before this run; null: the plan was empty. */
  readonly reuse: Reuse | null;
  /** Why the run stopped early, such as a cap, as a sentence. What halted it is in the tally. */
  readonly why: string | null;
  /** What the folder may have cost beyond the reported costs, and its cap; left out: neither is known. */
  readonly money?: MoneyView;
  /** What is still to be fetched, and how long the server keeps it; absent or null: nothing is known. */
  readonly unfetched?: UnfetchedView | null;
  readonly goOn: string | null;
  readonly retry: string | null;
  /** Asks about lost jobs again, at no charge. */
  readonly askAgain: string | null;
  readonly reconcile: string | null;
  /** Jobs whose new attempt would most likely be paid for in vain; `retry` leaves them out. */
  readonly notRetried?: number;
  /** Reads results again that were empty, at no charge; null or absent: there are none. */
  readonly lookAgain?: string | null;
  /** Lists the jobs that did not succeed. */
  readonly list: string | null;
}

const maxReasons = 8;

/** The summary of a run: what is done, what failed and why, what it cost, and the commands that come next. */
export function closingText(closing: RunClosing, terminal: Terminal): string {
  const lines = [headline(closing, terminal), ''];
  const field = (label: string, text: string): void => {
    lines.push(`  ${toned(terminal, 'dim', label.padEnd(11))}${text}`);
  };
  const { tally, elapsedMs } = closing;
  const { counts, spentUsd, doneNow } = tally;

  const before = counts.done - doneNow;
  const parts = [
    `${showCount(doneNow)} in this run`,
    ...(before > 0 ? [`${showCount(before)} earlier`] : []),
  ].join(', ');
  field('done', `${showCount(counts.done)} (${parts})`);
  if (endedBadly(counts) > 0) field('failed', endedText(closing));
  if (counts.unknown > 0) field('unknown', showCount(counts.unknown));
  if (inFlight(counts) > 0) field('in flight', `${showCount(inFlight(counts))}, collected by the next run`);
  if (counts.pending > 0)
    field('pending', `${showCount(counts.pending)}, not submitted${pendingCost(closing)}`);
  const perMinute = elapsedMs > 0 && doneNow > 1 ? (doneNow * 60_000) / elapsedMs : null;
  field('took', `${showDuration(elapsedMs)}${perMinute === null ? '' : `, ${rateText(perMinute)}`}`);
  const stake = closing.money?.atStake ?? nothingAtStake;
  field(
    'cost',
    `${costText(tally, stake)}${before > 0 && spentUsd > 0 ? ' over all runs' : ''}${onTop(tally)}`,
  );
  if (stake.attempts > 0) field('at stake', atStakeText(stake));
  const crossed = closing.money?.crossed ?? null;
  // The headline may have said so.
  if (crossed !== null && crossed !== causeOf(closing))
    field('cap', toned(terminal, 'red', plainText(crossed)));
  for (const sentence of expirySentences(closing.unfetched ?? null, closing.dir))
    field('expires', toned(terminal, 'yellow', sentence));
  if (closing.reuse !== null && closing.reuse.usd > 0) field('saved', savedText(closing.reuse));
  if (tally.repeated > 0) field('retries', countOf(tally.repeated, 'request'));
  field('folder', plainText(closing.dir));
  if (closing.page !== null) field('page', plainText(closing.page));

  lines.push(...reasonLines(closing, terminal), ...nextLines(closing, terminal));
  return `${lines.join('\n')}\n`;
}

/** Why it ended early, if it did. */
function causeOf({ tally, why }: RunClosing): string | null {
  return tally.halted?.message ?? why;
}

function headline(closing: RunClosing, terminal: Terminal): string {
  const { ending, tally, total } = closing;
  const { counts } = tally;
  const share = `${showCount(counts.done)} of ${countOf(total, 'job')} done`;
  const cause = causeOf(closing);
  const because = cause === null ? '' : ` ${plainText(cause)}`;
  const say = (mark: string, tone: Tone, text: string): string =>
    `${toned(terminal, tone, mark)} ${toned(terminal, 'bold', text)}`;
  switch (ending) {
    case 'done':
      return say('✓', 'green', total === 1 ? 'The job is done.' : `All ${countOf(total, 'job')} are done.`);
    case 'failures':
      return say(
        '✗',
        'red',
        `Finished: ${share}, ${showCount(endedBadly(counts))} did not succeed.${because}`,
      );
    case 'unfinished':
      return say('‖', 'yellow', `Not finished: ${share}.${because}`);
    case 'unsettled':
      return say('?', 'yellow', `${share}; ${countOf(counts.unknown, 'submission')} unclear.`);
    case 'left': {
      const away = inFlight(counts);
      const there = away > 0 ? `, ${showCount(away)} still running on the server` : '';
      return say('‖', 'yellow', `Stopped: ${share}${there}.`);
    }
    case 'refused':
    case 'unwritable':
      return say('✗', 'red', `Stopped: ${share}.${because}`);
  }
}

function pendingCost({ money }: RunClosing): string {
  const left = money?.left ?? null;
  const text = left === null ? null : leftText(left);
  return text === null ? '' : `; ${text}`;
}

function endedText({ tally: { counts } }: RunClosing): string {
  const words = (['failed', 'cancelled', 'lost'] as const).filter((status) => counts[status] > 0);
  return words.length === 1 && words[0] === 'failed'
    ? showCount(counts.failed)
    : words.map((status) => `${showCount(counts[status])} ${status}`).join(', ');
}

/** What an estimate is made of, and what it leaves out. */
function onTop({ spentUsd, estimatedUsd = 0 }: Tally): string {
  return estimatedUsd > 0 ? `${estimatedText(spentUsd, estimatedUsd)}; ${idleRemark}` : '';
}

function costText({ spentUsd, unpriced, estimatedUsd }: Tally, stake: AtStake): string {
  if (unpriced === 0 && stake.attempts > 0 && spentUsd === 0) return 'unknown: none reported yet';
  const money = moneyText(spentUsd, unpriced + stake.attempts, estimatedUsd);
  if (unpriced === 0) return money;
  if (spentUsd === 0) return 'unknown: the server reported none';
  return `${money} (no cost reported for ${countOf(unpriced, 'job')})`;
}

function savedText({ jobs, usd }: Reuse): string {
  return `${showUsd(usd)}: ${countOf(jobs, 'job')} reused`;
}

function reasonLines(closing: RunClosing, terminal: Terminal): string[] {
  const { failures, counts } = closing.tally;
  const lines: string[] = [];
  if (failures.length > 0) {
    lines.push('', '  What went wrong');
    const digits = showCount(failures[0]?.jobs ?? 0).length;
    for (const { failure, jobs, example, answer } of failures.slice(0, maxReasons)) {
      const rule = failureRule(failure.kind);
      const count = toned(
        terminal,
        rule.becomes === 'stalled' ? 'yellow' : 'red',
        showCount(jobs).padStart(digits),
      );
      const kept = answer === undefined ? '' : `, answer in ${plainText(answer)}`;
      const job = toned(terminal, 'dim', `  (job ${example.slice(0, 8)}${kept})`);
      lines.push(`    ${count} × ${rule.class}: ${plainText(failure.message)}${job}`);
    }
    const more = failures.length - maxReasons;
    if (more > 0) lines.push(`    and ${countOf(more, 'other reason')}`);
  }
  const now = failures
    .filter(({ failure }) => ['failed', 'cancelled', 'lost'].includes(failureRule(failure.kind).becomes))
    .reduce((sum, { jobs }) => sum + jobs, 0);
  const earlier = endedBadly(counts) - now;
  if (earlier > 0) lines.push('', `  ${countOf(earlier, 'job')} from earlier runs did not succeed.`);
  return lines;
}

function nextLines(closing: RunClosing, terminal: Terminal): string[] {
  const { counts } = closing.tally;
  const lines: string[] = [];
  const next = (sentence: string, command: string | null): void => {
    if (command === null) return;
    lines.push('', `  ${sentence}`, `    ${toned(terminal, 'cyan', command)}`);
  };
  if (counts.unknown > 0) {
    next(
      `${countOf(counts.unknown, 'submission')} got no usable answer and may have been billed, so ${counts.unknown === 1 ? 'it is' : 'they are'} on hold. Decide what to do:`,
      closing.reconcile,
    );
  }
  if (endedBadly(counts) > 0) {
    next('List them:', closing.list);
    const { notRetried = 0, lookAgain = null } = closing;
    if (notRetried > 0) {
      lines.push(
        '',
        `  ${countOf(notRetried, 'job was', 'jobs were')} refused for the content or ended without output. A new attempt would be charged, so rcb retry skips them unless you name them.`,
      );
    }
    next('Ask the server about the lost jobs again (free):', closing.askAgain);
    next('Check the jobs that ended without output again (free):', lookAgain);
    next(
      notRetried > 0 ? 'Retry the others (each is charged again):' : 'Retry them (each is charged again):',
      closing.retry,
    );
  }
  if (closing.tally.halted?.kind === 'wrong_account') {
    lines.push(
      '',
      '  Use the token and the --base-url that they were submitted with, or add --this-account',
      '  to give up the jobs that this account does not know.',
    );
  }
  const isCapped = closing.ending === 'unfinished' && closing.tally.halted?.kind === 'capped';
  const cap = closing.money?.capFrom ?? '--max-cost';
  next(isCapped ? `Raise or drop ${cap} to continue:` : 'Continue with:', closing.goOn);
  // It is for scripts, which have no live terminal.
  if (closing.exitCode !== 0 && !terminal.live) {
    const meaning = isCapped ? `not finished; ${cap} allows no more jobs` : meanings[closing.ending];
    lines.push('', toned(terminal, 'dim', `  exit code ${closing.exitCode}: ${meaning}`));
  }
  return lines;
}

const meanings = {
  done: 'every job is done',
  failures: 'finished, but some jobs did not succeed',
  unfinished: 'not finished; run the same command to continue',
  unsettled: 'finished, except for unclear submissions',
  left: 'stopped by you or the system; run the same command to continue',
  refused: 'the API cannot be used at the moment',
  unwritable: 'the run folder cannot be used at the moment',
} as const satisfies Record<Ending, string>;
