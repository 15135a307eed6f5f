import { countOf, showCount } from '../../core/counts.ts';
import { failureRule } from '../../core/job/failures.ts';
import { endedBadly } from '../../core/job/tally.ts';
import type { RunClosing } from '../folder/summary.ts';
import { plainText } from '../terminal/terminal.ts';
import { inFlight } from '../terminal/wording.ts';

const maxReasons = 8;

/**
 * Why a run did not end well, for --quiet: a line for what stopped it, one for each reason of failure with its number
 * of jobs, one for unfinished jobs and one for unclear submissions. Empty where all jobs are done.
 */
export function quietText(closing: RunClosing): string {
  const { tally, why, exitCode } = closing;
  const { counts, halted, failures } = tally;
  if (exitCode === 0) return '';
  const lines: string[] = [];
  const cause = halted?.message ?? why;
  if (cause !== null) lines.push(cause);
  for (const { failure, jobs } of failures.slice(0, maxReasons)) {
    if (failure.message === halted?.message) continue;
    lines.push(`${countOf(jobs, 'job')}: ${failureRule(failure.kind).class}: ${failure.message}`);
  }
  const more = failures.length - maxReasons;
  if (more > 0) lines.push(`and ${countOf(more, 'other reason')}`);
  if (endedBadly(counts) > 0) {
    lines.push(`${countOf(endedBadly(counts), 'job')} did not succeed${command(closing.list)}`);
  }
  const open = counts.pending + inFlight(counts);
  if (open > 0) {
    const parts = [
      counts.pending > 0 ? `${showCount(counts.pending)} pending` : '',
      inFlight(counts) > 0 ? `${showCount(inFlight(counts))} in flight` : '',
    ];
    const detail = parts.filter(Boolean).join(', ');
    lines.push(`${countOf(open, 'job')} not finished (${detail})${command(closing.goOn)}`);
  }
  if (counts.unknown > 0) {
    lines.push(`${countOf(counts.unknown, 'unclear submission')}${command(closing.reconcile)}`);
  }
  return lines.map((line) => `rcb: ${plainText(line)}\n`).join('');
}

function command(text: string | null): string {
  return text === null ? '.' : `: ${text}`;
}
