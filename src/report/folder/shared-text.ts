import { countOf } from '../../core/counts.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { SharedRunner } from '../../core/sharing/shared-runs.ts';
import { plainText } from '../terminal/terminal.ts';

/** A shared run and the machines that work on it. */
export interface SharedView {
  readonly ledger: string;
  readonly run: string;
  /** The one of this folder. */
  readonly runner: string;
  readonly runners: readonly SharedRunner[];
  /** The names of those that work on it now, without the one of this folder. */
  readonly others: readonly string[];
}

const maxShown = 10;

/** Those that hold jobs or were heard of last, as lines below the status of a folder. */
export function sharedText({ ledger, run, runner, runners }: SharedView, now: number): string {
  const order = runners.toSorted((a, b) => b.holds - a.holds || b.seenAt - a.seenAt);
  const lines = order.slice(0, maxShown).map(({ name, host, seenAt, holds, files }) => {
    const own = name === runner ? ' (here)' : host === name || name.startsWith(host) ? '' : ` on ${host}`;
    const seen = `seen ${showDuration(Math.max(0, now - seenAt))} ago`;
    return `    ${name}${own}  ${countOf(holds, 'job')} · ${seen} · ${countOf(files, 'file')}`;
  });
  const more = order.length > maxShown ? [`    and ${order.length - maxShown} more`] : [];
  return `\n${[`  shared     run "${run}" in ${ledger}`, ...lines, ...more].map(plainText).join('\n')}\n`;
}

/** The same for programs. */
export function sharedJson({ ledger, run, runner, runners }: SharedView) {
  return {
    shared: {
      ledger,
      run,
      runner,
      runners: runners.map(({ name, host, version, seenAt, holds, files }) => ({
        ...{ name, host, version, holds, files },
        seen_at: new Date(seenAt).toISOString(),
      })),
    },
  };
}
