import type { JobStatus } from '../../core/job/job.ts';
import type { Holdings } from '../../core/job/tally.ts';
import { nothingAtStake } from '../../core/money/at-stake.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { type MissingFiles, missingText } from '../plan/missing-text.ts';
import { committedText, type MoneyView } from '../plan/money-text.ts';
import { barSpans, countGroups, percentText } from '../progress/progress-bar.ts';
import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { flowSpans, spanLine } from '../terminal/text-width.ts';
import { countOf, etaText, moneyText, rateText } from '../terminal/wording.ts';
import { type AccountView, accountLines } from './overview-text.ts';
import { dudLines, failureLines } from './trouble-text.ts';

/** A run folder as someone sees it who only looks. */
export interface StatusView {
  readonly dir: string;
  /** Done jobs that lack a file count as `succeeded`. */
  readonly holdings: Holdings;
  readonly missing?: MissingFiles;
  /** Jobs of the plan. */
  readonly total: number;
  /** The process that works on the folder; null: nobody does. */
  readonly pid: number | null;
  /** Jobs a minute that ended lately; null: not known. */
  readonly perMinute: number | null;
  readonly etaMs: number | null;
  /** The job that has been at the server for longest. */
  readonly oldest: { readonly job: string; readonly state: JobStatus; readonly ageMs: number } | null;
  /** The command that goes on with the folder; null where nothing is left or somebody is at it. */
  readonly goOn: string | null;
  readonly account: AccountView;
  /** What the folder may have cost beyond what was named, and its cap; left out: nothing is known of either. */
  readonly money?: MoneyView;
}

/** `rcb status`, ending with a line break. */
export function statusText(view: StatusView, terminal: Terminal): string {
  const { holdings, total, oldest } = view;
  const { counts } = holdings;
  const crossed = view.money?.crossed ?? null;
  const columns = Math.min(columnsOf(terminal), 100);
  const barColumns = Math.max(0, Math.min(60, columns - 2));
  const running = view.pid === null ? 'nobody is working on it' : `process ${view.pid} is working on it`;
  const figures = [
    `${percentText(counts.done, total)} of ${countOf(total, 'job')} done`,
    ...moneyFigures(view),
    ...(view.pid === null ? [] : [rateText(view.perMinute), `ETA ${etaText(view.etaMs)}`]),
  ];
  const groups = countGroups(counts, total, 0);
  const textColumns = Number.isFinite(columnsOf(terminal)) ? columns : Number.POSITIVE_INFINITY;
  const account = accountLines(view.account, terminal, textColumns);
  return `${[
    `${toned(terminal, 'bold', plainText(view.dir))}  ${toned(terminal, 'dim', running)}`,
    '',
    spanLine(terminal, [{ text: '  ' }, ...barSpans(counts, barColumns)], columns),
    ...flowSpans(groups, columns - 2).map((spans) => spanLine(terminal, [{ text: '  ' }, ...spans], columns)),
    `  ${figures.join(' · ')}`,
    ...(crossed === null ? [] : [`  ${toned(terminal, 'red', plainText(crossed))}`]),
    ...(oldest === null
      ? []
      : [
          `  oldest in flight: job ${plainText(oldest.job).slice(0, 8)}, ${oldest.state}, for ${showDuration(oldest.ageMs)}`,
        ]),
    ...(view.missing === undefined || view.missing.jobs === 0
      ? []
      : [
          '',
          `  ${toned(terminal, 'yellow', missingText(view.missing))}: fetched again, at no charge, when the run goes on.`,
        ]),
    ...(account.length === 0 ? [] : ['', ...account]),
    ...failureLines(view.account, terminal, textColumns),
    ...dudLines(view.account, terminal, textColumns),
    ...(view.goOn === null ? [] : ['', '  Go on:', `    ${toned(terminal, 'cyan', view.goOn)}`]),
  ].join('\n')}\n`;
}

function moneyFigures({ holdings: { spentUsd, unpriced }, money }: StatusView): string[] {
  const stake = money?.atStake ?? nothingAtStake;
  const capUsd = money?.capUsd ?? null;
  return [
    stake.attempts > 0 ? committedText(spentUsd, stake) : moneyText(spentUsd, unpriced),
    ...(capUsd === null ? [] : [`cap ${showUsd(capUsd)}`]),
  ];
}
