import type { Access } from '../app/access/endpoint.ts';
import { needsConsent, planNeedsConsent, type Spending } from '../app/folder/spending.ts';
import { expectedPlan } from '../app/planning/plan-id.ts';
import type { Identifies } from '../app/planning/plan-session.ts';
import type { Refused } from '../app/planning/preparation.ts';
import { isError, type Problem } from '../core/complaints.ts';
import { countOf } from '../core/counts.ts';
import { jsonLine } from '../report/json-line.ts';
import { planJson } from '../report/plan/plan-json.ts';
import { type PlanView, planText } from '../report/plan/plan-text.ts';
import { problemLine } from '../report/plan/problem-json.ts';
import { problemsText } from '../report/plan/problems-text.ts';
import { terminalOf } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import { text, truth } from './argv/settings.ts';
import { consents } from './confirm.ts';
import { exitCodes } from './exit.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

/** Says what is wrong with the input, and gives the exit code of that. */
export function refuse({ problems }: Refused, output: Output): number {
  return refuseProblems(problems, 'invalid_input', output);
}

/** The same for what is wrong elsewhere than in the input. */
export function refuseProblems(
  problems: readonly Problem[],
  exit: 'invalid_input' | 'usage',
  output: Output,
): number {
  output.warn(problemsText(problems, output.terminal));
  for (const problem of problems) output.problem(problemLine(problem));
  const errors = problems.filter(isError).length;
  const error = {
    class: exit === 'usage' ? 'usage' : 'input',
    message: `The input has ${countOf(errors, 'error')}. Nothing was submitted.`,
    hint: 'Correct what is listed, then run the same command again.',
    exit_code: exitCodes[exit],
  };
  output.error(error, exit);
  return exitCodes[exit];
}

/** What the plan's id is made of and has to be; undefined: nobody asks. Throws `UserError` for what is no id. */
export function identityAsked(flags: Flags, resendsUnknown: boolean): Identifies | undefined {
  const given = text(flags, 'expect');
  if (given === null && !truth(flags, 'json')) return undefined;
  return { resendsUnknown, expected: given === null ? null : expectedPlan(given) };
}

/** A plan ahead of its run. */
export function showPlan(view: PlanView, output: Output): void {
  const text = planText(view, output.terminal);
  const isLong = text.trimEnd().includes('\n');
  output.say(isLong ? `${text}\n` : text);
  output.plan(planJson(view));
}

/** A plan that is all that was asked for, on stdout. */
export function printPlan(view: PlanView, flags: Flags, { stdout, env }: System): void {
  stdout.write(
    truth(flags, 'json')
      ? jsonLine({ ...planJson(view), event: 'plan' })
      : planText(view, terminalOf(stdout, env)),
  );
}

/** Whether a plan may be run: where that takes consent, `--yes` gives it, or the user at the terminal. */
export function mayRun(view: PlanView, access: Access, flags: Flags, system: System): Promise<boolean> {
  return agreed(planNeedsConsent(view, access), flags, system);
}

/** Whether this much may be spent. */
export function maySpend(spending: Spending, access: Access, flags: Flags, system: System): Promise<boolean> {
  return agreed(needsConsent(spending, access), flags, system);
}

async function agreed(question: Spending | null, flags: Flags, system: System): Promise<boolean> {
  return question === null || truth(flags, 'yes') || consents(question, system);
}
