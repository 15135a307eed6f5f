import { showCount } from '../../core/counts.ts';
import type { JobStatus } from '../../core/job/job.ts';
import { endedBadly, type StatusCounts } from '../../core/job/tally.ts';
import type { Tone } from '../terminal/terminal.ts';
import type { Span } from '../terminal/text-width.ts';
import { statusTones } from '../terminal/wording.ts';

interface Part {
  readonly glyph: string;
  readonly tone: Tone;
  readonly jobs: number;
}

// Each part has its own glyph, so that the bar also reads without colour.
function parts(counts: StatusCounts): readonly Part[] {
  return [
    { glyph: '█', tone: 'green', jobs: counts.done },
    { glyph: '×', tone: 'red', jobs: endedBadly(counts) },
    { glyph: '?', tone: 'yellow', jobs: counts.unknown },
    { glyph: '▓', tone: 'cyan', jobs: counts.running + counts.succeeded },
    { glyph: '▒', tone: 'blue', jobs: counts.queued + counts.submitting },
    { glyph: '░', tone: 'dim', jobs: counts.pending },
  ];
}

/**
 * Shares `columns` cells among amounts: they add up, every amount gets a cell while cells last, and the rest is in
 * proportion.
 */
export function shareCells(amounts: readonly number[], columns: number): readonly number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const present = amounts.filter((amount) => amount > 0).length;
  if (total === 0 || columns < present) return amounts.map(() => 0);
  const spare = columns - present;
  const exact = amounts.map((amount) => (amount * spare) / total);
  const cells = amounts.map((amount, index) => (amount > 0 ? 1 : 0) + Math.floor(exact[index] as number));
  const left = columns - cells.reduce((sum, cell) => sum + cell, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { index } of byRemainder.slice(0, left)) cells[index] = (cells[index] as number) + 1;
  return cells;
}

/** `████▓▓▒░░░` */
export function barSpans(counts: StatusCounts, columns: number): readonly Span[] {
  const all = parts(counts);
  const cells = shareCells(
    all.map(({ jobs }) => jobs),
    columns,
  );
  return all.map(({ glyph, tone }, index) => ({ text: glyph.repeat(cells[index] as number), tone }));
}

/** `19%`, whole only when nothing is left. */
export function percentText(done: number, total: number): string {
  return `${total === 0 ? 100 : Math.floor((done * 100) / total)}%`;
}

// Always shown, so that numbers keep their position; the others appear when they count something.
const always = ['done', 'running', 'queued', 'pending'] as const;
const sometimes = ['submitting', 'succeeded', 'failed', 'cancelled', 'lost', 'unknown'] as const;

// What the bar shows a state as.
const signs = {
  pending: '░',
  submitting: '▒',
  queued: '▒',
  running: '▓',
  succeeded: '▓',
  done: '█',
  failed: '×',
  cancelled: '×',
  lost: '×',
  unknown: '?',
} as const satisfies Record<JobStatus, string>;
// While a run is under way.
const liveWords: Partial<Record<JobStatus, string>> = { succeeded: 'saving' };

const maxWordWidth = 10;

/**
 * One group per state with its sign in the bar, `█ done        312`, padded so that groups line up and numbers stay in
 * their place while they grow.
 */
export function countGroups(
  counts: StatusCounts,
  total: number,
  stalled: number,
  isLive = true,
): readonly (readonly Span[])[] {
  const digits = showCount(total).length;
  const shown = [...always, ...sometimes.filter((status) => counts[status] > 0)].map((status) => ({
    sign: signs[status] as string,
    word: (isLive ? liveWords[status] : null) ?? status,
    jobs: counts[status],
    tone: statusTones[status] as Tone,
  }));
  if (stalled > 0) shown.push({ sign: ' ', word: 'stalled', jobs: stalled, tone: 'yellow' });
  return shown.map(({ sign, word, jobs, tone }) => [
    { text: `${sign} `, tone },
    { text: word.padEnd(maxWordWidth), tone: 'dim' as const },
    { text: showCount(jobs).padStart(digits), tone: jobs > 0 ? tone : ('dim' as const) },
  ]);
}
