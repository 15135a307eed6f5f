import { failureRule } from '../../core/job/failures.ts';
import type { Reuse } from '../../core/job/overview.ts';
import type { Tally } from '../../core/job/tally.ts';
import { type AtStake, nothingAtStake } from '../../core/money/at-stake.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { atStakeText, type MoneyView } from '../plan/money-text.ts';
import { plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';
import { countOf, ended, inFlight, moneyText, rateText, showCount } from '../terminal/wording.ts';

/** How a run ended, in the order of the exit codes 0, 1, 75, 76, 130 or 143, 69 or 77, and 73. */
export type Ending = 'done' | 'failures' | 'unfinished' | 'unsettled' | 'left' | 'refused' | 'unwritable';

/** What is told when a run is over. Commands are texts to be pasted into a shell, null where there is no use for one. */
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
  /** What was done before and so not paid again; null: nothing was asked for. */
  readonly reuse: Reuse | null;
  /** Why it stopped before the end, as a sentence, such as a cap; what halted it is known from the tally. */
  readonly why: string | null;
  /** What the folder may have cost beyond what was named, and its cap; left out: nothing is known of either. */
  readonly money?: MoneyView;
  readonly goOn: string | null;
  readonly retry: string | null;
  /** Asks about lost jobs once more, for nothing. */
  readonly askAgain: string | null;
  readonly reconcile: string | null;
  /** Jobs that a new attempt would most likely be paid for in vain; `retry` leaves them out. */
  readonly notRetried?: number;
  /** Reads results again that held nothing, for nothing; null or absent: there are none. */
  readonly lookAgain?: string | null;
  /** Lists what did not end well. */
  readonly list: string | null;
}

const maxReasons = 8;

/** The last words of a run: what there is, what failed and why, what it cost, and the command that goes on. */
export function closingText(closing: RunClosing, terminal: Terminal): string {
  const lines = [headline(closing, terminal), ''];
  const field = (label: string, text: string): void => {
    lines.push(`  ${toned(terminal, 'dim', label.padEnd(11))}${text}`);
  };
  const { tally, elapsedMs } = closing;
  const { counts, spentUsd, unpriced, doneNow } = tally;

  const before = counts.done - doneNow;
  const parts = [
    `${showCount(doneNow)} now`,
    ...(before > 0 ? [`${showCount(before)} from before`] : []),
  ].join(', ');
  field('done', `${showCount(counts.done)} (${parts})`);
  if (ended(counts) > 0) field('failed', endedText(closing));
  if (counts.unknown > 0) field('unknown', showCount(counts.unknown));
  if (inFlight(counts) > 0) field('in flight', `${showCount(inFlight(counts))}, kept for the next run`);
  if (counts.pending > 0) field('pending', `${showCount(counts.pending)}, not submitted`);
  const perMinute = elapsedMs > 0 && doneNow > 1 ? (doneNow * 60_000) / elapsedMs : null;
  field('took', `${showDuration(elapsedMs)}${perMinute === null ? '' : `, ${rateText(perMinute)}`}`);
  const stake = closing.money?.atStake ?? nothingAtStake;
  field(
    'cost',
    `${costText(spentUsd, unpriced, stake)}${before > 0 && spentUsd > 0 ? ' over all runs' : ''}`,
  );
  if (stake.attempts > 0) field('at stake', atStakeText(stake));
  const crossed = closing.money?.crossed ?? null;
  // The headline may have said so.
  if (crossed !== null && crossed !== causeOf(closing))
    field('cap', toned(terminal, 'red', plainText(crossed)));
  if (closing.reuse !== null && closing.reuse.usd > 0) field('saved', savedText(closing.reuse));
  if (tally.repeated > 0) field('retries', `${countOf(tally.repeated, 'call')} made again`);
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
  const share = `${showCount(counts.done)} of ${countOf(total, 'job')} ${counts.done === 1 ? 'is' : 'are'} done`;
  const cause = causeOf(closing);
  const because = cause === null ? '' : ` ${plainText(cause)}`;
  const say = (mark: string, tone: Tone, text: string): string =>
    `${toned(terminal, tone, mark)} ${toned(terminal, 'bold', text)}`;
  switch (ending) {
    case 'done':
      return say('✓', 'green', total === 1 ? 'The job is done.' : `All ${countOf(total, 'job')} are done.`);
    case 'failures':
      return say('✗', 'red', `Finished: ${share}, ${showCount(ended(counts))} did not succeed.${because}`);
    case 'unfinished':
      return say('‖', 'yellow', `Not finished: ${share}.${because}`);
    case 'unsettled':
      return say('?', 'yellow', `${share}; ${countOf(counts.unknown, 'submit')} without a known outcome.`);
    case 'left': {
      const away = inFlight(counts);
      const there = away > 0 ? ` ${countOf(away, 'job goes', 'jobs go')} on at the server.` : '';
      return say('‖', 'yellow', `Left: ${share}.${there}`);
    }
    case 'refused':
    case 'unwritable':
      return say('✗', 'red', `Stopped: ${share}.${because}`);
  }
}

