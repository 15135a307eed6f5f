import { countOf, showCount } from '../../core/counts.ts';
import { failureRule } from '../../core/job/failures.ts';
import type { Instant } from '../../core/job/job.ts';
import { endedBadly, type Tally } from '../../core/job/tally.ts';
import type { WaitedFor } from '../../core/ports.ts';
import { plainText, type Terminal } from '../terminal/terminal.ts';
import { cutStart, flowSpans, type Span, spanLine, textWidth } from '../terminal/text-width.ts';
import { clockText, etaText, inFlight, moneyText, rateText } from '../terminal/wording.ts';
import { barSpans, countGroups, percentText } from './progress-bar.ts';

/** Everything that the display shows at one moment. */
export interface ProgressView {
  readonly tally: Tally;
  readonly total: number;
  readonly at: Instant;
  readonly elapsedText: string;
  readonly perMinute: number | null;
  readonly etaMs: number | null;
  /** How many of the repeated requests were answered 429. */
  readonly rateLimited: number;
  /** Why a request had to be repeated within the last minute. */
  readonly trouble: string | null;
  /** What submissions are waiting for, and since when. */
  readonly waiting: Waiting | null;
  /** Set by hand; null: as the flags say. */
  readonly maxInFlight: number | null;
  readonly lastFile: string | null;
  readonly note: string | null;
}

export interface Waiting {
  readonly for: WaitedFor;
  readonly message: string;
  readonly since: Instant;
}

const margin = 2;
const maxBarWidth = 60;
const narrowestBar = 10;

/** The repainted block: bar, counts, pace and cost, and lines that appear when there is something to report. */
export function progressBlock(view: ProgressView, terminal: Terminal, columns: number): readonly string[] {
  const room = columns - margin;
  const lines = [
    barLine(view, room),
    ...flowSpans(countGroups(view.tally.counts, view.total, view.tally.stalled), room),
    ...flowSpans(paceGroups(view), room),
    ...troubleLines(view),
  ];
  if (view.lastFile !== null) lines.push(labelled('last', cutStart(plainText(view.lastFile), room - 9)));
  if (view.note !== null) lines.push([{ text: plainText(view.note), tone: 'bold' }]);
  return lines.map((spans) => spanLine(terminal, [{ text: ' '.repeat(margin) }, ...spans], columns));
}

function barLine(view: ProgressView, room: number): readonly Span[] {
  const { counts } = view.tally;
  const total = showCount(view.total);
  const figures = `${percentText(counts.done, view.total).padStart(4)}  ${showCount(counts.done).padStart(total.length)} of ${total} done`;
  const barColumns = Math.min(maxBarWidth, room - textWidth(figures) - 2);
  if (barColumns < narrowestBar) return [{ text: figures.trimStart() }];
  return [...barSpans(counts, barColumns), { text: `  ${figures}`, tone: 'bold' }];
}

function paceGroups(view: ProgressView): readonly (readonly Span[])[] {
  const { etaMs: left, tally, maxInFlight } = view;
  const byHand: Span[][] =
    maxInFlight === null ? [] : [[{ text: 'max in flight ', tone: 'dim' }, { text: showCount(maxInFlight) }]];
  const until =
    left === null || left === 0 ? '' : `, at ${clockText((view.at + left) as Instant).slice(0, 5)}`;
  return [
    [{ text: rateText(view.perMinute) }],
    [{ text: 'ETA ', tone: 'dim' }, { text: `${etaText(left)}${until}` }],
    [{ text: 'elapsed ', tone: 'dim' }, { text: view.elapsedText }],
    [{ text: moneyText(tally.spentUsd, tally.unpriced, tally.estimatedUsd) }],
    ...byHand,
  ];
}

function troubleLines(view: ProgressView): Span[][] {
  const { repeated, halted, failures } = view.tally;
  const lines: Span[][] = [];
  if (repeated > 0) {
    const limited = view.rateLimited > 0 ? `, ${showCount(view.rateLimited)} after 429` : '';
    const why = view.trouble === null ? '' : `: ${plainText(view.trouble)}`;
    lines.push(labelled('retries', `${countOf(repeated, 'request')}${limited}${why}`, 'yellow'));
  }
  const worst = failures[0];
  if (worst) {
    const reason = `${failureRule(worst.failure.kind).class}: ${plainText(worst.failure.message)}`;
    lines.push(labelled('reason', `${showCount(worst.jobs)} × ${reason}`, 'red'));
  }
  if (view.waiting !== null) {
    const { message, since, for: whom } = view.waiting;
    const label = whom === 'user' ? 'paused' : 'waiting';
    lines.push(labelled(label, `since ${clockText(since).slice(0, 5)}: ${plainText(message)}`, 'yellow'));
  }
  if (halted) lines.push(labelled('halted', plainText(halted.message), 'red'));
  return lines;
}

const waitingTexts = {
  api: 'waiting for the API',
  ledger: 'waiting for the ledger',
  user: 'paused',
} as const satisfies Record<WaitedFor, string>;

function labelled(label: string, text: string, tone?: Span['tone']): Span[] {
  return [
    { text: label.padEnd(9), tone: 'dim' },
    { text, tone },
  ];
}

/** `12:03:20  312/1632 done · 64 in flight · 2 failed · 118/min · ETA 11m · $24.96` */
export function progressLine(view: ProgressView): string {
  const { counts, spentUsd, unpriced, estimatedUsd, stalled, repeated, halted } = view.tally;
  const some = (count: number, word: string): string[] => (count > 0 ? [`${count} ${word}`] : []);
  return `${clockText(view.at)}  ${[
    `${counts.done}/${view.total} done`,
    `${inFlight(counts)} in flight`,
    ...some(endedBadly(counts), 'failed'),
    ...some(counts.unknown, 'unknown'),
    ...some(stalled, 'stalled'),
    ...(repeated > 0 ? [countOf(repeated, 'retry', 'retries')] : []),
    rateText(view.perMinute),
    `ETA ${etaText(view.etaMs)}`,
    moneyText(spentUsd, unpriced, estimatedUsd),
    ...(view.waiting === null ? [] : [waitingTexts[view.waiting.for]]),
    ...(halted ? ['submitting stopped'] : []),
    ...(view.note === null ? [] : [plainText(view.note)]),
  ].join(' · ')}`;
}
