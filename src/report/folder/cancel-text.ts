import { countOf } from '../../core/counts.ts';
import type { CancelOutcome } from '../../core/provider.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../terminal/terminal.ts';

/** What became of one job that was to be cancelled. */
interface CancelledJob {
  readonly job: string;
  readonly outcome: CancelOutcome | 'failed';
  readonly message: string | null;
}

// More jobs with the same outcome than this are told in one line.
const maxLines = 8;

/** What became of them: a line for each job where they are few, one for all that ended alike where they are many. */
export function cancelText(all: readonly CancelledJob[], dir: string): string {
  const lines = [...Map.groupBy(all, outcomeText)].flatMap(([text, jobs]) =>
    jobs.length > maxLines
      ? [`${countOf(jobs.length, 'job')}: ${text}`]
      : jobs.map(({ job }) => `${job}  ${text}`),
  );
  const cancelled = all.filter(({ outcome }) => outcome === 'cancelled').length;
  const total = all.length > maxLines ? [`${cancelled} of ${countOf(all.length, 'job')} cancelled`] : [];
  const isOpen = all.some(({ outcome }) => outcome === 'requested');
  const later = isOpen ? [`What became of the rest is seen by: rcb fetch ${plainText(quoted(dir))}`] : [];
  return `${[...total, ...lines, ...later].join('\n')}\n`;
}

function outcomeText({ outcome, message }: CancelledJob): string {
  switch (outcome) {
    case 'cancelled':
      return 'cancelled';
    case 'requested':
      return 'asked to cancel, but the server has not done it yet: it may still finish and be charged';
    case 'not_cancellable':
      return 'too late to cancel: already started, will be charged and collected by the next run';
    case 'failed':
      return `not cancelled: ${plainText(message ?? '')}`;
  }
}
