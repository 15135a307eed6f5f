import { countOf, showCount } from '../../core/counts.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { quoted } from '../../core/shell-words.ts';
import { costText } from '../plan/estimate-text.ts';
import { plainText } from '../terminal/terminal.ts';
import { cutText } from '../terminal/text-width.ts';

/** A job that a retry of all leaves out. */
export interface LeftOutView {
  readonly job: string;
  /** `cats.csv:12`; null: it comes from the command line. */
  readonly row: string | null;
  readonly prompt: string;
  /** Class of the failure. */
  readonly class: string;
}

export interface RetryView {
  readonly dir: string;
  readonly jobs: number;
  /** What they will likely cost. */
  readonly cost: Estimate;
  /** Jobs that were never submitted, and are now. */
  readonly pending: number;
  readonly refused: number;
  readonly withoutOutput: number;
  /** The first of those. */
  readonly leftOut: readonly LeftOutView[];
}

const maxPromptColumns = 60;
const shortId = 8;

/** What is tried again and what it costs on one line, then what is left out, why, and the rows to edit. */
export function retryText(view: RetryView): string {
  const { jobs, cost, pending, refused, withoutOutput } = view;
  const leftOut = refused + withoutOutput;
  if (jobs + leftOut === 0) return 'Nothing to retry: no job in the plan is failed, cancelled or lost.\n';
  const too = pending === 0 ? '' : `, with ${countOf(pending, 'job')} not submitted before`;
  const again =
    jobs === 0 ? 'Nothing to retry.' : `Retrying ${countOf(jobs, 'job')}${too}: ${costText(cost)}.`;
  const lines = leftOut === 0 ? [] : leftOutLines(view);
  return `${[leftOut === 0 ? again : `${again} ${reasonText(view)}`, ...lines].join('\n')}\n`;
}

function reasonText({ refused, withoutOutput }: RetryView): string {
  const many = countOf(refused + withoutOutput, 'job was', 'jobs were');
  return `${many} refused for the content or ended without output and left out: a new attempt would be charged.`;
}

function leftOutLines({ dir, leftOut, refused, withoutOutput }: RetryView): string[] {
  const folder = plainText(quoted(dir));
  const places = leftOut.map(({ row, job }) => plainText(row ?? job.slice(0, shortId)));
  const widest = Math.max(...places.map((place) => place.length));
  const more = refused + withoutOutput - leftOut.length;
  const condition = refused > 0 ? 'error=refused' : 'error=no_output';
  return [
    ...leftOut.map(({ prompt, class: why }, nth) => {
      const text = cutText(plainText(prompt), maxPromptColumns);
      return `  ${(places[nth] as string).padEnd(widest)}  ${text}${why === 'refused' ? '' : `  (${why})`}`.trimEnd();
    }),
    ...(more > 0 ? [`  and ${showCount(more)} more: rcb ls ${folder} --where ${condition}`] : []),
    ...(refused > 0
      ? [`Edit ${refused === 1 ? 'this prompt' : 'these prompts'} and run again.`]
      : [`Check for results at no charge: rcb fetch ${folder}`]),
    `To retry one as it is, name it: rcb retry ${folder} ${leftOut[0]?.job.slice(0, shortId) ?? 'JOB'}`,
  ];
}
