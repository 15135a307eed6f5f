import { plainText } from '../terminal/terminal.ts';
import { countOf } from '../terminal/wording.ts';

/** Of a run that lost its folder: what it says, what is in flight, where its ledger is now, and how to go on. */
export interface AftermathView {
  readonly sentence: string;
  readonly goOn: string;
  readonly rescued: string | null;
  readonly inFlight: readonly { readonly job: string; readonly requestId: string }[];
}

// More than are in flight at once unless somebody asks for it; the ledger has them all.
const maxShown = 200;

/** Ends with a line break. */
export function aftermathText({ sentence, goOn, rescued, inFlight }: AftermathView): string {
  const lines = [`${plainText(sentence)} Nothing more was submitted.`];
  if (rescued !== null) lines.push(`What this run had recorded was saved as ${plainText(rescued)}.`);
  if (inFlight.length === 0) lines.push('Nothing is in flight.');
  else {
    lines.push(`${countOf(inFlight.length, 'job is', 'jobs are')} in flight and paid for (job=request id):`);
    for (const { job, requestId } of inFlight.slice(0, maxShown))
      lines.push(`  ${job}=${plainText(requestId)}`);
    if (inFlight.length > maxShown) lines.push(`  and ${inFlight.length - maxShown} more`);
  }
  lines.push('Go on with:', `  ${plainText(goOn)}`);
  return `${lines.join('\n')}\n`;
}
