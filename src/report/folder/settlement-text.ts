import { countOf } from '../../core/counts.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../terminal/terminal.ts';

/** What was adopted, and what was not. Ends with a line break. */
export function adoptedText(
  { jobs, refusals }: { readonly jobs: number; readonly refusals: readonly string[] },
  dir: string,
): string {
  const told = refusals.map((refusal) => `${refusal}\n`).join('');
  const collect = jobs === 0 ? '' : `, to be collected by: rcb fetch ${plainText(quoted(dir))}`;
  return `${told}${countOf(jobs, 'submission')} adopted${collect}\n`;
}

/** What was settled, and what can only be written off. Ends with a line break. */
export function settledText(
  settlement: 'resubmit' | 'write-off',
  { jobs, unplanned }: { readonly jobs: number; readonly unplanned: number },
  dir: string,
): string {
  if (settlement === 'write-off') return `${countOf(jobs, 'submission')} written off.\n`;
  const again = `${countOf(jobs, 'row')} will be submitted again by: rcb resume ${plainText(quoted(dir))}\n`;
  if (unplanned === 0) return again;
  return `${again}${countOf(unplanned, 'row is', 'rows are')} no longer planned and can only be written off.\n`;
}
