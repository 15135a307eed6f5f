import { createInterface } from 'node:readline/promises';
import type { Settlement } from '../app/folder/settling.ts';
import type { Spending } from '../app/folder/spending.ts';
import { UserError } from '../core/complaints.ts';
import { countOf } from '../core/counts.ts';
import type { Estimate } from '../core/money/estimate.ts';
import { showUsd } from '../core/money/prices.ts';
import { basisText, costText, historyWord, idleText } from '../report/plan/estimate-text.ts';
import type { System } from './system.ts';

/** Asks for consent to spend this much. Throws `UserError` (`usage`) if there is no terminal to ask on. */
export async function consents(spending: Spending, system: System): Promise<boolean> {
  const what = `${countOf(spending.jobs, 'job')} ${priceOf(spending)}`;
  const agreed = await isAgreed(`Submit ${what}?`, system);
  if (agreed === null) {
    throw new UserError(
      'usage',
      `This submits ${what}, but there is no terminal to ask on.`,
      `${adviceOf(spending)}, or --rehearse to try it for free.`,
    );
  }
  if (!agreed) system.stderr.write('Nothing was submitted.\n');
  return agreed;
}

function priceOf(spending: Spending): string {
  const { usd, source = 'catalogue', pastJobs = 0, byTime = 0 } = spending;
  const idle = idleText(spending);
  if (usd === null) return `at an unknown price${idle}`;
  return `for about ${showUsd(usd)}${historyWord({ source, byTime })} (${basisText({ source, pastJobs })})${idle}`;
}

/** A cap with some room above the estimate, for what the folder has cost already too. */
function adviceOf({ usd, spentUsd = 0, idleUsd = 0 }: Spending): string {
  const cap = usd === null ? 'USD' : String(roundedUp(spentUsd + (usd + idleUsd) * 1.1));
  return `Add --yes to go ahead, and --max-cost ${cap} to be safe`;
}

/** With two digits, in whole dollars. */
function roundedUp(usd: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, usd))) - 1);
  return Math.max(1, Math.ceil(usd / unit) * unit);
}

/** Asks whether these submissions may be resolved this way. Throws `UserError` (`usage`) if there is no terminal to ask on. */
export async function agreesToSettle(
  settlement: Settlement,
  stake: Estimate,
  system: System,
): Promise<boolean> {
  const sum = `${countOf(stake.jobs, 'submission')}, ${costText(stake)}`;
  const { question, does, declined } = settlementWords[settlement](sum);
  const answer = await isAgreed(question, system);
  if (answer === null) {
    throw new UserError('usage', `${does}, but there is no terminal to ask on.`, 'Add --yes to go ahead.');
  }
  if (!answer) system.stderr.write(`${declined}\n`);
  return answer;
}

const settlementWords = {
  resubmit: (sum: string) => ({
    question: `Submit again ${sum}? Any that were accepted are charged twice.`,
    does: `This submits again ${sum}`,
    declined: 'Nothing will be submitted again.',
  }),
  'write-off': (sum: string) => ({
    question: `Write off ${sum}? Any that were accepted are charged and never collected.`,
    does: `This writes off ${sum}`,
    declined: 'Nothing was written off.',
  }),
} as const satisfies Record<Settlement, (sum: string) => object>;

/** Asks whether to make so many contact sheets. Throws `UserError` (`usage`) if there is no terminal to ask on. */
export async function agreesToSheets(sheets: number, system: System): Promise<boolean> {
  const answer = await isAgreed(`Make ${countOf(sheets, 'sheet')}?`, system);
  if (answer === null) {
    throw new UserError(
      'usage',
      `This makes ${countOf(sheets, 'sheet')}, but there is no terminal to ask on.`,
      'Add --yes to go ahead, or select fewer jobs with --where.',
    );
  }
  if (!answer) system.stderr.write('Nothing was made.\n');
  return answer;
}

/** Asks at the terminal; anything but yes means no. null: there is no terminal to ask on. */
export async function isAgreed(question: string, { stdin, stderr }: System): Promise<boolean | null> {
  if (!stdin.isTTY || !stderr.isTTY) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D answer nothing.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const given = lines.question(`${question} [y/N] `).catch(() => '');
    const answer = await Promise.race([given, closed]);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
