import { countOf } from '../core/counts.ts';
import type { CanaryReport } from '../core/job/canary-report.ts';
import { quoted } from '../core/shell-words.ts';
import { canaryQuestion, canaryStopText, canaryText, quietCanaryText } from '../report/folder/canary-text.ts';
import type { Flags } from './argv/flag-names.ts';
import { truth } from './argv/settings.ts';
import { isAgreed } from './confirm.ts';
import { exitCodes } from './exit.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

/** A canary that has run in a folder. */
interface RanCanary {
  readonly report: CanaryReport;
  /** It ran by the very command that would go on now: nobody has seen yet how it went. */
  readonly isFresh: boolean;
  readonly dir: string;
  /** The viewer's page; null: there is none. */
  readonly page: string | null;
  /** The command that continues the folder. */
  readonly goOn: string;
}

/**
 * Tells how a canary went, and whether the rest may be submitted: by `--yes`, unless jobs of a fresh canary did not
 * succeed, or by the user at the terminal. null: it may; else the command that continues.
 */
export async function refusedRest(
  canary: RanCanary,
  flags: Flags,
  output: Output,
  system: System,
): Promise<string | null> {
  const { report, isFresh, dir, page, goOn } = canary;
  const list = `rcb ls ${quoted(dir)} --state failed,cancelled,lost,unknown`;
  output.say(`\n${canaryText(report, { page, list }, output.terminal)}`);
  if (truth(flags, 'yes') && (report.failed === 0 || !isFresh)) {
    output.say(`\nContinuing with ${countOf(report.remaining, 'job')} (--yes).\n\n`);
    return null;
  }
  // Whoever said yes beforehand is not there to be asked.
  const answer = truth(flags, 'yes') ? null : await isAgreed(`\n${canaryQuestion(report)}`, system);
  if (answer === true) return null;
  // At a terminal the same command asks again.
  const isFinal = answer === false || truth(flags, 'yes') || goOn.includes(' -- ');
  const again = isFinal ? goOn : `${goOn} --yes`;
  const told = { goOn: again, exitCode: exitCodes.not_finished, isDeclined: answer === false };
  if (output.quiet) output.warn(quietCanaryText(report, again));
  else output.say(canaryStopText(report, told, output.terminal));
  return again;
}
