import { countOf } from '../../core/counts.ts';
import type { JobStatus } from '../../core/job/job.ts';
import type { Reuse } from '../../core/job/overview.ts';
import type { Holdings } from '../../core/job/tally.ts';
import { nothingAtStake } from '../../core/money/at-stake.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { elsewhereText, type MissingFiles, missingText, sampleText } from '../plan/missing-text.ts';
import { committedText, leftText, type MoneyView } from '../plan/money-text.ts';
import { barSpans, countGroups, percentText } from '../progress/progress-bar.ts';
import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { flowSpans, spanLine } from '../terminal/text-width.ts';
import { estimatedText, etaText, idleRemark, moneyText, rateText } from '../terminal/wording.ts';
import { expirySentences, type UnfetchedView } from './expiry-text.ts';
import { type AccountView, accountLines } from './overview-text.ts';
import { failureLines, suspectLines } from './trouble-text.ts';

/** The state of a run folder, for people. */
export interface StatusView {
  readonly dir: string;
  /** Done jobs that lack a file count as `succeeded`. */
  readonly holdings: Holdings;
  readonly missing?: MissingFiles;
  /** Jobs of the plan. */
  readonly total: number;
  /** The process that is working on the folder; null: none is. */
  readonly pid: number | null;
  /** Other machines that work on its run; left out: none. */
  readonly others?: readonly string[];
  /** Jobs that ended recently, per minute; null: unknown. */
  readonly perMinute: number | null;
  readonly etaMs: number | null;
  /** The job that has been in flight longest. */
  readonly oldest: { readonly job: string; readonly state: JobStatus; readonly ageMs: number } | null;
  /** The command that continues the run; null when nothing is left to do or a process is at work. */
  readonly goOn: string | null;
  readonly account: AccountView;
  /** What the folder may have cost beyond the reported costs, and its cap; left out: neither is known. */
  readonly money?: MoneyView;
  /** Results that are not in the folder, and how long the server keeps them; absent or null: nothing is known. */
  readonly unfetched?: UnfetchedView | null;
  /** Done jobs whose files were taken from other folders, and what that saved. */
  readonly taken?: Reuse;
  /** The bucket or mount where its files are put as well; absent or null: nowhere. */
  readonly files?: string | null;
}

/** `rcb status`, ending with a line break. */
export function statusText(view: StatusView, terminal: Terminal): string {
  const { holdings, total, oldest } = view;
  const { counts } = holdings;
  const crossed = view.money?.crossed ?? null;
  const columns = Math.min(columnsOf(terminal), 100);
  const barColumns = Math.max(0, Math.min(60, columns - 2));
  const isGoing = view.pid !== null || othersOf(view).length > 0;
  const figures = [
    `${percentText(counts.done, total)} of ${countOf(total, 'job')} done`,
    ...moneyFigures(view),
    ...(isGoing ? [rateText(view.perMinute), `ETA ${etaText(view.etaMs)}`] : []),
  ];
  const groups = countGroups(counts, total, 0, isGoing);
  const textColumns = Number.isFinite(columnsOf(terminal)) ? columns : Number.POSITIVE_INFINITY;
  const account = accountLines(view.account, terminal, textColumns);
  return `${[
    `${toned(terminal, 'bold', plainText(view.dir))}  ${toned(terminal, 'dim', whoText(view))}`,
    '',
    spanLine(terminal, [{ text: '  ' }, ...barSpans(counts, barColumns)], columns),
    ...flowSpans(groups, columns - 2).map((spans) => spanLine(terminal, [{ text: '  ' }, ...spans], columns)),
    `  ${figures.join(' · ')}`,
    ...((holdings.estimatedUsd ?? 0) > 0 ? [`  ${toned(terminal, 'dim', `${capital(idleRemark)}.`)}`] : []),
    ...(crossed === null ? [] : [`  ${toned(terminal, 'red', plainText(crossed))}`]),
    ...(oldest === null
      ? []
      : [
          `  waiting longest: job ${plainText(oldest.job).slice(0, 8)}, ${oldest.state} for ${showDuration(oldest.ageMs)}`,
        ]),
    ...(view.missing === undefined || view.missing.jobs === 0
      ? []
      : [
          '',
          `  ${toned(terminal, 'yellow', missingText(view.missing))}; downloaded again at no charge when the run is resumed.`,
        ]),
    ...(typeof view.files === 'string' ? ['', `  Files are also in ${plainText(view.files)}.`] : []),
    ...elsewhereLines(view),
    ...expirySentences(view.unfetched ?? null, view.dir).flatMap((line) => [
      '',
      `  ${toned(terminal, 'yellow', line)}`,
    ]),
    ...(view.missing?.sample === undefined ? [] : ['', `  ${sampleText(view.missing.sample, view.dir)}`]),
    ...(account.length === 0 ? [] : ['', ...account]),
    ...failureLines(view.account, terminal, textColumns),
    ...suspectLines(view.account, terminal, textColumns),
    ...(view.goOn === null
      ? []
      : ['', isGoing ? '  Join with:' : '  Continue with:', `    ${toned(terminal, 'cyan', view.goOn)}`]),
  ].join('\n')}\n`;
}

const maxNamed = 3;

/** Who works on it: `running (pid 4711)`, `running on ci-1, ci-2`, or `idle`. */
function whoText(view: StatusView): string {
  if (view.pid !== null) return `running (pid ${view.pid})`;
  const others = othersOf(view);
  if (others.length === 0) return 'idle';
  const more = others.length > maxNamed ? ` and ${others.length - maxNamed} more` : '';
  return plainText(`running on ${others.slice(0, maxNamed).join(', ')}${more}`);
}

function othersOf({ others = [] }: StatusView): readonly string[] {
  return others;
}

function elsewhereLines({ missing, dir }: StatusView): readonly string[] {
  const text = missing === undefined ? null : elsewhereText(missing, dir);
  return text === null ? [] : ['', `  ${capital(text)}`];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function moneyFigures({ holdings: { spentUsd, unpriced, estimatedUsd }, money }: StatusView): string[] {
  const stake = money?.atStake ?? nothingAtStake;
  const { capUsd = null, capFrom = null } = money ?? {};
  return [
    stake.attempts > 0
      ? committedText(spentUsd, stake, estimatedUsd)
      : `${moneyText(spentUsd, unpriced, estimatedUsd)}${estimatedText(spentUsd, estimatedUsd)}`,
    ...(capUsd === null
      ? []
      : [`cap ${showUsd(capUsd)}${capFrom === null ? '' : ` (${plainText(capFrom)})`}`]),
    ...leftFigures(money?.left ?? null),
  ];
}

function leftFigures(left: Estimate | null): string[] {
  const text = left === null ? null : leftText(left);
  return text === null ? [] : [`to go ${text}`];
}
