import { countOf, showCount } from '../../core/counts.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';

interface Side {
  readonly label: string;
  readonly dir: string;
  readonly jobs: number;
  readonly done: number;
  readonly spentUsd: number;
  readonly medianMs: number | null;
  readonly bare: number;
}

interface Difference {
  readonly folder: number;
  readonly pairs: number;
  readonly onlyInFirst: number;
  readonly onlyInOther: number;
  readonly priced: { readonly pairs: number; readonly firstUsd: number; readonly otherUsd: number };
  readonly timed: {
    readonly pairs: number;
    readonly firstMs: number | null;
    readonly otherMs: number | null;
  };
}

interface Comparison {
  readonly page: string;
  readonly jobs: number;
  readonly shown: number;
  readonly pairs: number;
  readonly folders: readonly Side[];
  readonly differences: readonly Difference[];
}

/** Where the page is, and how each folder stands against the first one. */
export function comparisonText(compared: Comparison, terminal: Terminal): string {
  const { page, jobs, shown, pairs, folders, differences } = compared;
  const held = shown < jobs ? `${showCount(shown)} of ${countOf(jobs, 'job')}` : countOf(jobs, 'job');
  const lines = [`${toned(terminal, 'bold', plainText(page))}  ${held}, ${countOf(pairs, 'row')}`];
  const [first] = folders;
  for (const difference of differences) {
    const other = folders[difference.folder];
    if (first !== undefined && other !== undefined) lines.push(differenceText(first, other, difference));
  }
  for (const { dir, bare } of folders) {
    if (bare === 0) continue;
    const view = plainText(`rcb view ${quoted(dir)}`);
    lines.push(`${countOf(bare, 'picture')} of ${plainText(dir)} without a thumbnail. To make them: ${view}`);
  }
  return `${lines.join('\n')}\n`;
}

function differenceText(first: Side, other: Side, difference: Difference): string {
  const [a, b] = [plainText(first.label), plainText(other.label)];
  const { pairs, onlyInFirst, onlyInOther, priced, timed } = difference;
  const parts = [
    countOf(pairs, 'pair'),
    ...(onlyInFirst > 0 ? [`${showCount(onlyInFirst)} not in ${b}`] : []),
    ...(onlyInOther > 0 ? [`${showCount(onlyInOther)} not in ${a}`] : []),
  ];
  const each = (usd: number): string => showUsd(usd / priced.pairs);
  const ratio = priced.firstUsd > 0 ? `${(priced.otherUsd / priced.firstUsd).toFixed(1)} ×` : null;
  if (priced.pairs > 0) {
    const costs = `${each(priced.otherUsd)} against ${each(priced.firstUsd)} a job`;
    parts.push(ratio === null ? costs : `costs ${ratio} ${a} (${costs})`);
  }
  if (timed.firstMs !== null && timed.otherMs !== null) {
    parts.push(`typically ${showDuration(timed.otherMs)} against ${showDuration(timed.firstMs)}`);
  }
  return `  ${b} and ${a}: ${parts.join(', ')}`;
}
