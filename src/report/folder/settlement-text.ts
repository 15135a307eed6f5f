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

/** An unclear submission of which callbacks tell more than can be true. */
interface ContestedView {
  readonly job: string;
  /** The requests that they name. */
  readonly ids: readonly string[];
  /** The end of a sentence. */
  readonly why: string;
}

/** What callbacks have settled, and what they leave to the user; empty where they tell nothing. */
export function heardText(
  {
    accepted,
    contested,
  }: { readonly accepted: readonly unknown[]; readonly contested: readonly ContestedView[] },
  dir: string,
  isBusy: boolean,
): string {
  const folder = plainText(quoted(dir));
  const lines = [
    ...(isBusy ? ['The run under way takes up what callbacks tell when it ends.'] : []),
    ...(accepted.length === 0
      ? []
      : [
          `Callbacks settled ${countOf(accepted.length, 'unclear submission')}, to be collected by: rcb fetch ${folder}`,
        ]),
    ...contested.flatMap(({ job, ids, why }) => [
      `Job ${job} is left to you: ${plainText(why)}.`,
      ...ids.map((id) => `  rcb reconcile ${folder} --adopt ${plainText(quoted(`${job}=${id}`))}`),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
