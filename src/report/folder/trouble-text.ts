import { countOf, showCount } from '../../core/counts.ts';
import type { Remedy } from '../../core/job/remedies.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { cutStart, textWidth, wrapText } from '../terminal/text-width.ts';
import type { AccountView } from './overview-text.ts';

/** Introduces the command that deals with a failure. */
const sentences = (tokenVariable: string) =>
  ({
    retry: 'Retry (each is charged again):',
    resume: 'Continue with:',
    fetch: 'Collect the results from the server, without a new submission:',
    ask_again: 'Ask the server again (free; rcb retry would be charged):',
    reconcile: 'Each may be running and billed. Decide what to do:',
    change_input: 'Retrying will not help. Check the input, fix its row, then run again:',
    renew_token: `Use a valid token (rcb login, --token-file or ${tokenVariable}), then:`,
    check_account:
      'Use the token and the --base-url that they were submitted with, or add --this-account to give up the jobs that this account does not know:',
    top_up: 'Top up your balance (see rcb balance), then:',
    raise_cap: 'Raise or drop the cap (--max-cost, RCB_MAX_COST) to continue:',
  }) as const satisfies Record<Remedy, string>;

const maxReasons = 8;
const maxExamples = 3;

/**
 * What went wrong: each reason with its number of jobs, one example and the command that deals with them. While
 * another process works on the folder, that command has to wait.
 */
export function failureLines(
  { overview: { failures, totals }, isGoing, tokenVariable }: AccountView,
  terminal: Terminal,
  columns: number,
): readonly string[] {
  const introductions = sentences(tokenVariable);
  const shown = failures.slice(0, maxReasons);
  if (shown.length === 0) return [];
  const digits = showCount(shown[0]?.jobs ?? 0).length;
  const indent = ' '.repeat(digits + 7);
  const lines = ['', isGoing ? '  Problems so far (deal with them after the run)' : '  What went wrong'];
  for (const { class: errorClass, message, jobs, example, next, remedy, answer } of shown) {
    const tone = remedy === 'retry' || remedy === 'change_input' ? 'red' : 'yellow';
    const kept = answer === undefined ? '' : `, answer in ${plainText(answer)}`;
    const reason = `${errorClass}: ${plainText(message)} (job ${example.slice(0, 8)}${kept})`;
    for (const [index, line] of wrapText(reason, Math.max(20, columns - indent.length)).entries()) {
      const count = toned(terminal, tone, showCount(jobs).padStart(digits));
      lines.push(index === 0 ? `    ${count} × ${line}` : `${indent}${line}`);
    }
    lines.push(...nextLines(introductions[remedy], next, indent, terminal, columns));
  }
  const rest = totals.failedJobs - shown.reduce((sum, { jobs }) => sum + jobs, 0);
  if (rest > 0) lines.push(`    and ${countOf(rest, 'job')} for other reasons`);
  return lines;
}

// A command is never wrapped, so that it can be pasted.
function nextLines(
  sentence: string,
  command: string,
  indent: string,
  terminal: Terminal,
  columns: number,
): readonly string[] {
  const shown = toned(terminal, 'cyan', command);
  if (indent.length + sentence.length + 1 + textWidth(command) <= columns) {
    return [`${indent}${toned(terminal, 'dim', sentence)} ${shown}`];
  }
  const wrapped = wrapText(sentence, Math.max(20, columns - indent.length));
  return [...wrapped.map((line) => `${indent}${toned(terminal, 'dim', line)}`), `${indent}${shown}`];
}

/** Duplicate and blank results: how many, and the first of them. */
export function suspectLines(
  { overview: { duds, totals } }: AccountView,
  terminal: Terminal,
  columns: number,
): readonly string[] {
  const lines: string[] = [];
  const list = (headline: string, examples: readonly string[], total: number): void => {
    for (const line of wrapText(headline, Math.max(20, columns - 4))) {
      lines.push(`    ${toned(terminal, 'yellow', line)}`);
    }
    for (const example of examples) lines.push(`      ${example}`);
    if (total > examples.length) lines.push(`      and ${showCount(total - examples.length)} more`);
  };
  if (totals.sameGroups > 0) {
    list(
      `${countOf(totals.sameJobs, 'job')} with different seeds gave ${totals.sameGroups === 1 ? 'the same result' : `only ${showCount(totals.sameGroups)} different results`}`,
      duds.same.slice(0, maxExamples).map(({ jobs }) => namedJobs(jobs)),
      totals.sameGroups,
    );
  }
  if (totals.flat > 0) {
    list(
      `${countOf(totals.flat, 'image is', 'images are')} a single colour`,
      duds.flat.slice(0, maxExamples).map(({ job, path, colour }) => {
        const tail = `  (job ${job.slice(0, 8)})`;
        const room = columns - 6 - colour.length - 2 - tail.length;
        return `${plainText(colour)}  ${cutStart(plainText(path), room)}${tail}`;
      }),
      totals.flat,
    );
  }
  return lines.length === 0 ? [] : ['', '  Duplicate or blank results', ...lines];
}

function namedJobs(jobs: readonly string[]): string {
  const named = jobs.slice(0, maxExamples).map((job) => job.slice(0, 8));
  const more = jobs.length > named.length ? ', …' : '';
  return `jobs ${named.join(', ')}${more}`;
}
