import { countOf } from '../../core/counts.ts';
import { plainText } from '../terminal/terminal.ts';

/** What a run that lost its folder reports: why, what is in flight, where its ledger is now, and how to continue. */
export interface AftermathView {
  readonly sentence: string;
  readonly goOn: string;
  readonly rescued: string | null;
  readonly inFlight: readonly { readonly job: string; readonly requestId: string }[];
}

// More than are in flight by default. The ledger has all of them.
const maxShown = 200;

/** Ends with a line break. */
export function aftermathText({ sentence, goOn, rescued, inFlight }: AftermathView): string {
  const lines = [`${plainText(sentence)} No more jobs were submitted.`];
  if (rescued !== null) lines.push(`Everything this run recorded was saved as ${plainText(rescued)}.`);
  if (inFlight.length === 0) lines.push('No jobs are in flight.');
  else {
    lines.push(`${countOf(inFlight.length, 'job is', 'jobs are')} in flight and paid for (job=request id):`);
    for (const { job, requestId } of inFlight.slice(0, maxShown))
      lines.push(`  ${job}=${plainText(requestId)}`);
    if (inFlight.length > maxShown) lines.push(`  and ${inFlight.length - maxShown} more`);
  }
  lines.push('Continue with:', `  ${plainText(goOn)}`);
  return `${lines.join('\n')}\n`;
}