function endedText({ tally: { counts } }: RunClosing): string {
  const words = (['failed', 'cancelled', 'lost'] as const).filter((status) => counts[status] > 0);
  return words.length === 1 && words[0] === 'failed'
    ? showCount(counts.failed)
    : words.map((status) => `${showCount(counts[status])} ${status}`).join(', ');
}

function costText(spentUsd: number, unpriced: number, stake: AtStake): string {
  if (unpriced === 0 && stake.attempts > 0 && spentUsd === 0) return 'not known: no cost was named yet';
  const money = moneyText(spentUsd, unpriced + stake.attempts);
  if (unpriced === 0) return money;
  if (spentUsd === 0) return 'not known: the server named no cost';
  return `${money} (no cost named for ${countOf(unpriced, 'job')})`;
}

function savedText({ jobs, usd }: Reuse): string {
  return `${showUsd(usd)}: ${countOf(jobs, 'job was', 'jobs were')} done before and not paid again`;
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
      const kept = answer === undefined ? '' : `, its answer is ${plainText(answer)}`;
      const job = toned(terminal, 'dim', `  (job ${example.slice(0, 8)}${kept})`);
      lines.push(`    ${count} × ${rule.class}: ${plainText(failure.message)}${job}`);
    }
    const more = failures.length - maxReasons;
    if (more > 0) lines.push(`    and ${countOf(more, 'further reason')}`);
  }
  const now = failures
    .filter(({ failure }) => ['failed', 'cancelled', 'lost'].includes(failureRule(failure.kind).becomes))
    .reduce((sum, { jobs }) => sum + jobs, 0);
  const earlier = ended(counts) - now;
  if (earlier > 0) lines.push('', `  ${countOf(earlier, 'job')} did not succeed in earlier runs.`);
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
      `${countOf(counts.unknown, 'submit')} left without an answer: each may be running and billed, so none is sent again by itself. Settle them:`,
      closing.reconcile,
    );
  }
  if (ended(counts) > 0) {
    next('See them:', closing.list);
    const { notRetried = 0, lookAgain = null } = closing;
    if (notRetried > 0) {
      lines.push(
        '',
        `  ${countOf(notRetried, 'job was', 'jobs were')} refused for the content or ended without output: a new attempt would be paid for again, so rcb retry makes one only for jobs that it is given by name.`,
      );
    }
    next('Ask the server about the lost ones once more, which costs nothing:', closing.askAgain);
    next('Read what ended without output once more, for nothing:', lookAgain);
    next(
      notRetried > 0 ? 'Try the others again, as new submits:' : 'Try them again, as new submits:',
      closing.retry,
    );
  }
  if (closing.tally.halted?.kind === 'wrong_account') {
    lines.push(
      '',
      '  Give the token and the --base-url that they were submitted with, or add --this-account',
      '  to give up as lost what is not known here.',
    );
  }
  const isCapped = closing.ending === 'unfinished' && closing.tally.halted?.kind === 'capped';
  next(isCapped ? 'Go on, with a higher --max-cost or without one:' : 'Go on:', closing.goOn);
  if (closing.exitCode !== 0) {
    const meaning = isCapped
      ? 'not finished, since the cap on cost allows no more'
      : meanings[closing.ending];
    lines.push('', toned(terminal, 'dim', `  exit code ${closing.exitCode}: ${meaning}`));
  }
  return lines;
}

const meanings = {
  done: 'every job is done',
  failures: 'finished, and some jobs did not succeed',
  unfinished: 'not finished, the same command goes on',
  unsettled: 'finished, but for submits of unknown outcome',
  left: 'stopped by you or the system, the same command goes on',
  refused: 'the API cannot be used as things stand',
  unwritable: 'the run folder cannot be used as things stand',
} as const satisfies Record<Ending, string>;
